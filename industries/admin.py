"""Clusters, chains and leading firms: the administrator's vocabulary."""

from django.contrib import admin
from import_export.fields import Field

from industries.models import Chain, Cluster, LeadingFirm
from jiangjin.lib.aliases import AliasesField
from jiangjin.lib.readonly import TrackedAdmin
from jiangjin.lib.resources import AliasesWidget, PlainResource, TableFiles
from jiangjin.lib.storedtext import StoredTextForm


class ClusterForm(StoredTextForm):
    aliases = AliasesField()

    class Meta:
        model = Cluster
        fields = ["code", "name", "group", "aliases", "position"]


class ChainForm(StoredTextForm):
    aliases = AliasesField()

    class Meta:
        model = Chain
        fields = ["cluster", "code", "name", "aliases", "leader", "position"]


class ClusterResource(PlainResource):
    aliases = Field("aliases", "aliases", AliasesWidget())

    class Meta:
        model = Cluster
        import_id_fields = ["code"]
        fields = ["code", "name", "group", "aliases", "position"]


@admin.register(Cluster)
class ClusterAdmin(TableFiles, TrackedAdmin):
    form = ClusterForm
    resource_classes = [ClusterResource]
    list_display = ["name", "code", "group", "position"]
    list_filter = ["group"]
    search_fields = ["name", "code"]


class LeadingFirmInline(admin.TabularInline):
    model = LeadingFirm
    form = StoredTextForm
    extra = 0


@admin.register(Chain)
class ChainAdmin(TrackedAdmin):
    form = ChainForm
    list_display = ["name", "code", "cluster", "leader", "position"]
    list_filter = ["cluster"]
    list_select_related = ["cluster"]
    search_fields = ["name", "code", "leader"]
    autocomplete_fields = ["cluster"]
    inlines = [LeadingFirmInline]


@admin.register(LeadingFirm)
class LeadingFirmAdmin(TrackedAdmin):
    form = StoredTextForm
    list_display = ["name", "chain"]
    list_filter = ["chain__cluster"]
    list_select_related = ["chain"]
    search_fields = ["name"]
    autocomplete_fields = ["chain"]
