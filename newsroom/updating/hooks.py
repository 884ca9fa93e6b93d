"""Puts updates by mail into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from newsroom.updating.access import SEE
from supporters.wagtail_hooks import PermittedMenuItem


@hooks.register("register_admin_urls")
def register_update_urls():
    return [path("newsroom/updating/", include("newsroom.updating.urls"))]


@hooks.register("register_permissions")
def register_update_permissions():
    return Permission.objects.filter(
        content_type__app_label="newsroom", codename__endswith="_campaignupdate"
    )


@hooks.register("register_admin_menu_item")
def register_update_menu_item() -> PermittedMenuItem:
    return PermittedMenuItem(
        _("Updates by email"),
        "newsroom_updating:index",
        permission=SEE,
        name="updates-by-email",
        icon_name="mail",
        order=305,
    )


@hooks.register("register_log_actions")
def name_update_actions(actions) -> None:
    named = [
        ("newsroom.write_update", _("Write an update by email"), _("Update by email begun")),
        ("newsroom.change_update", _("Change an update by email"), _("Update by email changed")),
        ("newsroom.test_update", _("Try out an update by email"), _("Update sent as a test")),
        ("newsroom.send_update", _("Send an update by email"), _("Update by email sent")),
        ("newsroom.stop_update", _("Stop an update by email"), _("Update by email stopped")),
        (
            "newsroom.go_on_with_update",
            _("Go on with an update by email"),
            _("Update by email goes on"),
        ),
        (
            "newsroom.throw_update_away",
            _("Delete the draft of an update"),
            _("Draft of an update deleted"),
        ),
    ]
    for name, label, message in named:
        actions.register_action(name, label, message)
