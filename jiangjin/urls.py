"""The URL tree. Each room lists its own below its prefix."""

from django.contrib import admin
from django.urls import include, path

from jiangjin.health import healthz

handler500 = "jiangjin.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("imports/", include("imports.urls")),
    path("industries/", include("reports.cluster_urls")),
    path("parks/", include("reports.park_urls")),
    path("", include("projects.urls")),
    path("", include("reports.urls")),
]
