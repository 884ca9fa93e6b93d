"""Addresses below ``/<language>/events/``."""

from django.urls import include, path

from events import feeds, own_views, paper_views, views

app_name = "events"
urlpatterns = [
    path("calendar.ics", feeds.calendar_feed, name="calendar-feed"),
    path("sign-up/<str:token>/", own_views.standing_link, name="standing-link"),
    path("sign-up/<str:token>/sheet.pdf", paper_views.own_sheet, name="own-sheet"),
    path("sign-up/<str:token>/calendar.ics", paper_views.own_calendar, name="own-calendar"),
    path("sign-up/<str:token>/needs/", own_views.needs, name="own-needs"),
    path("pass-on/<str:token>/", own_views.pass_on, name="pass-on"),
    path("feedback/<str:token>/", own_views.feedback, name="feedback"),
    path("door/", include("events.door_urls")),
    path("<slug:slug>/", views.sign_up, name="sign-up"),
    path("<slug:slug>/signed-up/", views.signed_up, name="signed-up"),
    path("<slug:slug>/waiting/", views.waiting, name="waiting"),
    path("<slug:slug>/calendar.ics", views.calendar, name="calendar"),
    path("<slug:slug>/poster.pdf", paper_views.poster, name="poster"),
    path("<slug:slug>/sheet.pdf", paper_views.sheet, name="sheet"),
]
