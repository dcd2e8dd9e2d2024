"""Pages of parks: their figures come from projects, so they live in this room; the vocabulary is `parks`."""

from django.urls import path

from reports import places

app_name = "parks"

urlpatterns = [
    path("", places.park_list, name="list"),
    path("<slug:code>/", places.park_detail, name="detail"),
]
