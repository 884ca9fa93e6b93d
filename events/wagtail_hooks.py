"""Puts the staff screens of events into Wagtail's admin."""

from wagtail import hooks

from events.admin_views import EventsGroup


@hooks.register("register_admin_viewset")
def register_events() -> EventsGroup:
    return EventsGroup()
