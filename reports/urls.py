from django.urls import path

from reports import demo_views, index_views, mine_views, views

app_name = "reports"

urlpatterns = [
    path("", views.home_page, name="home"),
    path("mine/", mine_views.my_page, name="my_page"),
    path("lights/", views.light_rules, name="light_rules"),
    path("reports/", index_views.report_index, name="index"),
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
