"""Parks: the administrator's vocabulary."""

from typing import Any

from django.contrib import admin
from import_export.fields import Field
from import_export.widgets import CachedForeignKeyWidget

from jiangjin.lib.aliases import AliasesField
from jiangjin.lib.readonly import TrackedAdmin
from jiangjin.lib.resources import AliasesWidget, PlainResource, TableFiles
from jiangjin.lib.storedtext import StoredTextForm
from parks.models import Park


class ParkForm(StoredTextForm):
    aliases = AliasesField()

    class Meta:
        model = Park
        fields = ["code", "name", "short_name", "kind", "parent", "positioning", "aliases", "position"]


class ParkResource(PlainResource):
    parent = Field("parent", "parent", CachedForeignKeyWidget(Park, "code"))
    aliases = Field("aliases", "aliases", AliasesWidget())

    class Meta:
        model = Park
        import_id_fields = ["code"]
        fields = ["code", "name", "short_name", "kind", "parent", "positioning", "aliases", "position"]

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("parent")


@admin.register(Park)
class ParkAdmin(TableFiles, TrackedAdmin):
    form = ParkForm
    resource_classes = [ParkResource]
    list_display = ["name", "short_name", "code", "kind", "parent", "position"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name", "code"]
    autocomplete_fields = ["parent"]
