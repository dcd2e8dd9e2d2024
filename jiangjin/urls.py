"""The URL tree. Each room lists its own below its prefix."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from jiangjin.health import healthz
from projects.export_views import project_export

handler500 = "jiangjin.errors.server_error"

admin.autodiscover()
admin.site.site_title = admin.site.site_header = _("Jiangjin Investment")
admin.site.index_title = _("Administration")

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("imports/", include("imports.urls")),
    path("", include("imports.undo_urls")),
    path("industries/", include("reports.cluster_urls")),
    path("parks/", include("reports.park_urls")),
    # Before the projects, whose numbers stand at the same place.
    path("projects/export.xlsx", project_export, {"ending": "xlsx"}, name="export_xlsx"),
    path("projects/export.csv", project_export, {"ending": "csv"}, name="export_csv"),
    path("", include("imports.merge_urls")),
    path("", include("projects.urls")),
    path("", include("reports.urls")),
]
