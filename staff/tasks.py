"""The background tasks about accounts of staff, where the queue looks for an app's tasks."""

from staff.members.tasks import (
    send_staff_invitation,
    send_staff_new_start,
    send_staff_new_start_told,
    send_staff_roles,
)

__all__ = [
    "send_staff_invitation",
    "send_staff_new_start",
    "send_staff_new_start_told",
    "send_staff_roles",
]
