"""Puts the staff screens of photos into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from solidarity import delivery_hooks  # noqa: F401  # its hooks
from solidarity.moderation.access import MODERATE
from solidarity.moderation.calls import PartnerViewSet, PhotoCallViewSet
from solidarity.to_do import editions_to_do, photos_to_do
from staff import to_do

to_do.register(photos_to_do, order=20)
to_do.register(editions_to_do, order=25)

photo_calls, partners = PhotoCallViewSet("photo-calls"), PartnerViewSet("photo-partners")


@hooks.register("register_admin_urls")
def register_photo_urls():
    return [path("photos/", include("solidarity.moderation.urls"))]


class ModeratorMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(MODERATE)


@hooks.register("register_admin_menu_item")
def register_photos_menu_item() -> SubmenuMenuItem:
    screens = (
        ("queue", _("To moderate"), "view"),
        ("reported", _("Reported photos"), "warning"),
        ("waiting", _("All waiting"), "list-ul"),
        ("aside", _("Set aside"), "folder-open-inverse"),
        ("decided", _("Decided photos"), "tasks"),
        ("mail_entry", _("Enter a photo from an email"), "mail"),
    )
    items = [
        ModeratorMenuItem(
            label, reverse(f"solidarity_photos:{name}"), icon_name=icon, order=10 * place
        )
        for place, (name, label, icon) in enumerate(screens, start=1)
    ]
    items += [photo_calls.get_menu_item(), partners.get_menu_item()]
    return SubmenuMenuItem(
        _("Photos"), Menu(items=items), name="photos", icon_name="image", order=205
    )


@hooks.register("register_admin_viewset")
def register_photo_calls() -> list:
    return [photo_calls, partners]


@hooks.register("register_permissions")
def register_moderation():
    return Permission.objects.filter(
        content_type__app_label="solidarity", codename="moderate_photo"
    )


@hooks.register("register_log_actions")
def name_decisions(actions) -> None:
    actions.register_action("solidarity.approve", _("Approve a photo"), _("Photo approved"))
    actions.register_action("solidarity.reject", _("Reject a photo"), _("Photo rejected"))
    actions.register_action("solidarity.aside", _("Set a photo aside"), _("Photo set aside"))
    actions.register_action("solidarity.undo", _("Undo a decision"), _("Decision undone"))
    actions.register_action("solidarity.edit", _("Change a picture"), _("Picture changed"))
    actions.register_action("solidarity.keep", _("Keep a photo"), _("Reported photo kept"))
    actions.register_action("solidarity.take_down", _("Take a photo down"), _("Photo taken down"))
    actions.register_action("solidarity.enter", _("Enter a photo"), _("Emailed photo entered"))
