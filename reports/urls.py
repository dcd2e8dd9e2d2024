from django.urls import path

from reports import demo_views, views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("lights/", views.light_rules, name="light_rules"),
    path("demo/clear/", demo_views.clear, name="clear_demo"),
]
