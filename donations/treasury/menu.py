"""What the treasurer finds in the admin's menu, in the order of their work."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from donations.treasury.access import FULFIL, IMPORT, MATCH, SEE_GIFTS


class PermittedMenuItem(MenuItem):
    """Is shown to whoever has ``permission``."""

    def __init__(self, label, address: str, permission: str, **kwargs):
        super().__init__(label, reverse(f"donations_treasury:{address}"), **kwargs)
        self.permission = permission

    def is_shown(self, request) -> bool:
        return request.user.has_perm(self.permission)


_DAILY = (
    (_("Bank statements"), "statements", IMPORT, "doc-full"),
    (_("To match"), "to_match", MATCH, "view"),
    (_("Nobody knows whose"), "payments_unmatched", MATCH, "help"),
    (_("All payments"), "payments", MATCH, "list-ul"),
    (_("Received gifts"), "gifts", SEE_GIFTS, "success"),
    (_("Rewards to send"), "rewards", FULFIL, "tick-inverse"),
)
_SELDOM = ((_("Reports"), "reports", SEE_GIFTS, "clipboard-list"),)


def with_treasury(items: list[MenuItem]) -> list[MenuItem]:
    """Return the menu: what is done every week, then ``items``, then the reports."""
    menu = [*_made(_DAILY), *items, *_made(_SELDOM)]
    for order, item in enumerate(menu, start=1):
        item.order = order
    return menu


def _made(entries) -> list[MenuItem]:
    return [
        PermittedMenuItem(label, address, permission, icon_name=icon)
        for label, address, permission, icon in entries
    ]
