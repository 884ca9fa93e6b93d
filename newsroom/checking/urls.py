"""Addresses below ``/admin/newsroom/checking/``."""

from django.urls import path

from newsroom.checking import launch_views, page_views, site_report

app_name = "newsroom_checking"
urlpatterns = [
    path("pages/<int:page_id>/", page_views.page, name="page"),
    path("pages/<int:page_id>/findings/", page_views.findings, name="findings"),
    path("report/", site_report.report, name="report"),
    path("launch/", launch_views.index, name="launches"),
    path("launch/<uuid:key>/", launch_views.checklist, name="launch"),
    path("launch/<uuid:key>/tick/", launch_views.tick, name="launch_tick"),
    path("launch/<uuid:key>/mails/", launch_views.send_mails, name="launch_mails"),
    path("launch/<uuid:key>/card/<str:language>.png", launch_views.card, name="launch_card"),
]
