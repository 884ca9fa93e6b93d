"""Addresses below ``/<language>/events/``."""

from django.urls import path

from events import feeds, views

app_name = "events"
urlpatterns = [
    path("calendar.ics", feeds.calendar_feed, name="calendar-feed"),
    path("<slug:slug>/", views.sign_up, name="sign-up"),
    path("<slug:slug>/signed-up/", views.signed_up, name="signed-up"),
    path("<slug:slug>/calendar.ics", views.calendar, name="calendar"),
    path("sign-up/<str:token>/", views.standing_link, name="standing-link"),
]
