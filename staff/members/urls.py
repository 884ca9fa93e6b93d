"""Addresses below ``/admin/members/``."""

from django.urls import path

from staff.members import inviting, screens

app_name = "staff_members"
urlpatterns = [
    path("", screens.index, name="index"),
    path("invite/", inviting.invite, name="invite"),
    path("invitations/<uuid:public_id>/again/", inviting.send_again, name="send_again"),
    path("invitations/<uuid:public_id>/withdraw/", inviting.withdraw, name="withdraw"),
    path("<int:user_id>/", screens.member, name="member"),
    path("<int:user_id>/roles/", screens.roles, name="roles"),
    path("<int:user_id>/new-start/", screens.start_anew, name="start_anew"),
    path("<int:user_id>/leave/", screens.leave, name="leave"),
]
