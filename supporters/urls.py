"""Addresses below ``/<language>/my-solidarity/``; an overview token is the last to be tried."""

from django.urls import path

from supporters import erasure_views, exports_views, views

app_name = "supporters"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("sent/", views.sent, name="sent"),
    path("open/<str:token>/", views.open_link, name="open"),
    path("export-asked/", exports_views.export_asked, name="export-asked"),
    path("open-export/<str:token>/", exports_views.open_export, name="open-export"),
    path("download/<str:token>/", exports_views.download, name="download"),
    path("<str:token>/", views.overview, name="overview"),
    path("<str:token>/export/", exports_views.ask_export, name="export"),
    path("<str:token>/erase/", erasure_views.erase, name="erase"),
]
