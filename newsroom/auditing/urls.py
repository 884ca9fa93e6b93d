"""Addresses below ``/admin/newsroom/auditing/``."""

from django.urls import path

from newsroom.auditing import views

app_name = "newsroom_auditing"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
]
