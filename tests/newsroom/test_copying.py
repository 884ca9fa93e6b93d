"""Next year's campaign from this year's, and old addresses that still lead somewhere."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageLogEntry
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from donations.models import Appeal
from events.models import Event
from newsroom.reuse.addresses import described, old_addresses
from newsroom.reuse.bodies import Moves, moved_link
from newsroom.reuse.copying import ReuseError, use_again
from newsroom.reuse.days import move_of, same_weekday, years_to_come
from newsroom.reuse.left_to_do import points_of
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage
from solidarity.models import PhotoCall
from tests.factories import (
    in_days,
    make_account,
    make_reward,
    make_staff,
    notatarget,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "years", "moved"),
    [
        (date(2026, 12, 9), 1, date(2027, 12, 8)),
        (date(2027, 12, 8), 1, date(2028, 12, 6)),
        (date(2026, 12, 9), 6, date(2032, 12, 8)),
        (date(2024, 2, 29), 1, date(2025, 2, 27)),
        (date(2026, 12, 31), 1, date(2027, 12, 30)),
    ],
)
def test_days_move_to_the_nearest_same_weekday(day, years, moved):
    assert same_weekday(day, years) == moved
    assert moved.weekday() == day.weekday()


def test_days_move_until_the_last_of_them_lies_ahead():
    today = date(2026, 11, 30)

    assert years_to_come([date(2026, 12, 9)], today) == 1
    assert years_to_come([date(2022, 12, 9), date(2023, 12, 8)], today) == 3
    assert years_to_come([], today) == 1


def test_links_of_texts_move_whatever_the_order_of_their_attributes():
    moves = Moves(pages={3: 30}, appeals={})

    html = moved_link(
        '<a linktype="page" id="3">x</a><a id="3" linktype="page">y</a>'
        '<a id="3" linktype="document">z</a><a linktype="page" id="4">w</a>',
        moves,
    )

    assert html == (
        '<a linktype="page" id="30">x</a><a id="30" linktype="page">y</a>'
        '<a id="3" linktype="document">z</a><a linktype="page" id="4">w</a>'
    )


def test_days_of_a_campaign_keep_their_order_and_weekdays():
    """One by one they would not around 29 February: some go back by three days, some forth."""
    days = [date(2024, 2, 20) + timedelta(days=number) for number in range(20)]
    apart = [same_weekday(day, 3) for day in days]
    assert apart != sorted(apart)

    for years in range(1, 12):
        by = move_of(days, years)
        assert by.days % 7 == 0
        assert days[-1] + by == same_weekday(days[-1], years)


LEAD = "A march in 2026."
_FRENCH = {LEAD: "Une marche en 2026.", "Your turn": "À vous", "march-2026": "marche-2026"}


def blocks(sign_up: Page, photos: Page, appeal: Appeal) -> list[tuple]:
    card = {"page": photos, "kicker": "", "heading": "Send", "text": "It", "link_text": "Go"}
    news = {"date": None, "when": "Then", "heading": "It went well", "text": "<p>Yes.</p>"}
    return [
        ("text", f'<p><a linktype="page" id="{sign_up.pk}">Come</a></p>'),
        ("actions", {"heading": "Your turn", "intro": "", "cards": [card]}),
        ("gift", {"heading": "Give", "text": "Now", "appeal": appeal, "countries": []}),
        ("updates", {"heading": "News", "items": [news]}),
        ("outcome", {"heading": "Won", "text": "<p>We won.</p>", "figures": []}),
    ]


@pytest.fixture
def march(django_capture_on_commit_callbacks):
    """A campaign of 2026 in English and French: an event, a call, an appeal, and what happened."""
    campaign = CampaignPage(
        title="March 2026",
        name="March",
        slug="march-2026",
        lead=LEAD,
        state=CampaignPage.State.ENDED,
        ended_on=in_days(-1),
    )
    notatarget("en").get_parent().add_child(instance=campaign)
    event = Event.objects.create(
        slug="march-2026", name_en="March", name_fr="Marche", name_nl="Mars", day=in_days(-30)
    )
    appeal = Appeal.objects.create(
        slug="gifts-2026",
        name_en="Gifts",
        account=make_account(),
        communication="donation march",
        goal_eur=Decimal(500),
        is_closed=True,
    )
    make_reward(appeal=appeal, sizes={"S": 3}, stock=3)
    call = PhotoCall.objects.create(
        slug="photos-2026",
        name_en="Photos",
        name_nl="Foto’s",
        opens_on=in_days(-60),
        closes_on=in_days(-20),
    )
    photos = PhotoCallPage(title="Photos", slug="photos", photo_call=call)
    sign_up = EventPage(title="The march", slug="the-march", event=event)
    for page in (photos, sign_up, AppealPage(title="Gifts", slug="gifts", appeal=appeal)):
        campaign.add_child(instance=page)
    campaign.body = blocks(sign_up, photos, appeal)
    campaign.save_revision().publish()
    # Translations are published as the transaction ends.
    with django_capture_on_commit_callbacks(execute=True):
        translated(campaign, _FRENCH)
    with django_capture_on_commit_callbacks(execute=True):
        translated(sign_up, {"The march": "La marche", "the-march": "la-marche"})
    Page.fix_tree()
    return CampaignPage.objects.get(pk=campaign.pk)


def translated(page: Page, french: dict[str, str]) -> None:
    """Publish ``page`` in French as editors do; what has no French stays English."""
    source, _ = TranslationSource.update_or_create_from_instance(page)
    locale = Locale.objects.get(language_code="fr")
    translation = Translation.objects.create(source=source, target_locale=locale)
    for segment in source.stringsegment_set.all():
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data=french.get(segment.string.data, segment.string.data),
            translation_type="manual",
        )
    translation.save_target(publish=True)


def below(page: Page, model: type[Page]) -> Page:
    return model.objects.descendant_of(page).get()


def sentences(page: Page) -> str:
    return "\n".join(point.sentence for point in points_of(page.translation_key))


def test_campaign_is_used_again_in_every_language(march, django_capture_on_commit_callbacks):
    user = make_staff("Administrators")
    made = use_again(page=march, slug="march-2027", years=1, keeps_days=True, user=user)

    # Drafts that belong together, in words translated so far.
    french = made.get_translations().get().specific
    assert (made.live, french.live) == (False, False)
    assert (made.slug, french.slug) == ("march-2027", "marche-2027")
    assert made.translation_key == french.translation_key != march.translation_key
    assert french.lead == "Une marche en 2026."
    assert (made.state, made.ended_on) == ("running", None)
    assert not any(page.live for page in Page.objects.descendant_of(made))
    assert PageLogEntry.objects.filter(action="newsroom.use_again", page=made.pk).count() == 1
    # Actions of their own, one for all languages, their days moved and nobody in them.
    english_event, french_event = (below(page, EventPage) for page in (made, french))
    assert (french_event.title, french_event.event) == ("La marche", english_event.event)
    old = below(march, EventPage).event
    by = move_of([old.day, in_days(-20)], 1)
    event = english_event.event
    assert (event.day, event.copied_from, event.slug) == (old.day + by, old, "march-2027")
    call = below(made, PhotoCallPage).photo_call
    assert (call.opens_on, call.closes_on) == (in_days(-60) + by, in_days(-20) + by)
    appeal = below(made, AppealPage).appeal
    assert (appeal.slug, appeal.communication, appeal.goal_eur) == ("gifts-2027", "", Decimal(500))
    assert (appeal.is_closed, appeal.account.iban) == (False, "BE71096123456769")
    reward = appeal.rewards.get()
    assert (reward.is_offered, reward.taken, reward.options.get().stock) == (False, 0, 3)
    # Links inside lead to the copies; what happened stays behind.
    for page in (made, french):
        body = page.get_latest_revision_as_object().body
        assert [block.block_type for block in body] == ["text", "actions", "gift"]
        assert f'id="{english_event.pk}"' in body[0].value.source
        assert body[1].value["cards"][0]["page"].pk == below(made, PhotoCallPage).pk
        assert body[2].value["appeal"] == appeal
        assert [block.id for block in page.body] == [block.id for block in body]
    # The old campaign is as it was.
    march.refresh_from_db()
    assert (march.live, march.state, len(march.body)) == (True, "ended", 5)
    assert f'id="{below(march, EventPage).pk}"' in march.body[0].value.source
    assert below(march, AppealPage).appeal.rewards.get().is_offered
    # Pressed twice, it is made once.
    with pytest.raises(ReuseError) as taken:
        use_again(page=march, slug="march-2027", years=1, keeps_days=True, user=user)
    assert (taken.value.field, Event.objects.filter(copied_from=old).count()) == ("slug", 1)
    # A later change of the English copy is one sentence to translate, and nothing gets lost.
    made.strapline = "Together"
    with django_capture_on_commit_callbacks(execute=True):
        made.save_revision().publish()
    translation = Translation.objects.get(source__object_id=made.translation_key)
    translation.source.update_from_db()
    total, done = translation.get_progress()
    assert total - done == 1
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    french = type(french).objects.get(pk=french.pk)
    assert (french.lead, french.slug, french.live) == ("Une marche en 2026.", "marche-2027", True)
    assert french.body[1].value["heading"] == "À vous"
    assert not Redirect.objects.filter(redirect_page__in=[made.pk, french.pk]).exists()


def url(name: str, page: Page) -> str:
    return reverse(f"newsroom_reuse:{name}", args=[page.pk])


def test_editor_uses_a_campaign_again_and_sees_what_is_left(client, march):
    client.force_login(make_staff("Editors"))
    asked = client.get(url("again", march)).content.decode()
    form = BeautifulSoup(asked, "html.parser")
    last = in_days(-20)
    assert form.select_one("#id_slug")["value"] == f"march-{same_weekday(last, 1).year}"
    assert form.select_one("#id_years")["value"] == "1"
    assert not CampaignPage.objects.filter(slug="march-2027").exists()

    data = {"slug": "march-2027", "years": "1", "keeps_days": "no", "names_successor": "on"}
    answer = client.post(url("again", march), data)

    made = CampaignPage.objects.get(slug="march-2027")
    assert answer["Location"] == url("left", made)
    # Days are empty but the event's; no gift can be promised before a treasurer chose an account.
    call, appeal = below(made, PhotoCallPage).photo_call, below(made, AppealPage).appeal
    assert (call.opens_on, call.closes_on, appeal.closes_on) == (None, None, None)
    assert below(made, EventPage).event.day > timezone.localdate()
    assert (appeal.account, appeal.is_open) == (None, False)
    left = client.get(answer["Location"]).content.decode()
    for sentence in (
        "“Gifts” has no bank account yet: a treasurer chooses it.",
        "“Photos” has no last day",
        "“Gifts” has 1 reward that is not offered yet",
        "“March 2026” (English) names 2026: is that still right?",
        "2 pages in French are drafts",
    ):
        assert sentence in left
    links = [link["href"] for link in BeautifulSoup(left, "html.parser").select("ol a")]
    assert reverse("photo_calls_admin:edit", args=[call.pk]) in links
    assert reverse("appeal:edit", args=[appeal.pk]) not in links
    # What is seen to leaves the list.
    PhotoCall.objects.filter(pk=call.pk).update(closes_on=in_days(400))
    Appeal.objects.filter(pk=appeal.pk).update(account=below(march, AppealPage).appeal.account)
    assert "“Photos” has no last day" not in sentences(made)
    assert "“Gifts” has no bank account" not in sentences(made)
    assert "“Gifts” has no communication for gifts without a promise" in sentences(made)
    # The old campaign names the new one in its draft, for whoever publishes it.
    old = CampaignPage.objects.get(pk=march.pk)
    assert old.get_latest_revision_as_object().body[-1].value["successor"].pk == made.pk
    assert old.body[-1].value.get("successor") is None
    taken = client.post(url("again", march), data).content.decode()
    assert "Another page has this address" in taken


@pytest.mark.parametrize(("group", "is_offered"), [("Editors", True), ("Moderators", False)])
def test_campaigns_offer_to_be_used_again_to_whoever_may(group, is_offered):
    user, page = make_staff(group), notatarget("en")
    for place in ("register_page_header_buttons", "register_page_listing_more_buttons"):
        more = {"view_name": "edit"} if "header" in place else {}
        found = [
            button.url
            for hook in hooks.get_hooks(place)
            for one in (page, page.get_children().first())
            for button in hook(page=one, user=user, next_url=None, **more)
        ]
        assert found.count(url("again", page)) == is_offered


def test_others_copy_no_campaign_and_nobody_another_page(client):
    page = notatarget("en")
    number = Page.objects.count()
    for group in ("Moderators", "Treasurers", "Event hosts", "Translators (French)"):
        client.force_login(make_staff(group))
        answers = [
            client.get(url("again", page)),
            client.post(url("again", page), {"slug": "x", "years": "1", "keeps_days": "yes"}),
            client.get(url("left", page)),
        ]
        assert {answer.status_code for answer in answers} == {302}, group
    client.force_login(make_staff("Administrators"))
    assert client.get(url("again", page.get_parent())).status_code == 404
    assert client.get(url("left", page.get_children().first())).status_code == 404
    assert Page.objects.count() == number


def test_old_addresses_say_where_they_lead(client):
    page = notatarget("en")
    draft = CampaignPage(title="Draft", name="Draft", slug="draft", live=False)
    page.get_parent().add_child(instance=draft)
    Redirect.add_redirect("/old/a", "/old/b")
    Redirect.add_redirect("/old/b", page)
    Redirect.add_redirect("/round/a", "/round/b")
    Redirect.add_redirect("/round/b", f"{settings.SITE_URL}/round/a")
    Redirect.add_redirect("/to-draft", draft)
    Redirect.add_redirect(page.url, "/elsewhere")
    Redirect.add_redirect("/away", "https://example.org/")

    found = {one.row.old_path: one for one in described(old_addresses())}

    assert (found["/old/a"].leads_to, found["/old/a"].problem) == (page.url, "")
    assert "back to itself" in found["/round/a"].problem
    assert "not published" in found["/to-draft"].problem
    assert "stands at this address now" in found[page.url.rstrip("/")].problem
    assert (found["/away"].leads_to, found["/away"].problem) == ("https://example.org/", "")
    # As visitors find it.
    assert client.get("/old/a/", follow=True).redirect_chain[-1][0] == page.url
    assert client.get("/to-draft/", follow=True).status_code == 404
    assert client.get("/round/a/", follow=True).status_code == 404
    client.force_login(make_staff("Editors"))
    address = reverse("newsroom_reuse:addresses")
    html = client.get(address).content.decode()
    assert "It leads back to itself" in html
    assert "/away" not in client.get(address, {"q": "round"}).content.decode()


def test_list_of_addresses_has_fifty_a_page_and_as_many_queries(client):
    page = notatarget("en")
    client.force_login(make_staff("Editors"))
    address = reverse("newsroom_reuse:addresses")
    Redirect.add_redirect("/first", page)

    def cost() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = cost()
    Redirect.objects.bulk_create(
        Redirect(old_path=f"/old/{number:03}", redirect_page=page) for number in range(60)
    )
    assert cost() <= before
    rows = BeautifulSoup(client.get(address).content, "html.parser").select("tbody tr")
    assert len(rows) == 50
    client.force_login(make_staff("Moderators"))
    assert client.get(address).status_code == 302


@pytest.fixture
def rename(django_capture_on_commit_callbacks):
    def publish_as(page: Page, slug: str) -> None:
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()

    return publish_as


def test_new_page_at_an_old_address_answers_for_itself_and_leads_on_when_it_goes(client, rename):
    page = notatarget("nl")
    old = page.url
    rename(page, "oud")
    new = CampaignPage(title="New", name="New", slug="notatarget", locale=page.locale)
    page.get_parent().add_child(instance=new)
    new.save_revision().publish()
    assert client.get(old).status_code == 200

    rename(new, "nieuwst")

    assert client.get(old)["Location"] == "/nl/nieuwst/"
    assert client.get("/nl/oud/").status_code == 200


def test_page_renamed_again_and_again_is_reached_in_one_step(client, rename):
    page = notatarget("fr")
    old = page.url
    for slug in ("un", "deux", "trois"):
        rename(page, slug)

    for address in (old, "/fr/un/", "/fr/deux/"):
        assert client.get(address, follow=True).redirect_chain == [("/fr/trois/", 301)]
    states = {one.row.old_path: (one.leads_to, one.problem) for one in described(old_addresses())}
    assert states["/fr/un"] == ("/fr/trois/", "")
