"""Puts the checks into Wagtail's admin: the side panel, buttons of pages, the reports, the menu."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import policy_registry

from newsroom.checking import (
    content_checker,
    log_actions,  # noqa: F401  # its hook
    to_do,
)
from pages.models import AppealPage, CampaignPage
from staff.to_do import register

register(to_do.items, order=to_do.ORDER)
hooks.register("construct_wagtail_userbar", content_checker.check_what_editors_write)


class PagesMenuItem(MenuItem):
    """Is shown to whoever may edit a page."""

    def is_shown(self, request: HttpRequest) -> bool:
        policy = policy_registry.get_by_type(Page)
        return policy.user_has_any_permission(request.user, ["change", "publish"])


@hooks.register("register_admin_urls")
def register_checking_urls():
    return [path("newsroom/checking/", include("newsroom.checking.urls"))]


@hooks.register("register_reports_menu_item")
def register_report() -> PagesMenuItem:
    return PagesMenuItem(
        _("Texts, figures and links"),
        reverse("newsroom_checking:report"),
        name="content-checks",
        icon_name="glasses",
        order=100,
    )


@hooks.register("register_reports_menu_item")
def register_launches() -> PagesMenuItem:
    return PagesMenuItem(
        _("Launch checklists"),
        reverse("newsroom_checking:launches"),
        name="launch-checklists",
        icon_name="list-ul",
        order=110,
    )


@hooks.register("register_page_header_buttons")
def offer_checks(page: Page, user, view_name: str, next_url: str | None = None):
    """Lead from a page to what is found in it, and from a campaign to its checklist."""
    if page.depth < 2 or not page.permissions_for_user(user).can_edit():
        return
    yield Button(
        _("Before you publish"),
        reverse("newsroom_checking:page", args=[page.pk]),
        icon_name="glasses",
        priority=66,
    )
    if page.depth == 3 and issubclass(page.specific_class or Page, CampaignPage | AppealPage):
        yield Button(
            _("Launch checklist"),
            reverse("newsroom_checking:launch", args=[page.translation_key]),
            icon_name="list-ul",
            priority=67,
        )


@hooks.register("insert_editor_js")
def follow_the_draft() -> str:
    return format_html('<script type="module" src="{}"></script>', static("js/admin/checks.js"))
