"""Addresses below ``/admin/newsroom/reuse/``."""

from django.urls import path

from newsroom.reuse import address_views, views

app_name = "newsroom_reuse"
urlpatterns = [
    path("addresses/", address_views.index, name="addresses"),
    path("<int:page_id>/", views.again, name="again"),
    path("<int:page_id>/left/", views.left, name="left"),
]
