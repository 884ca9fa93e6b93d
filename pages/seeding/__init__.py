"""The site's first content: words from ``pages/content/*.toml``, facts from the same tables.

Each piece is loaded once (``LoadedContent``); afterwards it belongs to the editors. English is
built here, French and Dutch through wagtail-localize, as editors will go on doing.
"""

from functools import partial

from pages.seeding import campaigns, offices, site
from pages.seeding.campaigns import load_action_pages
from pages.seeding.loading import home_page, names, once, read_content
from pages.seeding.offices import give_office

__all__ = [
    "give_office",
    "home_page",
    "load_action_pages",
    "load_site",
    "names",
    "once",
    "read_content",
]


def load_site() -> None:
    """Load everything that a new site needs, in the order in which it builds on itself."""
    site.ensure_locales()
    once("search-index", site.index_again)
    once("home", site.load_home)
    once("standard-pages", site.load_standard_pages)
    is_new_site = once("notatarget", campaigns.load_campaign)
    once("notatarget-office", offices.load_office)
    once("contact", site.load_contact)
    once(
        "campaigns-and-articles",
        partial(campaigns.load_campaigns_and_articles, is_new_site=is_new_site),
    )
    once("outside-amount", campaigns.load_outside_amount)
    once("menus", site.load_menus)
