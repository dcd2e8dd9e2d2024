from django.urls import path

from projects import (
    attachment_views,
    box_views,
    bulk_views,
    capital_views,
    export_views,
    following_views,
    grid_views,
    history_views,
    investor_views,
    list_views,
    obstacle_views,
    people_views,
    progress_views,
    timeline_views,
    view_views,
    views,
)

app_name = "projects"

COMMITMENTS, ARRIVALS, PLANNED = ({"table": name} for name in capital_views.TABLES)
CAPITAL = "projects/<str:code>/capital"

capital_urls = [
    path(f"{CAPITAL}/commitments/new/", capital_views.entry_write, COMMITMENTS, name="commitment_create"),
    path(f"{CAPITAL}/commitments/<int:pk>/", capital_views.entry_write, COMMITMENTS, name="commitment_edit"),
    path(f"{CAPITAL}/commitments/<int:pk>/void/", capital_views.entry_void, COMMITMENTS, name="commitment_void"),
    path(f"{CAPITAL}/arrivals/new/", capital_views.entry_write, ARRIVALS, name="arrival_create"),
    path(f"{CAPITAL}/arrivals/<int:pk>/", capital_views.entry_write, ARRIVALS, name="arrival_edit"),
    path(f"{CAPITAL}/arrivals/<int:pk>/void/", capital_views.entry_void, ARRIVALS, name="arrival_void"),
    path(f"{CAPITAL}/plan/", capital_views.plan, name="plan"),
    path(f"{CAPITAL}/plan/<int:pk>/void/", capital_views.entry_void, PLANNED, name="planned_arrival_void"),
    path(f"{CAPITAL}/restore/", capital_views.entry_restore, name="entry_restore"),
]

view_urls = [
    path("projects/views/", view_views.view_list, name="view_list"),
    path("projects/views/counts/", view_views.view_counts, name="view_counts"),
    path("projects/views/new/", view_views.view_create, name="view_create"),
    path("projects/views/<int:pk>/", view_views.view_edit, name="view_edit"),
    path("projects/views/<int:pk>/save/", view_views.view_save, name="view_save"),
    path("projects/views/<int:pk>/default/", view_views.view_default, name="view_default"),
    path("projects/views/<int:pk>/delete/", view_views.view_delete, name="view_delete"),
]

project_urls = [
    path("projects/", list_views.project_list, name="list"),
    path("projects/new/", views.project_create, name="create"),
    path("projects/suggest/", box_views.project_suggest, name="suggest"),
    path("projects/similar/", views.project_similar, name="similar"),
    path("projects/bulk/", bulk_views.project_bulk, name="bulk"),
    *view_urls,
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
    path("arrivals/", grid_views.arrival_grid, name="arrival_grid"),
    path("arrivals/export.<str:ending>", export_views.arrival_export, name="arrival_export"),
    *capital_urls,
    path("history/", history_views.register_history, name="register_history"),
]

investor_urls = [
    path("investors/", investor_views.investor_list, name="investor_list"),
    path("investors/export.<str:ending>", export_views.investor_export, name="investor_export"),
    path("investors/suggestions/", investor_views.investor_suggestions, name="investor_suggestions"),
    path("investors/<int:pk>/", investor_views.investor_detail, name="investor_detail"),
    path("investors/<int:pk>/edit/", investor_views.investor_edit, name="investor_edit"),
]

people_urls = [
    path("officials/", people_views.official_list, name="official_list"),
    path("officials/export.<str:ending>", export_views.official_export, name="official_export"),
    path("officials/<int:pk>/", people_views.official_detail, name="official_detail"),
    path("officials/<int:pk>/hand-over/", people_views.official_hand_over, name="official_hand_over"),
    path("projects/<str:code>/officials/hand-over/", following_views.project_hand_over, name="hand_over"),
    path("projects/<str:code>/officials/follow-ups/", following_views.project_follow_up, name="follow_up"),
    path("projects/<str:code>/follow/", following_views.project_follow, name="follow"),
    path("projects/<str:code>/task-forces/new/", following_views.task_force_create, name="task_force_create"),
    path("projects/<str:code>/task-forces/<int:pk>/", following_views.task_force_edit, name="task_force_edit"),
]

obstacle_urls = [
    path("obstacles/", obstacle_views.obstacle_list, name="obstacle_list"),
    path("obstacles/export.<str:ending>", export_views.obstacle_export, name="obstacle_export"),
    path("projects/<str:code>/obstacles/new/", obstacle_views.obstacle_raise, name="obstacle_raise"),
    path("projects/<str:code>/obstacles/<int:pk>/", obstacle_views.obstacle_edit, name="obstacle_edit"),
    path("projects/<str:code>/obstacles/<int:pk>/solve/", obstacle_views.obstacle_solve, name="obstacle_solve"),
    path("projects/<str:code>/obstacles/<int:pk>/reopen/", obstacle_views.obstacle_reopen, name="obstacle_reopen"),
]

attachment_urls = [
    path("projects/<str:code>/attachments/new/", attachment_views.attachment_upload, name="attachment_upload"),
    path("projects/<str:code>/attachments/<int:pk>/", attachment_views.attachment_file, name="attachment_file"),
    path(
        "projects/<str:code>/attachments/<int:pk>/remove/", attachment_views.attachment_remove, name="attachment_remove"
    ),
    path(
        "projects/<str:code>/attachments/<int:pk>/restore/",
        attachment_views.attachment_restore,
        name="attachment_restore",
    ),
    path("projects/<str:code>/timeline/", timeline_views.project_timeline, name="timeline"),
]


urlpatterns = project_urls + investor_urls + people_urls + obstacle_urls + attachment_urls
