"""What the bureau published, and tables that are kept."""

from django.contrib import admin

from jiangjin.lib.readonly import ReadOnlyAdmin, TrackedAdmin
from jiangjin.lib.resources import PlainResource, TableFiles
from jiangjin.lib.storedtext import StoredTextForm
from reports.models import FixedProject, FixedTable, PublishedFigure, SavedTable, Target, TargetActual


class PublishedFigureResource(PlainResource):
    class Meta:
        model = PublishedFigure
        import_id_fields = ["scope", "scope_code", "period", "measure"]
        fields = ["scope", "scope_code", "period", "measure", "value", "unit", "qualifier", "source"]


@admin.register(PublishedFigure)
class PublishedFigureAdmin(TableFiles, TrackedAdmin):
    form = StoredTextForm
    resource_classes = [PublishedFigureResource]
    list_display = ["period", "scope", "scope_code", "measure", "value", "unit", "qualifier"]
    list_filter = ["period", "scope", "unit"]
    search_fields = ["measure", "scope_code", "source"]


@admin.register(SavedTable)
class SavedTableAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["name", "owner", "audience"]
    list_filter = ["audience"]
    list_select_related = ["owner"]
    search_fields = ["name"]


@admin.register(FixedTable)
class FixedTableAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["name", "title", "day", "made_by_name", "made_at", "removed_at"]
    list_filter = ["removed_at"]
    search_fields = ["name", "note", "title"]
    exclude = ["grids", "lists", "conditions", "parks"]


@admin.register(FixedProject)
class FixedProjectAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["code", "name", "table", "agreed", "arrived", "stage", "condition"]
    list_select_related = ["table"]
    search_fields = ["code", "name"]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["year", "scope", "key", "measure", "value"]
    list_filter = ["year", "scope", "measure"]
    search_fields = ["key"]


@admin.register(TargetActual)
class TargetActualAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["day", "scope", "key", "measure", "value", "source"]
    list_filter = ["scope", "measure"]
    search_fields = ["key", "source"]
