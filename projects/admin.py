"""Investors and officials in the admin. Capital, milestones and what hangs on a project are there to look at.

The projects themselves are registered in `imports.admin`: their import and export speak the ledgers' columns.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.fields import Field

from accounts.adminfiles import LoggedFiles
from jiangjin.lib.readonly import ReadOnlyAdmin, TrackedAdmin
from jiangjin.lib.resources import PlainResource, UnknownWidget
from jiangjin.lib.storedtext import StoredTextForm
from projects.investor_forms import InvestorForm
from projects.models import (
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    DefaultView,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    ProjectCode,
    SavedView,
)
from projects.names import set_investor_name


class HonourInline(admin.TabularInline):
    model = Honour
    extra = 0


class InvestorResource(PlainResource):
    """Firms by the register's own number, for many have no credit code. New ones come by ledgers and forms."""

    credit_code = Field("credit_code", "credit_code", UnknownWidget())

    class Meta:
        model = Investor
        import_id_fields = ["id"]
        fields = ["id", "credit_code", "name", "type", "origin", "parent_name", "stock_code", "remarks"]

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Investor, bool]:
        investor, new = super().get_or_init_instance(instance_loader, row)
        if new:
            text = _("There is no investor of the number “%(id)s”. Bring new ones by a ledger or a project's form.")
            raise ValueError(text % {"id": row.get("id")})
        return investor, new

    def before_save_instance(self, instance: Investor, row: Any, **kwargs: Any) -> None:
        set_investor_name(instance, instance.name)


@admin.register(Investor)
class InvestorAdmin(LoggedFiles, TrackedAdmin):
    form = InvestorForm
    resource_classes = [InvestorResource]
    list_display = ["name", "credit_code", "type", "origin", "parent_name"]
    list_filter = ["type", "honours__kind"]
    search_fields = ["name", "credit_code", "name_initials"]
    inlines = [HonourInline]

    def save_model(self, request: HttpRequest, obj: Investor, form: Any, change: bool) -> None:
        set_investor_name(obj, obj.name)
        super().save_model(request, obj, form, change)


@admin.register(Official)
class OfficialAdmin(TrackedAdmin):
    form = StoredTextForm
    list_display = ["name", "post"]
    search_fields = ["name", "post"]


class OfProjectAdmin(ReadOnlyAdmin, TrackedAdmin):
    """Rows that belong to a project: they change on its page, or by a ledger."""

    list_select_related = ["project"]
    search_fields = ["project__code", "project__name"]


@admin.register(CapitalCommitment)
class CapitalCommitmentAdmin(OfProjectAdmin):
    list_display = ["project", "kind", "amount", "committed_on", "note"]
    list_filter = ["kind"]


@admin.register(CapitalArrival)
class CapitalArrivalAdmin(OfProjectAdmin):
    list_display = ["project", "month", "amount", "origin"]
    list_filter = ["origin"]


@admin.register(CapitalSnapshot)
class CapitalSnapshotAdmin(OfProjectAdmin):
    list_display = ["project", "measure", "as_of", "amount", "source"]
    list_filter = ["measure"]


@admin.register(Milestone)
class MilestoneAdmin(OfProjectAdmin):
    list_display = ["project", "kind", "planned_on", "reached", "actual_on"]
    list_filter = ["kind", "reached"]


@admin.register(Participation)
class ParticipationAdmin(OfProjectAdmin):
    list_display = ["project", "investor", "role", "share"]
    list_filter = ["role"]
    list_select_related = ["project", "investor"]


@admin.register(ProjectCode)
class ProjectCodeAdmin(OfProjectAdmin):
    list_display = ["code", "project", "source"]
    search_fields = ["code", "project__code", "project__name"]


@admin.register(Note)
class NoteAdmin(OfProjectAdmin):
    list_display = ["project", "kind", "text", "noted_on", "author"]
    list_filter = ["kind"]
    list_select_related = ["project", "author"]


@admin.register(Honour)
class HonourAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["investor", "kind", "year"]
    list_filter = ["kind", "year"]
    list_select_related = ["investor"]
    search_fields = ["investor__name"]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin, TrackedAdmin):
    """To look at. A view that nobody needs any more goes here, for its owner may be gone."""

    list_display = ["name", "owner", "sharing", "role", "park", "position"]
    list_filter = ["sharing"]
    list_select_related = ["owner", "park"]
    search_fields = ["name", "owner__username", "owner__display_name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(DefaultView)
class DefaultViewAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["user", "view"]
    list_select_related = ["user", "view"]
