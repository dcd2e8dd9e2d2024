"""Parks: the administrator's vocabulary."""

from django import forms
from django.contrib import admin
from import_export.admin import ImportExportMixin
from import_export.resources import ModelResource
from simple_history.admin import SimpleHistoryAdmin

from jiangjin.lib.aliases import AliasesField
from parks.models import Park


class ParkForm(forms.ModelForm):
    aliases = AliasesField()

    class Meta:
        model = Park
        fields = ["code", "name", "short_name", "kind", "parent", "positioning", "aliases", "position"]


class ParkResource(ModelResource):
    class Meta:
        model = Park
        import_id_fields = ["code"]
        fields = ["code", "name", "short_name", "kind", "positioning", "position"]


@admin.register(Park)
class ParkAdmin(ImportExportMixin, SimpleHistoryAdmin):
    form = ParkForm
    resource_classes = [ParkResource]
    list_display = ["name", "short_name", "code", "kind", "parent", "position"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name", "code"]
    autocomplete_fields = ["parent"]
