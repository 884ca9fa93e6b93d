"""Addresses below ``/admin/hosting/``, one module a subject."""

from django.urls import include, path

app_name = "events_hosting"
urlpatterns = [
    path("", include("events.hosting.attendees_urls")),
    path("", include("events.hosting.paper_urls")),
    path("", include("events.hosting.door_urls")),
    path("", include("events.hosting.messages_urls")),
]
