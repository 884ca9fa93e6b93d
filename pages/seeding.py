"""The site's first content: words from ``pages/content/*.toml``, facts from the same tables.

Each piece is loaded once (``LoadedContent``); afterwards it belongs to the editors. English is
built here, French and Dutch through wagtail-localize, as editors will go on doing.
"""

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.html import escape
from wagtail.models import Locale, Page, Site

from donations.models import Appeal, BankAccount
from events.models import Event
from pages.models import (
    AppealPage,
    CampaignPage,
    EventPage,
    HomePage,
    LoadedContent,
    Organisation,
    PhotoCallPage,
    SiteWords,
    StandardPage,
)
from pages.translation import Words, translate
from solidarity.models import PhotoCall

CONTENT = Path(__file__).parent / "content"
TRANSLATIONS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def read_content(name: str) -> dict:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def once(key: str, load: Callable[[], object]) -> bool:
    """Run ``load`` unless it ran before; all of it or nothing. Return whether it ran."""
    with transaction.atomic():
        _, is_new = LoadedContent.objects.get_or_create(key=key)
        if is_new:
            load()
    return is_new


def load_site() -> None:
    """Load everything that a new site needs, in the order in which it builds on itself."""
    ensure_locales()
    once("home", load_home)
    once("standard-pages", load_standard_pages)
    once("notatarget", load_campaign)
    once("menus", load_menus)


def ensure_locales() -> None:
    for code, _ in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def load_home() -> None:
    """Replace Wagtail's welcome page by the home page in three languages."""
    content = read_content("site")["home"]
    words = Words()
    root = Page.get_first_root_node()
    Site.objects.all().delete()
    for page in root.get_children():
        page.delete()
    root.refresh_from_db()
    home = root.add_child(
        instance=HomePage(
            title=words(content["title"]),
            slug="home",
            hero_kicker=words(content["hero_kicker"]),
            hero_title=words(content["hero_title"]),
            lead=words(content["lead"]),
            campaigns_heading=words(content["campaigns_heading"]),
            events_heading=words(content["events_heading"]),
            locale=Locale.get_default(),
        )
    )
    home.save_revision().publish()
    address = urlsplit(settings.SITE_URL)
    Site.objects.create(
        hostname=address.hostname,
        port=address.port or (443 if address.scheme == "https" else 80),
        root_page=home,
        is_default_site=True,
        site_name=settings.WAGTAIL_SITE_NAME,
    )
    for language in TRANSLATIONS:
        translate(home, words, language, slug=f"home-{language}")


def home_page() -> HomePage:
    return HomePage.objects.get(locale=Locale.get_default())


def paragraphs(entries: list[dict], words: Words) -> str:
    return "".join(f"<p>{escape(words(entry))}</p>" for entry in entries)


def sections(entries: list[dict], words: Words) -> list[tuple[str, dict]]:
    return [
        (
            "section",
            {
                "heading": words(entry["heading"]),
                "text": paragraphs(entry["paragraphs"], words),
            },
        )
        for entry in entries
    ]


def publish(parent: Page, page: Page, words: Words, slugs: dict[str, str]) -> Page:
    """Add ``page`` below ``parent``, publish it and its translations, and return it."""
    page.slug = slugs["en"]
    page.locale = parent.locale
    parent.add_child(instance=page)
    page.save_revision().publish()
    for language in TRANSLATIONS:
        translate(page, words, language, slug=slugs[language])
    return page


def load_standard_pages() -> None:
    for entry in read_content("site")["standard"]:
        words = Words()
        page = StandardPage(
            title=words(entry["title"]),
            lead=words(entry["lead"]),
            body=sections(entry["sections"], words),
        )
        publish(home_page(), page, words, entry["slug"])


def names(entry: dict, field: str) -> dict[str, str]:
    """Return the three fields of a fact that has ``field`` in each language."""
    return {f"{field}_{code}": entry[field][code] for code, _ in settings.LANGUAGES}


def load_campaign() -> None:
    """#NotATarget as the seed tells it: a running campaign whose 2022 actions are past."""
    content = read_content("notatarget")
    gift = content["campaign"]["gift"]
    account = BankAccount.objects.create(
        label="Viva Salud", iban=gift["iban"].replace(" ", ""), payee_name=gift["payee"]
    )
    organisation = Organisation.load()
    organisation.account = account
    organisation.save()
    call = PhotoCall.objects.create(
        slug="notatarget-2022",
        is_closed=True,
        **names(content["photo_call"], "name"),
        **names(content["photo_call"], "recipient"),
    )
    event = Event.objects.create(
        slug="defend-the-defenders-2022",
        day=date(2022, 12, 9),
        takes_sign_ups=False,
        **names(content["event"], "name"),
        **names(content["event"], "place"),
    )
    appeal = Appeal.objects.create(
        slug="notatarget-2022",
        account=account,
        is_closed=True,
        **names(content["appeal"], "name"),
    )
    campaign = _publish_campaign(content["campaign"])
    actions = load_action_pages(campaign, content, call=call, event=event, appeal=appeal)
    _fill_campaign(campaign, content["campaign"], actions, appeal)


