"""Addresses of an event's paper."""

from django.urls import path

from events.hosting import paper

_PAPER = "events/<int:event_id>/paper/"

urlpatterns = [
    path(_PAPER, paper.paper, name="paper"),
    path(f"{_PAPER}poster-<str:language>-<str:size>.pdf", paper.poster, name="paper_poster"),
    path(f"{_PAPER}sheet-<str:language>.pdf", paper.sheet, name="paper_sheet"),
]
