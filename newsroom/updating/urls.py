"""Addresses of updates by mail, below /admin/newsroom/updating/."""

from django.urls import path

from newsroom.updating import sending_views, views

app_name = "newsroom_updating"
_ONE = "<uuid:public_id>/"

urlpatterns = [
    path("", views.index, name="index"),
    path("write/", views.choose_campaign, name="choose_campaign"),
    path("write/<uuid:key>/", views.choose_news, name="choose_news"),
    path(_ONE, sending_views.show, name="show"),
    path(f"{_ONE}edit/", views.edit, name="edit"),
    path(f"{_ONE}throw-away/", views.throw_away, name="throw_away"),
    path(f"{_ONE}mail/<slug:language>/", views.mail_html, name="mail_html"),
    path(f"{_ONE}test/", sending_views.try_out, name="try_out"),
    path(f"{_ONE}start/", sending_views.start, name="start"),
    path(f"{_ONE}progress/", sending_views.progress, name="progress"),
    path(f"{_ONE}stop/", sending_views.stop, name="stop"),
    path(f"{_ONE}go-on/", sending_views.go_on, name="go_on"),
]
