"""Addresses below ``/admin/newsroom/reporting/``."""

from django.urls import path

from newsroom.reporting import views

app_name = "newsroom_reporting"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:key>/", views.campaign, name="campaign"),
    path("<uuid:key>/export/", views.export, name="export"),
]
