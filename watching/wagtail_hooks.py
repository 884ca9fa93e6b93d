"""Puts what is wrong with the site into Wagtail's admin, for administrators."""

from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from staff import to_do
from watching import admin_views
from watching.to_do import ORDER, VIEW, alerts_to_do

to_do.register(alerts_to_do, order=ORDER)


@hooks.register("register_admin_urls")
def register_watching_urls():
    urls = [path("", admin_views.index, name="index")]
    return [path("watching/", include((urls, "watching_admin"), namespace="watching_admin"))]


class AlertsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)


@hooks.register("register_settings_menu_item")
def register_alerts_menu_item() -> AlertsMenuItem:
    return AlertsMenuItem(
        _("Alerts about the site"),
        reverse("watching_admin:index"),
        name="alerts",
        icon_name="warning",
        order=610,
    )


@hooks.register("register_permissions")
def register_watching_permissions():
    return Permission.objects.filter(content_type__app_label="watching", codename="view_alert")
