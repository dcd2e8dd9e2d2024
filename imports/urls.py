from django.urls import path

from imports import export_views, undo_views, views

app_name = "imports"

urlpatterns = [
    path("", views.import_list, name="list"),
    path("template.xlsx", export_views.template_xlsx, name="template"),
    path("<int:pk>/", views.import_detail, name="detail"),
    path("<int:pk>/columns/", views.import_columns, name="columns"),
    path("<int:pk>/accept/", views.import_accept, name="accept"),
    path("<int:pk>/answer/", views.import_answer, name="answer"),
    path("<int:pk>/confirm/", views.import_confirm, name="confirm"),
    path("<int:pk>/file/", views.import_file, name="file"),
    path("<int:pk>/undo/", undo_views.import_undo, name="undo"),
    path("<int:pk>/cancel/", views.import_cancel, name="cancel"),
]
