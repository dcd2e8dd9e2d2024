"""Projects in the admin, with import and export over the ledgers' columns; batches and what their rows did."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from accounts.adminfiles import LoggedFiles
from imports.models import ImportBatch, ImportRow, Takeback
from imports.resources import RULED_COLUMNS, ProjectResource
from jiangjin.lib.readonly import ReadOnlyAdmin, TrackedAdmin
from jiangjin.lib.storedtext import StoredTextForm, typed_phone
from projects.models import Project
from projects.names import set_project_name

# The worker's queue is the product's own business; what came of a job stands with its import.
admin.site.unregister(DBTaskResult)


class ProjectForm(StoredTextForm):
    """The plain columns of a project. Who saves second is told so and overwrites nothing."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Project
        fields = "__all__"  # the admin leaves out what is read-only
        labels = {
            "version": gettext_lazy("version"),
            "voided_at": gettext_lazy("voided at"),
            "created_at": gettext_lazy("created at"),
            "updated_at": gettext_lazy("changed at"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_version"].initial = self.instance.version

    def clean_contact_phone(self) -> str:
        return typed_phone(self, "contact_phone")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "opened_version" in data and data["opened_version"] != self.instance.version:
            self.add_error(None, _("Somebody else saved this project meanwhile. Open it again and repeat the change."))
        chain, cluster = data.get("chain"), data.get("cluster")
        if chain and cluster and chain.cluster_id != cluster.pk:
            self.add_error("chain", _("This chain belongs to the cluster %(cluster)s.") % {"cluster": chain.cluster})
        return data


class VoidedFilter(admin.EmptyFieldListFilter):
    """Voided or not; the package would title it with the column's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("voided")

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        words = [_("All"), _("not voided"), _("voided")]
        for choice, word in zip(super().choices(changelist), words, strict=True):
            yield choice | {"display": word}


@admin.register(Project)
class ProjectAdmin(LoggedFiles, TrackedAdmin):
    """Plain columns can be corrected; what has rules of its own changes on the project's page."""

    form = ProjectForm
    resource_classes = [ProjectResource]
    list_display = ["code", "name", "park", "cluster", "agreed_capital", "arrived_capital", "signed_on", "stage"]
    list_filter = ["park", "cluster", "stage", "condition", "source", ("voided_at", VoidedFilter)]
    list_select_related = ["park", "cluster"]
    search_fields = ["code", "name", "name_initials", "participations__investor__name"]
    autocomplete_fields = ["park", "cluster", "chain", "lead_official"]
    readonly_fields = [
        "code",
        *RULED_COLUMNS,
        "stage",
        "version",
        "voided_at",
        "void_reason",
        "created_at",
        "updated_at",
    ]

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        fields = list(super().get_fields(request, obj))
        return fields if self.has_change_permission(request, obj) else [n for n in fields if n != "opened_version"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """A voided project is restored before anything is changed in it."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_voided)

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """A project is never deleted: it is voided, with a reason."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Project | None:
        """Locked while it is saved, so that the version that is compared is the one that is overwritten."""
        if request.method == "POST" and object_id.isdecimal():
            Project.objects.select_for_update().filter(pk=object_id).values_list("pk").first()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        set_project_name(obj, obj.name)
        obj.version += 1
        super().save_model(request, obj, form, change)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["id", "filename", "kind", "state", "user", "created_at", "committed_at", "created", "updated"]
    list_filter = ["state", "kind", "is_demo"]
    list_select_related = ["user"]
    search_fields = ["filename", "sha256"]


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["batch", "sheet", "row", "action", "project"]
    list_filter = ["action"]
    list_select_related = ["batch", "project"]
    search_fields = ["project__code", "project__name"]


@admin.register(Takeback)
class TakebackAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["id", "batch", "back", "user", "at", "removed", "restored", "returned", "kept"]
    list_filter = ["back"]
    list_select_related = ["batch", "user"]
