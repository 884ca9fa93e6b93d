"""The launch checklist: what it computes, what people tick, who may; and codes read back."""

import json
import smtplib
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from campaign_site import mail as campaign_mail
from donations import payment_qr
from donations.payment_details import PaymentDetails
from events.local_time import BRUSSELS
from newsroom.checking import gift_codes, launch_actions, launch_public, launch_texts, to_do
from newsroom.checking.asking import Answer
from newsroom.checking.campaigns import read_campaign
from newsroom.checking.launch import checklist_of
from newsroom.checking.launch_mails import mail_points, mails_of
from newsroom.checking.link_checks import note_addresses, note_answer
from newsroom.checking.points import State
from newsroom.checking.ticks import ticks_of
from newsroom.models import ChecklistTick, LinkCheck
from pages.models import CampaignPage
from supporters.models import ConsentWording
from supporters.wordings import ensure_wordings
from tests.factories import (
    in_days,
    make_account,
    make_appeal,
    make_event,
    make_photo_call,
    make_staff,
    notatarget,
)

pytestmark = pytest.mark.django_db


def campaign_of(head=None):
    return read_campaign((head or notatarget("en")).translation_key)


def points(campaign=None) -> dict:
    return {point.key: point for point in checklist_of(campaign or campaign_of()).points}


_COMPUTED = {
    "languages": launch_texts.languages,
    "actions": launch_actions.actions,
    "days": launch_actions.days,
    "account": launch_actions.accounts,
    "codes": launch_actions.codes,
    "contact": launch_public.contact,
    "link": launch_texts.links,
    "consents": launch_public.consents,
}


def point(key: str, head=None):
    """One point of a checklist, without all the others."""
    campaign = campaign_of(head)
    if key in _COMPUTED:
        return _COMPUTED[key](campaign)
    ticks = ticks_of(campaign.key)
    if key.startswith("mails-"):
        return next(one for one in mail_points(campaign, ticks) if one.key == key)
    return launch_public.by_hand(campaign, key, ticks.get(key))


def sentences(point) -> str:
    return " | ".join(detail.sentence for detail in point.details)


@pytest.fixture
def new_campaign():
    """A campaign in English only, not published."""
    page = CampaignPage(
        title="Care is a right", name="Care", slug="care", lead="A test.", live=False, body=[]
    )
    notatarget("en").get_parent().add_child(instance=page)
    page.save_revision(user=make_staff("Administrators", "writer"))
    return CampaignPage.objects.get(pk=page.pk)


@pytest.fixture
def editor(client):
    user = make_staff("Editors")
    client.force_login(user)
    return user


def below(head: CampaignPage, fact) -> None:
    """Move the page of ``fact`` below ``head``."""
    fact.pages.get().move(head, pos="last-child")


def test_a_new_campaign_says_what_it_lacks(new_campaign):
    found = points(campaign_of(new_campaign))

    assert "missing in French" in sentences(found["languages"])
    assert "missing in Dutch" in sentences(found["languages"])
    assert found["actions"].state == State.OPEN
    assert found["account"].state == State.ABSENT
    assert found["search"].state == State.LATER
    assert "names nobody to write to" in sentences(found["contact"])
    assert found["consents"].state == State.DONE


def test_a_consent_that_was_changed_in_one_language_only_is_told():
    ensure_wordings()
    row = ConsentWording.objects.in_use().filter(language="fr").first()
    ConsentWording.objects.create(
        purpose=row.purpose, language="fr", version=row.version + 1, text=f"{row.text} !"
    )

    found = point("consents")

    assert found.state == State.WRONG
    assert "not in English" in sentences(found)
    assert "not in Dutch" in sentences(found)


def test_the_seeded_campaign_is_there_in_three_languages():
    found = points()

    assert found["languages"].state == State.DONE
    assert found["search"].state == State.DONE
    assert found["codes"].state == State.DONE
    # Its actions were those of 2022.
    assert found["actions"].state == State.WRONG
    assert "past" in sentences(found["actions"])


def test_a_change_after_the_translation_is_told():
    page = notatarget("en")
    page.lead = "Something else."
    page.save_revision().publish()

    found = sentences(point("languages"))

    assert "was changed after it was given to the translators (French)" in found


def test_addresses_that_no_night_has_tried_are_told(new_campaign, settings):
    link = {"heading": "Read on", "url": "https://example.org/new", "label": "A report"}
    new_campaign.body = json.dumps([{"type": "link", "value": link, "id": None}])
    new_campaign.save_revision(clean=False)
    assert point("link", new_campaign).state == State.DONE

    settings.CHECKS_EXTERNAL_LINKS = True
    found = point("link", new_campaign)
    assert (found.state, found.details[0].sentence[:34]) == (
        State.OPEN,
        "1 address on another site was not ",
    )
    # A draft is tried too: a campaign is launched with what the nights before found out.
    note_addresses()
    check = LinkCheck.objects.get(url="https://example.org/new")
    note_answer(check, Answer(200), timezone.now())
    assert point("link", new_campaign).state == State.DONE


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BRUSSELS)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": in_days(-1)}, "is past"),
        ({"starts_at": None}, "no hour yet"),
        ({"day": in_days(9), "starts_at": at(in_days(10), 14)}, "on another day"),
        (
            {"starts_at": at(in_days(30), 14), "closes_at": at(in_days(31), 14)},
            "after it has begun",
        ),
        ({"starts_at": at(in_days(30), 14), "cancelled_at": timezone.now()}, "is cancelled"),
    ],
)
def test_days_of_an_event_make_sense(new_campaign, fields, sentence):
    below(new_campaign, make_event(**fields))

    found = point("actions", new_campaign)

    assert found.state == State.WRONG
    assert sentence in sentences(found)