def _same(text: str) -> dict[str, str]:
    """A text that is the same in every language."""
    return dict.fromkeys(dict(settings.LANGUAGES), text)


def _publish_campaign(entry: dict) -> CampaignPage:
    words = Words()
    page = CampaignPage(
        title=words(entry["title"]),
        name=words(_same(entry["name"])),
        strapline=words(entry["strapline"]),
        lead=words(entry["lead"]),
        search_description=words(entry["search_description"]),
        body=sections(entry["sections"], words),
    )
    return publish(home_page(), page, words, entry["slug"])


def load_action_pages(
    campaign: CampaignPage, content: dict, *, call: PhotoCall, event: Event, appeal: Appeal
) -> dict[str, Page]:
    """Publish the pages of a photo call, an event and an appeal below ``campaign``."""
    made = {
        "photo": (PhotoCallPage(photo_call=call), content["photo_call"]),
        "event": (EventPage(event=event), content["event"]),
        "gift": (AppealPage(appeal=appeal), content["appeal"]),
    }
    for page, entry in made.values():
        words = Words()
        page.title = words(entry["title"])
        page.lead = words(entry["lead"])
        page.body = [("text", paragraphs(entry["paragraphs"], words))]
        publish(campaign, page, words, entry["slug"])
    return {key: page for key, (page, _) in made.items()}


def _fill_campaign(
    campaign: CampaignPage, entry: dict, actions: dict[str, Page], appeal: Appeal
) -> None:
    """Add what points at the action pages, which exist only now, and translate once more."""
    words = Words()
    for field in ("title", "strapline", "lead", "search_description"):
        words(entry[field])
    words(_same(entry["name"]))
    campaign.body = [
        *sections(entry["sections"], words),
        ("actions", _action_cards(entry, actions, words)),
        (
            "gift",
            {
                "heading": words(entry["gift"]["heading"]),
                "text": words(entry["gift"]["text"]),
                "appeal": appeal,
                "communication": entry["gift"]["communication"],
                "countries": [words(country) for country in entry["gift"]["countries"]],
            },
        ),
        (
            "contact",
            {
                "name": entry["contact"]["name"],
                "role": words(entry["contact"]["role"]),
                "email": entry["contact"]["email"],
                "text": words(entry["contact"]["text"]),
            },
        ),
        (
            "partners",
            {
                "heading": words(entry["partners"]["heading"]),
                "intro": words(entry["partners"]["intro"]),
                "items": [
                    {"name": words(item["name"]), "text": words(item["text"]), "url": ""}
                    for item in entry["partners"]["items"]
                ],
            },
        ),
    ]
    campaign.save_revision().publish()
    for language in TRANSLATIONS:
        translate(campaign, words, language, slug=entry["slug"][language])


def _action_cards(entry: dict, actions: dict[str, Page], words: Words) -> dict:
    return {
        "heading": words(entry["involved"]["heading"]),
        "intro": words(entry["involved"]["intro"]),
        "cards": [
            {
                "page": actions[card["key"]],
                "kicker": words(card["kicker"]),
                "heading": words(card["heading"]),
                "text": words(card["text"]),
                "link_text": words(card["link_text"]),
            }
            for card in entry["cards"]
        ],
    }


def load_menus() -> None:
    """The words around every page and the two menus, in three languages."""
    content = read_content("site")["words"]
    words = Words()
    campaigns = CampaignPage.objects.child_of(home_page()).order_by("path")
    texts = StandardPage.objects.child_of(home_page()).order_by("path")
    snippet = SiteWords.objects.create(
        tagline=words(content["tagline"]),
        mission=words(content["mission"]),
        footer_slogan=words(content["footer_slogan"]),
        menu=[
            *(("item", {"page": page, "label": words(_same(page.name))}) for page in campaigns),
            *(("item", {"page": page, "label": ""}) for page in texts[:1]),
        ],
        footer_menu=[("item", {"page": page, "label": ""}) for page in texts],
        locale=Locale.get_default(),
    )
    for language in TRANSLATIONS:
        translate(snippet, words, language)
