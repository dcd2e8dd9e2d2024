from django.urls import path

from reports import (
    changes_views,
    cohort_views,
    demo_views,
    fixed_views,
    index_views,
    mine_views,
    plan_views,
    reconciliation_views,
    saved_views,
    stat_views,
    target_edit_views,
    target_views,
    views,
)
from reports.monthly import views as monthly

app_name = "reports"

urlpatterns = [
    path("", views.home_page, name="home"),
    path("mine/", mine_views.my_page, name="my_page"),
    path("lights/", views.light_rules, name="light_rules"),
    path("reports/", index_views.report_index, name="index"),
    path("reports/statistics/", stat_views.statistics, name="statistics"),
    path("reports/statistics/export.<str:ending>", stat_views.statistics_export, name="statistics_export"),
    path("reports/statistics/fix/", stat_views.statistics_fix, name="statistics_fix"),
    path("reports/saved/", saved_views.saved_tables, name="saved_tables"),
    path("reports/saved/new/", saved_views.saved_table_create, name="saved_table_create"),
    path("reports/saved/<int:pk>/", saved_views.saved_table_edit, name="saved_table_edit"),
    path("reports/saved/<int:pk>/remove/", saved_views.saved_table_remove, name="saved_table_remove"),
    path("reports/fixed/", fixed_views.fixed_tables, name="fixed_tables"),
    path("reports/fixed/<int:pk>/", fixed_views.fixed_table, name="fixed_table"),
    path("reports/fixed/<int:pk>/remove/", fixed_views.fixed_table_remove, name="fixed_table_remove"),
    path("reports/fixed/<int:pk>/export.<str:ending>", fixed_views.fixed_table_export, name="fixed_table_export"),
    path("reports/changes/", changes_views.changes, name="changes"),
    path("reports/changes/export.<str:ending>", changes_views.changes_export, name="changes_export"),
    path("reports/cohorts/", cohort_views.cohorts, name="cohorts"),
    path("reports/cohorts/export.<str:ending>", cohort_views.cohorts_export, name="cohorts_export"),
    path("reports/monthly/", monthly.monthly, name="monthly"),
    path("reports/monthly/export.xlsx", monthly.monthly_export, name="monthly_export"),
    path("reports/monthly/<slug:code>/", monthly.monthly_table, name="monthly_table"),
    path("reports/monthly/<slug:code>/export.<str:ending>", monthly.monthly_table_export, name="monthly_table_export"),
    path("reports/targets/", target_views.targets, name="targets"),
    path("reports/targets/export.<str:ending>", target_views.targets_export, name="targets_export"),
    path("reports/targets/edit/", target_edit_views.targets_edit, name="targets_edit"),
    path("reports/plan/", plan_views.plan, name="plan"),
    path("reports/plan/export.<str:ending>", plan_views.plan_export, name="plan_export"),
    path("reports/plan/actual/", plan_views.plan_actual, name="plan_actual"),
    path("reports/reconciliation/", reconciliation_views.reconciliation, name="reconciliation"),
    path(
        "reports/reconciliation/export.<str:ending>",
        reconciliation_views.reconciliation_export,
        name="reconciliation_export",
    ),
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
