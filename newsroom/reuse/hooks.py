"""Puts using a campaign again, and the list of old addresses, into Wagtail's admin."""

from collections.abc import Iterator

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button

from newsroom.reuse.address_views import CHANGE
from newsroom.reuse.copying import USE_AGAIN, may_copy
from newsroom.reuse.facts import COPY_FACT
from newsroom.reuse.views import is_reusable


@hooks.register("register_admin_urls")
def register_reuse_urls():
    return [path("newsroom/reuse/", include("newsroom.reuse.urls"))]


@hooks.register("register_page_header_buttons")
def offer_in_header(page, user, view_name, next_url=None) -> Iterator[Button]:
    yield from _buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def offer_in_list(page, user, next_url=None) -> Iterator[Button]:
    yield from _buttons(page, user)


def _buttons(page, user) -> Iterator[Button]:
    specific = page.specific_deferred
    if not is_reusable(specific):
        return
    if may_copy(page, user):
        url = reverse("newsroom_reuse:again", args=[page.pk])
        yield Button(_("Use again for next year"), url, icon_name="copy", priority=31)
    if not page.live and page.permissions_for_user(user).can_edit():
        url = reverse("newsroom_reuse:left", args=[page.pk])
        yield Button(_("What is left to fill in"), url, icon_name="list-ul", priority=32)


class AddressesMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(CHANGE)


@hooks.register("register_reports_menu_item")
def register_addresses() -> MenuItem:
    address = reverse("newsroom_reuse:addresses")
    return AddressesMenuItem(
        _("Old addresses"), address, name="old-addresses", icon_name="redirect", order=30
    )


@hooks.register("register_log_actions")
def name_reuse_actions(actions) -> None:
    actions.register_action(
        USE_AGAIN, _("Use a campaign again"), _("Made from an earlier campaign")
    )
    actions.register_action(
        COPY_FACT, _("Copy for another year"), _("Copied with an earlier campaign")
    )
