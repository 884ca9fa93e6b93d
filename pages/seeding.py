"""The site's first content: words from ``pages/content/*.toml``, facts from the same tables.

Each piece is loaded once (``LoadedContent``); afterwards it belongs to the editors. English is
built here, French and Dutch through wagtail-localize, as editors will go on doing.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from wagtail.models import Locale, Page, Site

from donations.models import Appeal, BankAccount
from events.models import Event
from pages.content_blocks import build_body, paragraphs, same
from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    LoadedContent,
    Organisation,
    PhotoCallPage,
    SiteWords,
    StandardPage,
    Theme,
    WallPage,
)
from pages.translation import MissingWords, Words, translate
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
    if is_new:
        # Translations are published as the transaction ends, from copies taken before they had
        # children: count these again, or editors could add none.
        Page.fix_tree()
    return is_new


def load_site() -> None:
    """Load everything that a new site needs, in the order in which it builds on itself."""
    ensure_locales()
    once("search-index", index_again)
    once("home", load_home)
    once("standard-pages", load_standard_pages)
    once("notatarget", load_campaign)
    once("contact", load_contact)
    once("campaigns-and-articles", load_campaigns_and_articles)
    once("menus", load_menus)


def ensure_locales() -> None:
    for code, _ in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def index_again() -> None:
    """Index pages that an older version of the site indexed, before languages were told apart."""
    call_command("update_index", verbosity=0)


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
            articles_heading=words(content["articles_heading"]),
            past_heading=words(content["past_heading"]),
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


def load_contact() -> None:
    """The page that says whom to write to."""
    for entry in read_content("contact")["standard"]:
        words = Words()
        page = StandardPage(
            title=words(entry["title"]),
            lead=words(entry["lead"]),
            body=build_body(entry["body"], words, {}),
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


def _publish_campaign(entry: dict) -> CampaignPage:
    words = Words()
    page = CampaignPage(
        title=words(entry["title"]),
        name=words(same(entry["name"])),
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
    load_wall(made["photo"][0], content["wall"])
    return {key: page for key, (page, _) in made.items()}


def load_wall(parent: PhotoCallPage, entry: dict) -> None:
    """Publish the wall of a photo call below the call's page."""
    words = Words()
    page = WallPage(
        title=words(entry["title"]),
        lead=words(entry["lead"]),
        empty_text=words(entry["empty_text"]),
        photo_call=parent.photo_call,
    )
    publish(parent, page, words, entry["slug"])


