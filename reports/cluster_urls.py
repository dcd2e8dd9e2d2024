"""Pages of clusters: their figures come from projects, so they live in this room; the vocabulary is `industries`."""

from django.urls import path

from reports import people_views, place_exports, places

app_name = "industries"

urlpatterns = [
    path("", places.cluster_list, name="list"),
    path("export.<str:ending>", place_exports.cluster_export, name="export"),
    path("<slug:code>/", places.cluster_detail, name="detail"),
    path("<slug:code>/chains/<slug:chain>/chief/", people_views.chain_chief, name="chain_chief"),
]
