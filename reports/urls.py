from django.urls import path

from reports import changes_views, cohort_views, demo_views, index_views, mine_views, views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("mine/", mine_views.my_page, name="my_page"),
    path("lights/", views.light_rules, name="light_rules"),
    path("reports/", index_views.report_index, name="index"),
    path("reports/changes/", changes_views.changes, name="changes"),
    path("reports/changes/export.<str:ending>", changes_views.changes_export, name="changes_export"),
    path("reports/cohorts/", cohort_views.cohorts, name="cohorts"),
    path("reports/cohorts/export.<str:ending>", cohort_views.cohorts_export, name="cohorts_export"),
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
