"""Investors and officials in the admin. Capital, milestones and what hangs on a project are there to look at.

The projects themselves are registered in `imports.admin`: their import and export speak the ledgers' columns.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from import_export.resources import ModelResource
from simple_history.admin import SimpleHistoryAdmin

from jiangjin.lib.readonly import ReadOnlyAdmin
from projects.models import (
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    ProjectCode,
)
from projects.names import set_investor_name


class HonourInline(admin.TabularInline):
    model = Honour
    extra = 0


class InvestorResource(ModelResource):
    """Firms by their credit code; new ones come by ledgers and forms."""

    class Meta:
        model = Investor
        import_id_fields = ["credit_code"]
        fields = ["credit_code", "name", "type", "origin", "parent_name", "stock_code", "remarks"]
        skip_unchanged = True

    def before_save_instance(self, instance: Investor, row: Any, **kwargs: Any) -> None:
        set_investor_name(instance, instance.name)


@admin.register(Investor)
class InvestorAdmin(ImportExportMixin, SimpleHistoryAdmin):
    resource_classes = [InvestorResource]
    list_display = ["name", "credit_code", "type", "origin", "parent_name"]
    list_filter = ["type", "honours__kind"]
    search_fields = ["name", "credit_code", "name_initials"]
    inlines = [HonourInline]

    def save_model(self, request: HttpRequest, obj: Investor, form: Any, change: bool) -> None:
        set_investor_name(obj, obj.name)
        super().save_model(request, obj, form, change)


@admin.register(Official)
class OfficialAdmin(SimpleHistoryAdmin):
    list_display = ["name", "post"]
    search_fields = ["name", "post"]


class OfProjectAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):
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
class HonourAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):
    list_display = ["investor", "kind", "year"]
    list_filter = ["kind", "year"]
    list_select_related = ["investor"]
    search_fields = ["investor__name"]
