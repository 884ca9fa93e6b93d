"""Addresses of what is told to attendees: mails, their words, a cancellation."""

from django.urls import path

from events.hosting import changes, messages

_EVENT = "events/<int:event_id>/"
_ONE = f"{_EVENT}messages/<uuid:public_id>/"

urlpatterns = [
    path(f"{_EVENT}messages/", messages.index, name="messages"),
    path(f"{_EVENT}messages/write/", messages.write, name="write_message"),
    path(_ONE, messages.message, name="message"),
    path(f"{_ONE}progress/", messages.message_progress, name="message_progress"),
    path(f"{_ONE}stop/", messages.stop_message, name="stop_message"),
    path(f"{_EVENT}cancel/", changes.cancel_event, name="cancel_event"),
]
