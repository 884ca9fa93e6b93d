"""Screens of Wagtail that are closed here, before Wagtail's own addresses.

Those of users and groups set passwords, make superusers and change what a group may do: whoever
asks for one is led to the screens about members. Workflows are not used, and the chooser of their
tasks asks for no permission. The last is Wagtail's trial of its own error page.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import re_path
from wagtail.admin.auth import permission_required, require_admin_access

from staff.members.access import MANAGE


@require_admin_access
@permission_required(MANAGE)
def lead_to_members(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return redirect("staff_members:index")


@require_admin_access
def refuse(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    re_path(r"^(?:users|groups|bulk/auth)/", lead_to_members),
    re_path(r"^(?:workflows/task_chooser|failwhale)/", refuse),
]
