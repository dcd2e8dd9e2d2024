from django.urls import path

from projects import bulk_views, history_views, investor_views, progress_views, views

app_name = "projects"

project_urls = [
    path("projects/", views.project_list, name="list"),
    path("projects/new/", views.project_create, name="create"),
    path("projects/similar/", views.project_similar, name="similar"),
    path("projects/bulk/", bulk_views.project_bulk, name="bulk"),
    path("projects/<str:code>/", views.project_detail, name="detail"),
    path("projects/<str:code>/edit/", views.project_edit, name="edit"),
    path("projects/<str:code>/void/", views.project_void, name="void"),
    path("projects/<str:code>/restore/", views.project_restore, name="restore"),
    path("projects/<str:code>/notes/", views.project_note, name="note"),
    path("projects/<str:code>/milestones/", progress_views.project_milestones, name="milestones"),
    path("projects/<str:code>/stage/", progress_views.project_stage, name="stage"),
    path("projects/<str:code>/condition/", progress_views.project_condition, name="condition"),
    path("projects/<str:code>/history/", history_views.project_history, name="history"),
    path("projects/<str:code>/history/restore/", history_views.project_restore_value, name="restore_value"),
    path("history/", history_views.register_history, name="register_history"),
]

investor_urls = [
    path("investors/", investor_views.investor_list, name="investor_list"),
    path("investors/suggestions/", investor_views.investor_suggestions, name="investor_suggestions"),
    path("investors/<int:pk>/", investor_views.investor_detail, name="investor_detail"),
    path("investors/<int:pk>/edit/", investor_views.investor_edit, name="investor_edit"),
]

urlpatterns = project_urls + investor_urls
