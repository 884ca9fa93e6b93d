"""Puts the figures of campaigns and the source tags into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from newsroom.reporting import (
    log_actions,  # noqa: F401  # its hook
    sources,
)
from newsroom.reporting.access import SEE_REPORTS


@hooks.register("register_admin_urls")
def register_reporting_urls():
    return [
        path("newsroom/reporting/", include("newsroom.reporting.urls")),
        path("sources/", include("newsroom.reporting.sources_urls")),
    ]


@hooks.register("register_permissions")
def register_reporting_permissions():
    return Permission.objects.filter(
        content_type__app_label__in=["newsroom", "supporters"],
        codename__in=["view_reports", "view_sourcetag", "add_sourcetag", "change_sourcetag"],
    )


class PermittedMenuItem(MenuItem):
    """An entry of the menu for those who hold a permission."""

    def __init__(self, label, url_name: str, *, permission: str, **kwargs) -> None:
        super().__init__(label, reverse(url_name), **kwargs)
        self.permission = permission

    def is_shown(self, request) -> bool:
        return request.user.has_perm(self.permission)


@hooks.register("register_reports_menu_item")
def register_reports() -> MenuItem:
    return PermittedMenuItem(
        _("What came in"),
        "newsroom_reporting:index",
        permission=SEE_REPORTS,
        name="what-came-in",
        icon_name="history",
        order=10,
    )


@hooks.register("register_reports_menu_item")
def register_sources() -> MenuItem:
    return PermittedMenuItem(
        _("Source tags"),
        "newsroom_sources:index",
        permission=sources.VIEW,
        name="source-tags",
        icon_name="tag",
        order=20,
    )
