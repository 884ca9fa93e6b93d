"""Puts the staff screens of events into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path
from wagtail import hooks

from events.hosting import log_actions  # noqa: F401  # its hook
from events.hosting.events import EventsGroup
from events.hosting.to_do import events_to_do
from staff import to_do

to_do.register(events_to_do, order=35)


@hooks.register("register_admin_urls")
def register_hosting_urls():
    return [path("hosting/", include("events.hosting.urls"))]


@hooks.register("register_permissions")
def register_hosting_permissions():
    return Permission.objects.filter(
        content_type__app_label="events",
        codename__in=["message_attendees", "manage_door", "view_needs", "export_signup"],
    )


@hooks.register("register_admin_viewset")
def register_events() -> EventsGroup:
    return EventsGroup()
