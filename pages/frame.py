"""The frame around every screen: menus, languages, footer. Pages and forms share it."""

from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db.models import Subquery
from django.db.models.functions import JSONObject

from pages import links, prepared
from pages.links import Link
from pages.models import BasePage, Organisation, SiteWords


@dataclass(frozen=True)
class Words:
    """The words around every page in one language; menus as (page id, label)."""

    tagline: str
    mission: str
    footer_slogan: str
    menu: list[tuple[int, str]]
    footer_menu: list[tuple[int, str]]


@dataclass(frozen=True)
class Frame:
    """What ``base.html`` draws. ``alternates`` is (language code, its own name, path)."""

    language: str
    organisation: Organisation
    words: Words | None
    menu: list[Link]
    footer_menu: list[Link]
    alternates: list[tuple[str, str, str]]
    links: dict[int, Link] = field(default_factory=dict)
    ancestors: list[Link] = field(default_factory=list)
    children: list[Link] = field(default_factory=list)
    grandchildren: list[Link] = field(default_factory=list)
    campaigns: list[Link] = field(default_factory=list)
    articles: list[Link] = field(default_factory=list)

    @property
    def home_url(self) -> str:
        return f"/{self.language}/"

    @property
    def open_actions(self) -> list[Link]:
        """The actions below this page that people can take today."""
        below = [*self.children, *self.grandchildren]
        return [link for link in below if link.fact and link.fact.is_open]

    @property
    def running_campaigns(self) -> list[Link]:
        """The other campaigns that run, for those who have come to the end of a page."""
        return [link for link in self.campaigns if link.is_running]


def site_words(language: str) -> SiteWords | None:
    return SiteWords.objects.filter(locale__language_code=language).first()


def _organisation_and_words(language: str) -> tuple[Organisation, Words | None]:
    """Who runs the site, with its account, and the words in ``language``: one query."""
    organisation = next(iter(prepared.fetch(organisation_and_words, language=language)), None)
    if organisation is None:
        # The first visit of a new site makes the row.
        Organisation.load()
        return _organisation_and_words(language)
    found = organisation.words
    if found is None:
        return organisation, None
    menus = {name: _entries(found.pop(name)) for name in ("menu", "footer_menu")}
    return organisation, Words(**found, **menus)


def organisation_and_words(given):
    """The one organisation with the words as JSON, as ``prepared`` asks for them."""
    words = SiteWords.objects.filter(locale__language_code=given.language).order_by("pk")
    stored = words.values(
        stored=JSONObject(
            tagline="tagline",
            mission="mission",
            footer_slogan="footer_slogan",
            menu="menu",
            footer_menu="footer_menu",
        )
    )
    organisations = Organisation.objects.select_related("account")
    return organisations.annotate(words=Subquery(stored[:1])).order_by("pk")[:1]


def build_frame(*, page: BasePage | None, language: str) -> Frame:
    """Collect the frame for a page, or for a screen without one (``page`` None), in two queries.

    Neither depends on how much the page links to.
    """
    organisation, words = _organisation_and_words(language)
    menu = words.menu if words else []
    footer = words.footer_menu if words else []
    ids = {number for number, _ in [*menu, *footer]} | (page.linked_ids() if page else set())
    newest = page is not None and page.wants_newest_articles
    facts = page is not None and page.shows_facts
    around = links.resolve(ids, language, around=page, newest=newest, facts=facts)
    table = around.table
    return Frame(
        language=language,
        organisation=organisation,
        words=words,
        menu=_menu_links(menu, table),
        footer_menu=_menu_links(footer, table),
        alternates=[
            (code, name, around.translations[code])
            for code, name in settings.LANGUAGES
            if code in around.translations
        ],
        links=table,
        ancestors=around.ancestors,
        children=around.children,
        grandchildren=around.grandchildren,
        campaigns=around.campaigns,
        articles=around.articles,
    )


def _entries(stored: list[dict]) -> list[tuple[int, str]]:
    """The (page id, label) of a menu's entries, as stored: nothing is fetched for that."""
    values = [item["value"] for item in stored]
    return [(value["page"], value.get("label", "")) for value in values if value.get("page")]


def _menu_links(entries: list[tuple[int, str]], table: dict[int, Link]) -> list[Link]:
    return [
        replace(table[number], title=label or table[number].title)
        for number, label in entries
        if number in table
    ]
