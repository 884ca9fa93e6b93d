"""The site with the guard of places taken off: what the drill's control is served by."""

from campaign_site.wsgi import application
from events.services import taking
from tests.events.crowds import take_seat_unguarded

taking.take_seat = take_seat_unguarded

__all__ = ["application"]
