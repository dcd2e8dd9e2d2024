"""Projects in the admin, with import and export over the ledgers' columns; batches and what their rows did."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from simple_history.admin import SimpleHistoryAdmin

from imports.models import ImportBatch, ImportRow
from imports.resources import ProjectResource
from jiangjin.lib.readonly import ReadOnlyAdmin
from projects.models import Project
from projects.names import set_project_name


@admin.register(Project)
class ProjectAdmin(ImportExportMixin, SimpleHistoryAdmin):
    """Plain columns can be corrected; what has rules of its own changes on the project's page."""

    resource_classes = [ProjectResource]
    list_display = ["code", "name", "park", "cluster", "agreed_capital", "arrived_capital", "signed_on", "stage"]
    list_filter = ["park", "cluster", "stage", "condition", "source", ("voided_at", admin.EmptyFieldListFilter)]
    list_select_related = ["park", "cluster"]
    search_fields = ["code", "name", "name_initials", "participations__investor__name"]
    autocomplete_fields = ["park", "cluster", "chain", "lead_official"]
    readonly_fields = [
        "code",
        "agreed_capital",
        "arrived_capital",
        "stage",
        "signed_on",
        "condition",
        "condition_on",
        "condition_reason",
        "version",
        "voided_at",
        "void_reason",
        "created_at",
        "updated_at",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """A project is never deleted: it is voided, with a reason."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

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