def test_an_event_in_order_is_done(new_campaign):
    below(new_campaign, make_event(starts_at=at(in_days(30), 14), ends_at=at(in_days(30), 16)))

    assert point("actions", new_campaign).state == State.DONE


def test_a_photo_call_that_is_over_is_told(new_campaign):
    below(new_campaign, make_photo_call(closes_on=in_days(-2)))

    assert "last day" in sentences(point("actions", new_campaign))


def test_a_weekday_that_is_wrong_is_told_with_the_right_one(new_campaign):
    day = in_days(30)
    wrong = day + timedelta(days=1)
    below(new_campaign, make_event(day=day))
    new_campaign.lead = f"Come on {wrong:%A} {day.day} {day:%B}!"
    new_campaign.save_revision()

    found = point("days", new_campaign)

    assert found.state == State.WRONG
    assert f"{wrong:%A} {day.day} {day:%B}" in sentences(found)
    assert f"it is a {day:%A}" in sentences(found)

    new_campaign.lead = f"Come on {day:%A} {day.day} {day:%B}!"
    new_campaign.save_revision()
    assert point("days", new_campaign).state == State.DONE


def test_an_account_that_one_person_entered_is_not_enough(new_campaign):
    below(new_campaign, make_appeal(account=make_account(is_confirmed=False)))

    found = point("account", new_campaign)

    assert found.state == State.WRONG
    assert "second person" in sentences(found)


@pytest.mark.parametrize("reference_line", ["text", "structured"])
def test_codes_of_an_appeal_are_read_back_from_both_pictures(new_campaign, reference_line):
    account = make_account(reference_line=reference_line, bic="ARSPBE22")
    below(new_campaign, make_appeal(account=account, communication="don Été & +++"))

    assert point("codes", new_campaign).state == State.DONE


def test_a_picture_that_says_something_else_is_noticed(monkeypatch):
    """The control: were the drawing of another account shown, the checklist would say so."""
    appeal = make_appeal(communication="gift")
    other = payment_qr.payload(
        name="Viva Test", iban="BE68539007547034", amount_eur=None, text="gift"
    )
    picture = payment_qr.svg(other)
    monkeypatch.setattr(payment_qr, "svg", lambda content: picture)

    problems = gift_codes.check_codes(appeal)

    assert any("BE68 5390 0754 7034" in problem for problem in problems)
    assert any(problem.startswith("amount:") for problem in problems)


def test_every_line_of_a_code_is_compared():
    shown = PaymentDetails(make_account(), "gift", Decimal("25.00"))
    read = payment_qr.read_payload(shown.payload.encode())
    assert list(gift_codes.differences(shown, read)) == []

    wrong = payment_qr.Transfer("Viva  Test", "BE68539007547034", Decimal("2.50"), "Gift", "", "X")

    told = [sentence.partition(":")[0] for sentence in gift_codes.differences(shown, wrong)]
    assert told == ["account", "BIC", "payee", "amount", "communication"]


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"<svg/>",
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path stroke="" d=""/></svg>',
    ],
)
def test_a_drawing_without_a_code_is_unreadable(picture):
    with pytest.raises(gift_codes.Unreadable):
        gift_codes.read_svg(picture)
    with pytest.raises(gift_codes.Unreadable):
        gift_codes.read_png(picture)


def test_a_code_too_long_for_its_lines_is_told():
    appeal = make_appeal(account=make_account(payee_name="é" * 70), communication="é" * 130)

    assert "do not fit" in gift_codes.check_codes(appeal)[0]


def tick(client, campaign_page, item, **fields):
    address = reverse("newsroom_checking:launch_tick", args=[campaign_page.translation_key])
    answer = client.post(address, {"point": item, **fields})
    assert answer.headers["Location"].endswith(f"#{item}")
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_person_ticks_a_point_and_takes_it_back(client, editor, new_campaign):
    tick(client, new_campaign, "phone", note="iPhone and an old Android")

    found = point("phone", new_campaign)
    assert found.state == State.DONE
    assert (found.tick.by, found.tick.note) == ("editors", "iPhone and an old Android")
    tick(client, new_campaign, "phone", undo="1")
    assert not ChecklistTick.objects.exists()
    actions = PageLogEntry.objects.filter(user=editor).values_list("action", flat=True)
    assert {"newsroom.tick_launch", "newsroom.untick_launch"} <= set(actions)


