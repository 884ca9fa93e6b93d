"""The campaigns with their actions, and the articles."""

from datetime import date

from wagtail.models import Page

from donations.models import Appeal, BankAccount, OutsideAmount
from events.models import Event
from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    Organisation,
    PhotoCallPage,
    Theme,
    WallPage,
)
from pages.seeding.blocks import Pages, build_body, paragraphs, same
from pages.seeding.loading import (
    TRANSLATIONS,
    home_page,
    names,
    publish,
    publish_translated,
    read_content,
)
from pages.translation import Words, translate
from solidarity.models import PhotoCall


def load_campaign() -> None:
    """#NotATarget as the seed tells it: a running campaign whose 2022 actions are past."""
    content = read_content("notatarget")
    entry = content["campaign"]
    account = BankAccount.objects.create(
        label="Viva Salud",
        iban=entry["gift"]["iban"].replace(" ", ""),
        payee_name=entry["gift"]["payee"],
        is_confirmed=True,
    )
    organisation = Organisation.load()
    organisation.account = account
    organisation.save()
    call, event, appeal = _past_facts(content, account)
    campaign = _add_story(_campaign_page(entry), entry)
    # Pages below it can be translated only once it is.
    _fill_story(campaign, entry, [], {})
    actions = load_action_pages(campaign, content, call=call, event=event, appeal=appeal)
    body = [
        *({"type": "section", **section} for section in entry["sections"]),
        {"type": "actions", **entry["involved"], "cards": entry["cards"]},
        {"type": "gift", **entry["gift"], "appeal": appeal},
        {"type": "contact", **entry["contact"]},
        {"type": "partners", **entry["partners"]},
    ]
    _fill_story(campaign, entry, body, actions)


def _past_facts(content: dict, account: BankAccount) -> tuple[PhotoCall, Event, Appeal]:
    """The three actions of 2022, all over."""
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
        communication=content["campaign"]["gift"]["communication"],
        is_closed=True,
        **names(content["appeal"], "name"),
    )
    return call, event, appeal


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


def load_campaigns_and_articles(*, is_new_site: bool) -> None:
    """The other campaigns, the ended appeal and the articles; they point at one another.

    So all pages are added first, then filled. On a new site #NotATarget points at them too; on one
    that had it before, its page belongs to the editors.
    """
    articles = read_content("articles")
    themes = {entry["key"]: _make_theme(entry) for entry in articles["themes"]}
    stories = {
        "public_health": read_content("public_health"),
        "vaccine": read_content("vaccine"),
        "sante_en_lutte": read_content("sante_en_lutte"),
    }
    notatarget = CampaignPage.objects.child_of(home_page()).filter(slug="notatarget").first()
    pages: dict[str, Page | None] = {"notatarget": notatarget}
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
    if is_new_site:
        _surround(notatarget, read_content("notatarget")["around"], themes, pages)


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


def load_outside_amount() -> None:
    """What Santé en Lutte brought in on its platform, as far as the first page tells.

    Its day is the last of the appeal: on which day the sum was counted is not known.
    """
    entry = read_content("sante_en_lutte")["appeal"]
    outside = entry["outside"]
    # Editors may have removed the appeal of a site that was loaded before.
    for appeal in Appeal.objects.filter(slug=entry["slug"]["en"], closes_on__isnull=False):
        OutsideAmount.objects.create(
            appeal=appeal,
            amount_eur=outside["amount_eur"],
            on=appeal.closes_on,
            is_at_least=outside["is_at_least"],
            **names(outside, "note"),
        )


def _add_story(page: Page, entry: dict) -> Page:
    """Add a campaign or an appeal that others may point at; it is published when it is filled."""
    page.title = entry["title"]["en"]
    page.slug = entry["slug"]["en"]
    page.live = False
    parent = home_page()
    page.locale = parent.locale
    return parent.add_child(instance=page)


def _fill_story(page: Page, entry: dict, body: list[dict], pages: Pages) -> None:
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
    publish_translated(page, words, entry["slug"])


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


def _surround(campaign: CampaignPage, entry: dict, themes: dict[str, Theme], pages: Pages) -> None:
    """Give #NotATarget its theme, hashtag, articles and related campaigns."""
    words = Words()
    campaign.theme = themes[entry["theme"]]
    campaign.hashtag = words(same(entry["hashtag"]))
    campaign.body.extend(build_body(entry["body"], words, pages))
    campaign.save_revision().publish()
    for language in TRANSLATIONS:
        translate(campaign, words, language)
