from django.urls import path

from reports import demo_views, index_views, mine_views, stat_views, views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("mine/", mine_views.my_page, name="my_page"),
    path("lights/", views.light_rules, name="light_rules"),
    path("reports/", index_views.report_index, name="index"),
    path("reports/statistics/", stat_views.statistics, name="statistics"),
    path("reports/statistics/export.<str:ending>", stat_views.statistics_export, name="statistics_export"),
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
