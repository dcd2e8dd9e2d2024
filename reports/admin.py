"""What the bureau published."""

from django.contrib import admin

from jiangjin.lib.readonly import ReadOnlyAdmin, TrackedAdmin
from jiangjin.lib.resources import PlainResource, TableFiles
from jiangjin.lib.storedtext import StoredTextForm
from reports.models import PublishedFigure, Target, TargetActual


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


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["year", "scope", "key", "measure", "value", "note"]
    list_filter = ["year", "scope", "measure"]
    search_fields = ["key", "note"]


@admin.register(TargetActual)
class TargetActualAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["day", "scope", "key", "measure", "value", "source"]
    list_filter = ["scope", "measure"]
    search_fields = ["key", "source"]
