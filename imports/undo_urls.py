from django.urls import path

from imports import bin_views, bulk_views

app_name = "undo"

urlpatterns = [
    path("bin/", bin_views.recycle_bin, name="bin"),
    path("bulk/<int:pk>/", bulk_views.bulk_detail, name="bulk"),
    path("bulk/<int:pk>/undo/", bulk_views.bulk_undo, name="bulk_undo"),
]
