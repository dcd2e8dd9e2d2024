from django.urls import path

from imports import duplicate_views, merge_views

app_name = "merging"

urlpatterns = [
    path("projects/<str:code>/merge/", merge_views.project_merge, name="projects"),
    path("investors/<int:pk>/merge/", merge_views.investor_merge, name="investors"),
    path("merges/<int:pk>/", merge_views.merge_detail, name="merge"),
    path("duplicates/", duplicate_views.duplicate_list, name="duplicates"),
    path("duplicates/not-the-same/", duplicate_views.not_the_same, name="not_the_same"),
    path("duplicates/not-the-same/<int:pk>/forget/", duplicate_views.forget_not_the_same, name="forget_not_the_same"),
]
