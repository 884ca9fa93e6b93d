"""Addresses of the treasurer's screens: reports."""

from django.urls import path

from donations.treasury import reports

urlpatterns = [
    path("reports/", reports.index, name="reports"),
]
