"""Puts the log into Wagtail's admin, in place of Wagtail's own report of it."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from newsroom.auditing import wagtail_lists
from newsroom.auditing.views import EXPORT, VIEW

wagtail_lists.log_exports()
wagtail_lists.close_site_history()


@hooks.register("register_admin_urls")
def register_log_urls():
    return [path("newsroom/auditing/", include("newsroom.auditing.urls"))]


class LogMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(VIEW)


@hooks.register("register_reports_menu_item")
def register_log_menu_item() -> MenuItem:
    address = reverse("newsroom_auditing:index")
    return LogMenuItem(_("Who did what"), address, name="log", icon_name="history", order=100)


@hooks.register("register_permissions")
def register_log_permission():
    return Permission.objects.filter(content_type__app_label="staff", codename="view_auditlog")


@hooks.register("register_log_actions")
def name_exports(actions) -> None:
    actions.register_action(EXPORT, _("Export the log"), _("Log exported"))
    actions.register_action(
        wagtail_lists.EXPORT, _("Export a list of the admin"), _("List of the admin exported")
    )
