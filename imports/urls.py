from django.urls import path

from imports import correct_views, export_views, file_views, remembered_views, undo_views, views, work_views

app_name = "imports"

urlpatterns = [
    path("", views.import_list, name="list"),
    path("template.xlsx", export_views.template_xlsx, name="template"),
    path("ledger.<str:ending>", export_views.ledger, name="ledger"),
    path("remembered/", remembered_views.remembered_list, name="remembered"),
    path("remembered.json", remembered_views.remembered_json, name="remembered_json"),
    path("remembered/words/<int:pk>/", remembered_views.remembered_word, name="remembered_word"),
    path("remembered/tables/<int:pk>/", remembered_views.remembered_table, name="remembered_table"),
    path("<int:pk>/", views.import_detail, name="detail"),
    path("<int:pk>/columns/", views.import_columns, name="columns"),
    path("<int:pk>/progress/", work_views.import_progress, name="progress"),
    path("<int:pk>/again/", work_views.import_again, name="again"),
    path("<int:pk>/accept/", correct_views.import_accept, name="accept"),
    path("<int:pk>/answer/", correct_views.import_answer, name="answer"),
    path("<int:pk>/correct/", correct_views.import_correct, name="correct"),
    path("<int:pk>/leave/", correct_views.import_leave, name="leave"),
    path("<int:pk>/confirm/", views.import_confirm, name="confirm"),
    path("<int:pk>/file/", views.import_file, name="file"),
    path("<int:pk>/undo/", undo_views.import_undo, name="undo"),
    path("<int:pk>/refused.xlsx", file_views.import_refused, name="refused"),
    path("<int:pk>/sheet/", file_views.import_sheet, name="sheet"),
    path("<int:pk>/cancel/", views.import_cancel, name="cancel"),
]
