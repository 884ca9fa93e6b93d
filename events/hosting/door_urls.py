"""Addresses of the door below ``/admin/hosting/``."""

from django.urls import path

from events.hosting import door

urlpatterns = [
    path("events/<int:event_id>/door/", door.passes, name="door"),
    path("events/<int:event_id>/door/counts/", door.counts, name="door_counts"),
    path("door/<int:pass_id>/end/", door.end, name="door_end"),
]
