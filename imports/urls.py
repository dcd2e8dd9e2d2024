from django.urls import path

from imports import export_views, file_views, views, work_views

app_name = "imports"

urlpatterns = [
    path("", views.import_list, name="list"),
    path("template.xlsx", export_views.template_xlsx, name="template"),
    path("<int:pk>/", views.import_detail, name="detail"),
    path("<int:pk>/columns/", views.import_columns, name="columns"),
    path("<int:pk>/progress/", work_views.import_progress, name="progress"),
    path("<int:pk>/again/", work_views.import_again, name="again"),
    path("<int:pk>/accept/", views.import_accept, name="accept"),
    path("<int:pk>/answer/", views.import_answer, name="answer"),
    path("<int:pk>/confirm/", views.import_confirm, name="confirm"),
    path("<int:pk>/file/", views.import_file, name="file"),
    path("<int:pk>/refused.xlsx", file_views.import_refused, name="refused"),
    path("<int:pk>/sheet/", file_views.import_sheet, name="sheet"),
    path("<int:pk>/cancel/", views.import_cancel, name="cancel"),
]
