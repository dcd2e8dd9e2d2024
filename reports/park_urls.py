"""Pages of parks: their figures come from projects, so they live in this room; the vocabulary is `parks`."""

from django.urls import path

from reports import people_views, place_exports, places

app_name = "parks"

urlpatterns = [
    path("", places.park_list, name="list"),
    path("export.<str:ending>", place_exports.park_export, name="export"),
    path("<slug:code>/", places.park_detail, name="detail"),
    path("<slug:code>/chief/", people_views.park_chief, name="chief"),
    path("<slug:code>/task-forces/new/", people_views.task_force_create, name="task_force_create"),
    path("<slug:code>/task-forces/<int:pk>/", people_views.task_force_edit, name="task_force_edit"),
]