def _fill_campaign(
    campaign: CampaignPage, entry: dict, actions: dict[str, Page], appeal: Appeal
) -> None:
    """Add what points at the action pages, which exist only now, and translate once more."""
    words = Words()
    for field in ("title", "strapline", "lead", "search_description"):
        words(entry[field])
    words(same(entry["name"]))
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
        *build_body(
            [
                {"type": "contact", **entry["contact"]},
                {"type": "partners", **entry["partners"]},
            ],
            words,
            {},
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


def load_campaigns_and_articles() -> None:
    """The other campaigns, the ended appeal and the articles; they point at one another.

    So all pages are published first, then filled.
    """
    articles = read_content("articles")
    themes = {entry["key"]: _make_theme(entry) for entry in articles["themes"]}
    stories = {
        "public_health": read_content("public_health"),
        "vaccine": read_content("vaccine"),
        "sante_en_lutte": read_content("sante_en_lutte"),
    }
    pages: dict[str, Page] = {
        "notatarget": CampaignPage.objects.child_of(home_page()).filter(slug="notatarget").first()
    }
    for key, content in stories.items():
        if "campaign" in content:
            page, entry = _campaign_page(content["campaign"]), content["campaign"]
        else:
            page, entry = _appeal_page(content["appeal"]), content["appeal"]
        page.theme = themes.get(entry.get("theme", ""))
        pages[key] = _add_story(page, entry)
    pages |= _load_articles(articles, themes)
    for key, content in stories.items():
        entry = content.get("campaign") or content["appeal"]
        _fill_story(pages[key], entry, content["body"], pages)
    if pages["notatarget"]:
        _surround(pages["notatarget"], read_content("notatarget")["around"], themes, pages)


def _make_theme(entry: dict) -> Theme:
    theme, _ = Theme.objects.get_or_create(slug=entry["slug"], defaults=names(entry, "name"))
    return theme


def _campaign_page(entry: dict) -> CampaignPage:
    return CampaignPage(
        name=entry["name"]["en"],
        hashtag=entry.get("hashtag", ""),
        state=entry["state"],
        mood=entry["mood"],
    )


def _appeal_page(entry: dict) -> AppealPage:
    """An appeal that ran on another platform: dates, and no account of ours."""
    appeal = Appeal.objects.create(
        slug=entry["slug"]["en"],
        platform=entry["platform"],
        closes_on=date.fromisoformat(entry["closes_on"]),
        **names({"name": entry["fact_name"]}, "name"),
    )
    return AppealPage(appeal=appeal, mood=entry["mood"])


def _add_story(page: Page, entry: dict) -> Page:
    """Add a campaign or an appeal that others may point at; it is published when it is filled."""
    page.title = entry["title"]["en"]
    page.slug = entry["slug"]["en"]
    page.live = False
    parent = home_page()
    page.locale = parent.locale
    return parent.add_child(instance=page)


def _fill_story(page: Page, entry: dict, body: list[dict], pages: Mapping[str, Page]) -> None:
    """Give the page its words and blocks, and publish it and its translations."""
    words = Words()
    if isinstance(page, CampaignPage):
        page.name = words(entry["name"])
    page.title = words(entry["title"])
    page.strapline = words(entry["strapline"])
    page.lead = words(entry["lead"])
    page.search_description = words(entry["search_description"])
    page.other_names = [("name", dict(other)) for other in entry.get("other_names", [])]
    page.body = build_body(body, words, pages)
    page.save_revision().publish()
    for language in TRANSLATIONS:
        translate(page, words, language, slug=entry["slug"][language])


def _load_articles(content: dict, themes: dict[str, Theme]) -> dict[str, ArticlePage]:
    words = Words()
    index = ArticleIndexPage(
        title=words(content["index"]["title"]),
        lead=words(content["index"]["lead"]),
        empty_text=words(content["index"]["empty"]),
    )
    publish(home_page(), index, words, content["index"]["slug"])
    made = {}
    for entry in content["articles"]:
        words = Words()
        page = ArticlePage(
            title=words(entry["title"]),
            lead=words(entry["lead"]),
            search_description=words(entry["search_description"]),
            theme=themes[entry["theme"]],
            body=build_body(entry["body"], words, {}),
        )
        made[entry["key"]] = publish(index, page, words, entry["slug"])
    return made


def _surround(
    campaign: CampaignPage, entry: dict, themes: dict[str, Theme], pages: dict[str, Page]
) -> None:
    """Give #NotATarget its theme, hashtag, articles and related campaigns.

    Unless an editor has changed its texts since: then the page is theirs and stays as it is.
    """
    words = Words()
    try:
        with transaction.atomic():
            campaign.theme = themes[entry["theme"]]
            campaign.hashtag = entry["hashtag"]
            campaign.body.extend(build_body(entry["body"], words, pages))
            campaign.save_revision().publish()
            for language in TRANSLATIONS:
                translate(campaign, words, language)
    except MissingWords:
        campaign.refresh_from_db()


def load_menus() -> None:
    """The words around every page and the two menus, in three languages."""
    content = read_content("site")["words"]
    words = Words()
    campaigns = CampaignPage.objects.child_of(home_page()).order_by("path")
    running = campaigns.filter(state=CampaignPage.State.RUNNING)
    articles = ArticleIndexPage.objects.child_of(home_page())
    texts = StandardPage.objects.child_of(home_page()).order_by("path")
    snippet = SiteWords.objects.create(
        tagline=words(content["tagline"]),
        mission=words(content["mission"]),
        footer_slogan=words(content["footer_slogan"]),
        menu=[
            *(("item", {"page": page, "label": words(_names_of(page))}) for page in running),
            *(("item", {"page": page, "label": ""}) for page in articles),
            *(("item", {"page": page, "label": ""}) for page in texts[:1]),
        ],
        footer_menu=[("item", {"page": page, "label": ""}) for page in texts],
        locale=Locale.get_default(),
    )
    for language in TRANSLATIONS:
        translate(snippet, words, language)


def _names_of(page: CampaignPage) -> dict[str, str]:
    """The campaign's name in each language, as its translations have it."""
    translations = CampaignPage.objects.filter(translation_key=page.translation_key)
    return dict(translations.values_list("locale__language_code", "name"))
