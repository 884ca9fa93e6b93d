"""The frame around every screen: menus, languages, footer. Pages and forms share it."""

from dataclasses import dataclass, field, replace

from django.conf import settings

from pages import links
from pages.links import Link
from pages.models import BasePage, Organisation, SiteWords


@dataclass(frozen=True)
class Frame:
    """What ``base.html`` draws. ``alternates`` is (language code, its own name, path)."""

    language: str
    organisation: Organisation
    words: SiteWords | None
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


def build_frame(*, page: BasePage | None, language: str) -> Frame:
    """Collect the frame for a page, or for a screen without one (``page`` None), in few queries.

    Three queries; none of them depends on how much the page links to.
    """
    words = site_words(language)
    menu = _entries(words.menu) if words else []
    footer = _entries(words.footer_menu) if words else []
    ids = {number for number, _ in [*menu, *footer]} | (page.linked_ids() if page else set())
    newest = page.newest_articles() if page is not None and page.wants_newest_articles else None
    around = links.resolve(ids, language, around=page, articles=newest)
    table = around.table
    return Frame(
        language=language,
        organisation=Organisation.load(),
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


def _entries(stream) -> list[tuple[int, str]]:
    """The (page id, label) of a menu's entries, as stored: nothing is fetched for that."""
    values = [item["value"] for item in stream.raw_data]
    return [(value["page"], value.get("label", "")) for value in values if value.get("page")]


def _menu_links(entries: list[tuple[int, str]], table: dict[int, Link]) -> list[Link]:
    return [
        replace(table[number], title=label or table[number].title)
        for number, label in entries
        if number in table
    ]
