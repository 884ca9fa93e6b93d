"""Makes “To do today” the admin's first page, and leaves each role the menu entries it needs."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from newsroom.today.panels import EventsPanel, LastEditedPanel, ToDoPanel
from newsroom.today.providers import invitations_to_do, updates_to_do
from staff import to_do

to_do.register(updates_to_do, order=66)
to_do.register(invitations_to_do, order=90)

# What Wagtail shows of itself: its own news and guide, workflows (nobody here has one), who uses
# which type of page, and lists that screens of ours replace. A name of Wagtail's that ends in a
# version stands here by its beginning.
_NOT_NEEDED = {
    "reports": ("workflow", "page-types-usage", "site-history"),
    "settings": ("workflow", "users", "groups"),
    "help": ("whats-new", "editor-guide"),
}


@hooks.register("construct_homepage_panels")
def show_what_is_to_do(request, panels) -> None:
    panels[:] = [ToDoPanel(), EventsPanel(), LastEditedPanel()]


@hooks.register("construct_homepage_summary_items", order=1000)
def count_nothing_but_that(request, items) -> None:
    """How many pages and pictures there are is nothing to do."""
    items.clear()


@hooks.register("register_admin_menu_item")
def register_today_menu_item() -> MenuItem:
    return MenuItem(
        _("To do today"), reverse("wagtailadmin_home"), name="today", icon_name="home", order=1
    )


def _without(items: list[MenuItem], menu: str) -> None:
    items[:] = [item for item in items if not item.name.startswith(_NOT_NEEDED[menu])]


@hooks.register("construct_reports_menu")
def trim_reports(request, items) -> None:
    _without(items, "reports")
    # wagtail-localize's list of translations; its name changes with the language.
    closed = reverse("wagtail_localize:translations_report")
    items[:] = [item for item in items if item.url != closed]


@hooks.register("construct_settings_menu")
def trim_settings(request, items) -> None:
    _without(items, "settings")


@hooks.register("construct_help_menu")
def trim_help(request, items) -> None:
    _without(items, "help")