def test_a_tick_opens_again_when_a_page_changes(client, editor, new_campaign):
    tick(client, new_campaign, "phone")
    new_campaign.save_revision()

    found = point("phone", new_campaign)

    assert found.state == State.OPEN
    assert "Changed since: Care is a right." in found.sentence


def test_nobody_is_their_own_second_reader(client, new_campaign):
    writer = new_campaign.latest_revision.user
    client.force_login(writer)

    (sentence,) = tick(client, new_campaign, "second-reader")

    assert sentence.startswith("You wrote the newest draft yourself.")
    assert not ChecklistTick.objects.exists()
    client.force_login(make_staff("Editors"))
    tick(client, new_campaign, "second-reader")
    assert ChecklistTick.objects.get().ticked_by.username == "editors"


def test_a_point_that_the_machine_checks_cannot_be_ticked(client, editor, new_campaign):
    address = reverse("newsroom_checking:launch_tick", args=[new_campaign.translation_key])

    assert client.post(address, {"point": "codes"}).status_code == 404
    assert client.get(address).status_code == 405
    assert not ChecklistTick.objects.exists()


def mails_point(campaign, language="fr") -> str:
    app = next(iter(mails_of(campaign)))
    return f"mails-{app}-{language}"


def test_mails_are_tested_by_sending_them_to_oneself(client, editor, new_campaign):
    below(new_campaign, make_event())
    campaign = campaign_of(new_campaign)
    item, kinds = mails_point(campaign), mails_of(campaign)["events"]
    address = reverse("newsroom_checking:launch_mails", args=[campaign.key])

    client.post(address, {"point": item})

    assert len(mail.outbox) == len(kinds) > 3
    assert {message.to[0] for message in mail.outbox} == {editor.email}
    assert {message.extra_headers["Content-Language"] for message in mail.outbox} == {"fr"}
    assert all("Test" in message.subject for message in mail.outbox)
    found = point(item, new_campaign)
    assert (found.state, found.tick.by) == (State.DONE, "editors")
    assert point("mails-events-nl", new_campaign).state == State.OPEN


def test_mails_that_do_not_leave_tick_nothing(client, editor, new_campaign, monkeypatch):
    below(new_campaign, make_event())
    campaign = campaign_of(new_campaign)

    def refuse(*arguments, **options):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(campaign_mail, "send", refuse)
    address = reverse("newsroom_checking:launch_mails", args=[campaign.key])

    answer = client.post(address, {"point": mails_point(campaign)})

    (sentence,) = get_messages(answer.wsgi_request)
    assert "Nothing is ticked" in str(sentence)
    assert not ChecklistTick.objects.exists()


def test_only_those_who_publish_tick_and_send(client, new_campaign):
    below(new_campaign, make_event())
    campaign = campaign_of(new_campaign)
    for group in ("Translators (French)", "Moderators", "Treasurers", "Event hosts"):
        client.force_login(make_staff(group))
        for name, item in (("tick", "phone"), ("mails", mails_point(campaign))):
            address = reverse(f"newsroom_checking:launch_{name}", args=[campaign.key])
            assert client.post(address, {"point": item}).status_code in (302, 403)
        if group != "Translators (French)":
            address = reverse("newsroom_checking:launch", args=[campaign.key])
            assert client.get(address).status_code in (302, 403)
    assert not ChecklistTick.objects.exists()
    assert mail.outbox == []


def test_the_screens_of_an_editor(client, editor, new_campaign):
    listed = client.get(reverse("newsroom_checking:launches")).content.decode()
    seeded = client.get(
        reverse("newsroom_checking:launch", args=[notatarget("en").translation_key])
    ).content.decode()
    card = client.get(
        reverse("newsroom_checking:launch_card", args=[new_campaign.translation_key, "en"])
    )

    assert listed.index("Care is a right") < listed.index(notatarget("en").title)
    assert "points are seen to." in seeded
    assert "Payment codes ask for what the page says" in seeded
    assert card.content.startswith(b"\x89PNG")
    assert (
        client.get(
            reverse("newsroom_checking:launch_card", args=[new_campaign.translation_key, "fr"])
        ).status_code
        == 404
    )


def items(rf, user) -> dict[str, int]:
    request = rf.get("/admin/")
    request.user = user
    return {item.key: item.number for item in to_do.items(request)}


def test_what_waits_for_editors_and_nobody_else(rf, new_campaign, django_assert_max_num_queries):
    LinkCheck.objects.create(url="https://example.org/", failures=3)
    LinkCheck.objects.create(url="https://example.org/b", failures=2)
    editor, moderator = make_staff("Editors"), make_staff("Moderators")

    with django_assert_max_num_queries(9):
        found = items(rf, editor)

    assert found["launches"] == 1
    assert found["broken-links"] == 1
    assert found["old-figures"] == to_do.count_figures()
    assert items(rf, moderator) == {}


def test_appeals_without_account_need_no_code(new_campaign):
    appeal = make_appeal(account=None, platform="Another site")
    below(new_campaign, appeal)

    states = {key: point(key, new_campaign).state for key in ("account", "codes")}

    assert states == {"account": State.ABSENT, "codes": State.ABSENT}


def test_the_queries_of_a_checklist_are_counted(django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        checklist_of(campaign_of())
