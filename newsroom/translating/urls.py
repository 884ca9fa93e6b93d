"""Addresses below ``/admin/newsroom/translating/``."""

from django.urls import path

from newsroom.translating import board, changes, joint_views, marks, starting

app_name = "newsroom_translating"
urlpatterns = [
    path("", board.board, name="board"),
    path("page/<int:page_id>/begin/<str:language>/", starting.begin, name="begin"),
    path("page/<int:page_id>/together/", joint_views.together, name="together"),
    path("together/<int:plan_id>/call-off/", joint_views.call_off, name="call_off"),
    path("source/<int:source_id>/take-over/", changes.take_over, name="take_over"),
    path("<int:translation_id>/", changes.changes, name="changes"),
    path("<int:translation_id>/mark/", marks.mark, name="mark"),
    path("<int:translation_id>/confirm/", marks.confirm, name="confirm"),
    path("<int:translation_id>/assign/", marks.assign, name="assign"),
]
