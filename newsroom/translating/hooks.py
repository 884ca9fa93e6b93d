"""Puts this subject into Wagtail's admin."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button

from newsroom.translating import (
    editing,  # noqa: F401  # its hooks
    log_actions,  # noqa: F401  # its hook
    states,
    to_do,
)
from newsroom.translating.access import TRANSLATE
from staff.to_do import register

register(to_do.provide, order=to_do.ORDER)


# Before wagtail-localize's own addresses, some of which are guarded here.
@hooks.register("register_admin_urls", order=-10)
def register_translating_urls():
    return [
        path("newsroom/translating/", include("newsroom.translating.urls")),
        path("localize/", include("newsroom.translating.guards")),
    ]


class TranslationsMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(TRANSLATE)


@hooks.register("register_admin_menu_item")
def register_board() -> MenuItem:
    return TranslationsMenuItem(
        _("Translations"),
        reverse("newsroom_translating:board"),
        name="translations",
        icon_name="wagtail-localize-language",
        order=150,
    )


@hooks.register("register_page_header_buttons")
def publish_together_button(page, user, view_name=None, next_url=None):
    """On a source page with translations: publish them all together."""
    if page.locale.language_code != states.SOURCE or page.depth == 1:
        return
    if user.has_perm(TRANSLATE) and page.permissions_for_user(user).can_publish():
        yield Button(
            _("Publish in several languages"),
            reverse("newsroom_translating:together", args=[page.pk]),
            priority=61,
            icon_name="wagtail-localize-language",
        )
