"""Addresses below ``/admin/invitation/``, which the links of our mails lead to."""

from django.urls import path

from staff.members import public

app_name = "staff_invitation"
urlpatterns = [
    path("<str:token>/", public.invitation, name="invitation"),
    path("again/<str:uid>/<str:token>/", public.start_anew, name="new_start"),
]
