"""Addresses of an event's overview and of those who signed up for it."""

from django.urls import path

from events.hosting import attendee, attendees, copy, exports, needs, overview, waiting

_EVENT = "events/<int:event_id>/"
_ONE = f"{_EVENT}attendees/<int:pk>/"
_FOR_ORGANISER = f"{_EVENT}export/<int:organiser_id>/"

urlpatterns = [
    path(_EVENT, overview.overview, name="overview"),
    path(f"{_EVENT}copy/", copy.copy, name="copy"),
    path(f"{_EVENT}copied/", copy.copied, name="copied"),
    path(f"{_EVENT}attendees/", attendees.attendees, name="attendees"),
    path(f"{_EVENT}attendees/find/", attendees.find_attendees, name="find_attendees"),
    path(f"{_EVENT}attendees/add/", attendee.add, name="add_attendee"),
    path(_ONE, attendee.attendee, name="attendee"),
    path(f"{_ONE}cancel/", attendee.cancel, name="cancel_attendee"),
    path(f"{_ONE}number/", attendee.change_number, name="change_attendee"),
    path(f"{_ONE}send-again/", attendee.send_again, name="send_attendee_again"),
    path(f"{_EVENT}waiting/", waiting.waiting_list, name="waiting"),
    path(f"{_EVENT}needs/", needs.needs, name="needs"),
    path(f"{_EVENT}export/", exports.export_attendees, name="export"),
    path(_FOR_ORGANISER, exports.export_for_organiser, name="export_for_organiser"),
]
