"""Puts the staff screens of editions and offices into Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from solidarity import editions_admin
from solidarity.editions_admin import APPROVE, PREPARE
from solidarity.offices_admin import OfficeViewSet

offices = OfficeViewSet("offices")


@hooks.register("register_admin_urls")
def register_edition_urls():
    views = editions_admin
    urls = [
        path("", views.index, name="index"),
        path("prepare/<int:call_id>/", views.prepare, name="prepare"),
        path("files/<int:file_id>/", views.download, name="download"),
        path("<int:edition_id>/", views.edition, name="edition"),
        path("<int:edition_id>/letter/", views.letter, name="letter"),
        path("<int:edition_id>/progress/", views.progress, name="progress"),
        path("<int:edition_id>/rest/", views.make_rest, name="make_rest"),
        path("<int:edition_id>/reopen/", views.reopen, name="reopen"),
        path("<int:edition_id>/approve/", views.approve, name="approve"),
        path("<int:edition_id>/delivery/", views.delivery, name="delivery"),
        path("<int:edition_id>/answer/", views.answer, name="answer"),
    ]
    included = include((urls, "solidarity_editions"), namespace="solidarity_editions")
    return [path("editions/", included)]


class EditionsMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(PREPARE) or request.user.has_perm(APPROVE)


@hooks.register("register_admin_viewset")
def register_offices() -> OfficeViewSet:
    return offices


@hooks.register("register_admin_menu_item")
def register_delivery_menu_item() -> SubmenuMenuItem:
    editions = EditionsMenuItem(
        _("Editions"), reverse("solidarity_editions:index"), icon_name="mail", order=10
    )
    items = [editions, offices.get_menu_item(order=20)]
    return SubmenuMenuItem(
        _("Delivery"), Menu(items=items), name="delivery", icon_name="mail", order=208
    )


@hooks.register("register_permissions")
def register_editions():
    return Permission.objects.filter(
        content_type__app_label="solidarity", codename__in=["prepare_edition", "approve_edition"]
    )


@hooks.register("register_log_actions")
def name_steps(actions) -> None:
    steps = [
        ("prepare_edition", _("Prepare an edition"), _("Edition begun")),
        ("change_letter", _("Change the letter"), _("Letter changed")),
        ("freeze_edition", _("Freeze an edition"), _("List frozen")),
        ("reopen_edition", _("Open a list again"), _("List opened again")),
        ("approve_edition", _("Approve an edition"), _("Edition approved")),
        ("download_dossier", _("Download a dossier"), _("File of the dossier downloaded")),
        ("deliver_edition", _("Record a delivery"), _("Delivery recorded")),
        ("change_delivery", _("Change a delivery"), _("Delivery corrected or answered")),
    ]
    for name, label, message in steps:
        actions.register_action(f"solidarity.{name}", label, message)
