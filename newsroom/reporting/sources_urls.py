"""Addresses below ``/admin/sources/``."""

from django.urls import path

from newsroom.reporting import sources

app_name = "newsroom_sources"
urlpatterns = [
    path("", sources.index, name="index"),
    path("<slug:slug>/", sources.tag, name="tag"),
    path("<slug:slug>/retire/", sources.retire, name="retire"),
    path("<slug:slug>/<int:page_id>.<slug:kind>", sources.code, name="code"),
]
