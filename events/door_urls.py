"""Addresses below ``/<language>/events/door/``, in the namespace of the events.

The service worker may act on whatever is below this, and on nothing else.
"""

from django.urls import path

from events import door_views

urlpatterns = [
    path("", door_views.page, name="door-page"),
    path("worker.js", door_views.worker, name="door-worker"),
    path("<str:token>/", door_views.page, name="door"),
    path("<str:token>/open/", door_views.open_list, name="door-open"),
    path("<str:token>/taps/", door_views.taps, name="door-taps"),
]
