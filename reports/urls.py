from django.urls import path

from reports import demo_views, index_views, mine_views, plan_views, target_edit_views, target_views, views
from reports.monthly import views as monthly

app_name = "reports"

urlpatterns = [
    path("", views.home_page, name="home"),
    path("mine/", mine_views.my_page, name="my_page"),
    path("lights/", views.light_rules, name="light_rules"),
    path("reports/", index_views.report_index, name="index"),
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
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
