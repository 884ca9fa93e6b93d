"""Puts the screens about members of staff into Wagtail's admin, in the place of Wagtail's own."""

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page

from staff.login import hooks as login_hooks  # noqa: F401  # its hooks
from staff.members import log_actions  # noqa: F401  # its hook
from staff.members.access import MANAGE


@hooks.register("register_admin_urls")
def register_members_urls():
    return [path("members/", include("staff.members.urls"))]


@hooks.register("before_move_page")
def refuse_moves_before_they_are_shown(request: HttpRequest, page: Page, destination: Page) -> None:
    """Wagtail asks only when the move is confirmed, and shows the question to everybody."""
    if not page.permissions_for_user(request.user).can_move_to(destination):
        raise PermissionDenied


class MembersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MANAGE)


@hooks.register("register_settings_menu_item")
def register_members_menu_item() -> MembersMenuItem:
    return MembersMenuItem(
        _("Members of staff"),
        reverse("staff_members:index"),
        name="members",
        icon_name="group",
        order=600,
    )


@hooks.register("construct_settings_menu")
def leave_out_users_and_groups(request: HttpRequest, menu_items: list) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in ("users", "groups")]


@hooks.register("register_permissions")
def register_members_permissions():
    return Permission.objects.filter(
        content_type__app_label="staff", codename__in=["manage_members", "view_auditlog"]
    )
