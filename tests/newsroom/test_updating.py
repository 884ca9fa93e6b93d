"""Updates by mail: to whom they go, in which words, at which pace, each copy once."""

import re
import smtplib
import threading
import uuid
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site import bounces, mail
from events.services import cancel_sign_up
from newsroom.models import CampaignUpdate, UpdateCopy
from newsroom.updating import copies, sending
from newsroom.updating.campaigns import news_of, words_of_news
from newsroom.updating.drafts import begin_draft
from newsroom.updating.errors import UpdateError
from newsroom.updating.plain_text import plain_text
from newsroom.updating.recipients import readers, recipients
from newsroom.updating.tasks import send_due_updates, send_update_copy, send_update_copy_anew
from newsroom.updating.words import digest
from pages.models import CampaignPage
from supporters import erasure, failed_mails, newsletter
from supporters.holdings import exports
from supporters.models import FailedMail, NewsletterSubscription
from tests.events.test_tasks import make_sign_up
from tests.factories import (
    make_appeal,
    make_event,
    make_photo_call,
    make_pledge,
    make_staff,
    notatarget,
)
from tests.newsroom.updates import (
    DUTCH,
    ENGLISH,
    FRENCH,
    campaign_with_news,
    make_update,
    subscribe,
)
from tests.solidarity.sending import public_photo
from tests.supporters.test_newsletter import wish
from tests.to_do import waiting_for

pytestmark = pytest.mark.django_db


def start(update: CampaignUpdate, **options) -> CampaignUpdate:
    return sending.start(update, user=None, **options)


def queued() -> list[int]:
    """The copies that tasks wait for."""
    jobs = ProcrastinateJob.objects.filter(task_name="send_update_copy", status="todo")
    return [job.args["copy_id"] for job in jobs.order_by("id")]


def addresses(mailoutbox) -> list[str]:
    return sorted(message.to[0].split("@")[0] for message in mailoutbox)


# Words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One  <b>two</b>\n three</p><p>Four</p>", "One two three\n\nFour"),
        ("<p>a<br/>b</p>", "a\nb"),
        ("<ul><li>one</li><li>two</li></ul><p>x</p>", "- one\n- two\n\nx"),
        ("<ol><li>one</li><li><i>two</i></li></ol>", "1. one\n2. two"),
        (
            '<p>See <a href="https://example.org/a">the report</a>.</p>',
            "See the report (https://example.org/a).",
        ),
        (
            '<p><a href="https://example.org/a">https://example.org/a</a></p>',
            "https://example.org/a",
        ),
        ('<p><a linktype="page" id="7">page</a></p>', "page (https://site/7)"),
        ('<p><a linktype="page" id="8">page</a></p>', "page"),
        ('<p><a href="javascript:alert(1)">x</a> &amp; y</p>', "x & y"),
        ("", ""),
    ],
)
def test_rich_text_becomes_plain_paragraphs(html, text):
    assert plain_text(html, {7: "https://site/7"}) == text


def test_draft_begins_with_the_words_of_a_dated_update_in_each_language():
    campaign = campaign_with_news()
    news = news_of(campaign.pages["en"])[0]
    key = uuid.uuid4()

    update = begin_draft(campaign=campaign, block_id=news.block_id, user=None, public_id=key)

    assert set(update.words) == {"en", "fr", "nl"}
    for code, other in campaign.pages.items():
        told = next(one for one in news_of(other) if one.block_id == news.block_id)
        assert update.words[code]["subject"] == told.heading
        assert update.words[code]["text"] == words_of_news(campaign, news.block_id)[code][1]
        assert len(update.words[code]["text"]) > 20
        assert "<" not in update.words[code]["text"]
    again = begin_draft(campaign=campaign, block_id=news.block_id, user=None, public_id=key)
    assert again == update
    with pytest.raises(UpdateError, match="no longer has this update"):
        begin_draft(campaign=campaign, block_id=uuid.uuid4(), user=None, public_id=uuid.uuid4())


@pytest.mark.parametrize(
    ("words", "field", "sentence"),
    [
        ({}, "subject_en", "in one language at least"),
        ({"en": {"subject": "x", "text": ""}}, "text_en", "Write both"),
        ({"fr": {"subject": "", "text": "x"}}, "subject_fr", "Write both"),
        ({"en": {"subject": "About #notatarget", "text": "x"}}, "subject_en", "may not name"),
        ({"en": {"subject": "{campaign}", "text": "x"}}, "subject_en", "may not name"),
        ({"en": {"subject": "x", "text": "Dear {name}"}}, "text_en", "does not know {name}"),
        ({"en": {"subject": "x", "text": "a { b"}}, "text_en", "brace"),
        ({"en": {"subject": "x" * 121, "text": "x"}}, "subject_en", "too long"),
        ({"en": {"subject": "x", "text": "x" * 5001}}, "text_en", "too long"),
    ],
)
def test_words_that_cannot_stand_are_not_sent(words, field, sentence):
    subscribe(sam="en", alix="fr")
    update = make_update(words=words)

    with pytest.raises(UpdateError, match=sentence) as refused:
        start(update)

    assert refused.value.field == field
    assert not UpdateCopy.objects.exists()


# To whom


def test_each_gets_it_in_their_language_once(smtp_server, run_tasks):
    subscribe(sam="en", alix="fr", noor="nl")
    wish("unconfirmed@example.org")
    newsletter.stop_news(subscribe(stopped="en")["stopped"])

    update = start(make_update())
    run_tasks()

    mails = {
        message["To"].split("@")[0]: message
        for message in smtp_server.messages
        if message["Subject"] != "Your confirmation"
        and not message["Message-ID"].startswith("<newsletter_welcome")
    }
    assert set(mails) == {"sam", "alix", "noor"}
    assert mails["sam"]["Subject"] == ENGLISH["subject"]
    french = mails["alix"].get_body(("plain",)).get_content()
    assert "Des nouvelles de #NotATarget." in french
    assert f"http://testserver{notatarget('fr').url}" in french
    assert mails["noor"]["Content-Language"] == "nl"
    update.refresh_from_db()
    assert (update.recipients, update.sent) == (3, 3)
    with pytest.raises(UpdateError, match="sent once only"):
        start(update)
    send_due_updates(timestamp=0)
    update.refresh_from_db()
    assert update.state == "sent"
    assert update.ended_at is not None
    assert queued() == []


def test_language_without_words_gets_nothing_or_the_english_ones_when_staff_say_so(
    mailoutbox, run_tasks
):
    subscribe(sam="en", noor="nl")
    run_tasks()
    mailoutbox.clear()
    words = {"en": ENGLISH, "fr": FRENCH}
    without = make_update(words=words)
    assert [(one.language, one.number, one.words_in) for one in readers(without)] == [
        ("en", 1, "en"),
        ("fr", 0, "fr"),
        ("nl", 1, ""),
    ]

    start(without)
    run_tasks()
    assert addresses(mailoutbox) == ["sam"]
    mailoutbox.clear()
    start(make_update(words={**words, "others": "en"}))
    run_tasks()

    assert addresses(mailoutbox) == ["noor", "sam"]
    dutch = next(message for message in mailoutbox if message.to == ["noor@example.org"])
    assert dutch.subject == ENGLISH["subject"]
    assert "/nl/newsletter/stop/" in dutch.body
    html = dutch.alternatives[0].content
    assert '<html lang="nl">' in html and '<div lang="en">' in html


def test_the_english_words_cannot_go_to_others_when_there_are_none():
    subscribe(alix="fr")

    with pytest.raises(UpdateError, match="Nobody would get"):
        start(make_update(words={"nl": DUTCH, "others": "en"}))


def test_who_took_part_is_who_stands_by_it():
    subscribe(photo="en", comes="en", gives="fr", cancelled="en", elsewhere="en", nothing="en")
    make_photo_call()
    public_photo(email="photo@example.org")
    event = make_event(places_taken=6)
    make_sign_up(event, email="comes@example.org")
    cancel_sign_up(sign_up=make_sign_up(event, email="cancelled@example.org"))
    appeal = make_appeal()
    make_pledge(
        appeal=appeal, supporter=NewsletterSubscription.objects.get(language="fr").supporter
    )
    stray = make_event(slug="stray")
    stray.pages.all().delete()
    make_sign_up(stray, email="elsewhere@example.org")
    # They signed up for an event of this campaign, and never asked for news.
    make_sign_up(event, email="quiet@example.org")

    update = make_update(audience="took-part")

    names = {row.supporter.email.split("@")[0] for row in recipients(update)}
    assert names == {"photo", "comes", "gives"}
    assert sum(one.number for one in readers(update)) == 3


def test_nobody_gets_it_who_stops_or_is_erased_meanwhile(mailoutbox, run_tasks):
    people = subscribe(stays="en", stops="en", erased="fr")
    run_tasks()
    mailoutbox.clear()
    update = start(make_update())
    newsletter.stop_news(people["stops"])
    erasure.erase_supporter(supporter=people["erased"].supporter)

    run_tasks()
    send_due_updates(timestamp=0)

    assert addresses(mailoutbox) == ["stays"]
    update.refresh_from_db()
    far = sending.progress(update)
    assert (update.state, far.sent, far.open, far.dropped) == ("sent", 1, 0, 2)


def test_what_a_person_takes_along_says_which_updates_they_got(run_tasks):
    people = subscribe(sam="en")
    start(make_update())
    supporter = people["sam"].supporter
    assert dict(exports(supporter))["campaign_updates"].rows == []

    run_tasks()

    (row,) = dict(exports(supporter))["campaign_updates"].rows
    assert (row["subject"], row["language"]) == (ENGLISH["subject"], "en")


# The mail


def test_links_are_the_plain_ones_and_nothing_is_loaded(mailoutbox, run_tasks):
    people = subscribe(sam="en")
    run_tasks()
    mailoutbox.clear()
    start(make_update(words={"en": {**ENGLISH, "text": ENGLISH["text"] + "\n<img src=x>"}}))
    run_tasks()

    (message,) = mailoutbox
    html = message.alternatives[0].content
    stop = newsletter.stop_url(people["sam"])
    page = f"http://testserver{notatarget('en').url}"
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', html)}
    home = "http://testserver/en/"
    assert links == {"https://example.org/news?a=1&b=2", page, stop, home}
    in_text = set(re.findall(r"https?://\S+", message.body))
    assert in_text == {"https://example.org/news?a=1&b=2", page, stop}
    assert not re.search(r"<(img|script|link|iframe|object)\b|url\(|src=[^x]", html)
    assert "&lt;img src=x&gt;" in html
    assert message.extra_headers["List-Unsubscribe"] == f"<{stop}>"


def test_words_are_set_by_the_rules_of_their_language(mailoutbox, run_tasks):
    subscribe(lea="fr")
    run_tasks()
    mailoutbox.clear()
    start(make_update(words={"fr": {"subject": "Merci !", "text": "Voyez : https://x.be/a:b"}}))
    run_tasks()

    (message,) = mailoutbox
    assert message.subject == "Merci\u202f!"
    assert "Voyez\u202f: https://x.be/a:b" in message.body


def test_the_mailbox_unsubscribes_with_one_click(client, mailoutbox, run_tasks):
    people = subscribe(sam="en")
    start(make_update())
    run_tasks()
    headers = mailoutbox[-1].extra_headers

    answer = client.post(
        urlsplit(headers["List-Unsubscribe"].strip("<>")).path,
        headers["List-Unsubscribe-Post"],
        content_type="application/x-www-form-urlencoded",
        headers={"origin": "https://mailbox.example", "sec-fetch-site": "cross-site"},
    )

    assert answer.status_code == 200
    people["sam"].refresh_from_db()
    assert people["sam"].ended_hour is not None


def test_link_leads_to_the_news_on_the_page(client, mailoutbox, run_tasks):
    campaign = campaign_with_news()
    page = campaign.pages["fr"]
    news = news_of(page)[0]
    subscribe(alix="fr")
    start(make_update(campaign_key=campaign.key, block_id=news.block_id, words={"fr": FRENCH}))
    run_tasks()

    assert f"http://testserver{page.url}#{news.anchor}" in mailoutbox[-1].body
    assert f'id="{news.anchor}"' in client.get(page.url).content.decode()


# On its way


def test_words_must_be_tried_out_since_the_last_change():
    subscribe(sam="en")
    update = make_update()
    update.words = {"en": {**ENGLISH, "text": "Other words"}}
    update.save()

    with pytest.raises(UpdateError, match="Send a test to yourself first"):
        start(update)

    CampaignUpdate.objects.filter(pk=update.pk).update(tested_digest=digest(update))
    assert start(update).state == "sending"


def test_campaign_that_is_not_published_is_not_written_about():
    subscribe(sam="en")
    page = notatarget("en")
    CampaignPage.objects.filter(translation_key=page.translation_key).update(live=False)

    with pytest.raises(UpdateError, match="No page of this campaign is published"):
        start(make_update())


def test_update_of_later_begins_when_its_moment_comes_with_who_is_there_then(run_tasks):
    subscribe(sam="en")
    now = timezone.now()
    with pytest.raises(UpdateError, match="has passed"):
        start(make_update(), begins_at=now - timedelta(minutes=1))
    update = start(make_update(), begins_at=now + timedelta(hours=1))
    send_due_updates(timestamp=0)
    assert not UpdateCopy.objects.exists()
    subscribe(late="fr")

    with time_machine.travel(now + timedelta(hours=1, seconds=1)):
        send_due_updates(timestamp=0)
        send_due_updates(timestamp=0)

    update.refresh_from_db()
    assert (update.recipients, len(queued())) == (2, 2)


def test_update_of_later_can_be_called_off():
    subscribe(sam="en")
    now = timezone.now()
    update = start(make_update(), begins_at=now + timedelta(hours=1))

    assert sending.stop(update, user=None)

    with time_machine.travel(now + timedelta(hours=2)):
        send_due_updates(timestamp=0)
    update.refresh_from_db()
    assert (update.state, update.begins_at) == ("draft", None)
    assert not UpdateCopy.objects.exists()


def test_update_of_later_does_not_leave_once_its_campaign_was_taken_down(client):
    subscribe(sam="en")
    now = timezone.now()
    update = start(make_update(), begins_at=now + timedelta(hours=1))
    CampaignPage.objects.filter(translation_key=update.campaign_key).update(live=False)

    with time_machine.travel(now + timedelta(hours=2)):
        send_due_updates(timestamp=0)

    update.refresh_from_db()
    assert update.state == "draft"
    assert not UpdateCopy.objects.exists()
    client.force_login(make_staff("Editors"))
    assert "1 update by email that was stopped" in waiting_for(client)["updates"]
    shown = client.get(reverse("newsroom_updating:show", args=[update.public_id])).content.decode()
    assert "It did not leave at the moment that was set" in shown


def test_so_many_a_minute_leave_and_no_more():
    subscribe(a="en", b="en", c="fr", d="nl", e="en")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        start(make_update(pace=2))
        assert len(queued()) == 2
        send_due_updates(timestamp=0)
        assert len(queued()) == 2
    # A worker that was down for an hour does not make up for it at once.
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        for _ in range(3):
            send_due_updates(timestamp=0)
        assert len(queued()) == 4
    with time_machine.travel(now + timedelta(hours=1, minutes=1), tick=False):
        send_due_updates(timestamp=0)
    assert len(queued()) == len(set(queued())) == 5


def test_stopped_it_stays_where_it_is_and_goes_on_from_there(mailoutbox, run_tasks):
    subscribe(a="en", b="en", c="en")
    run_tasks()
    mailoutbox.clear()
    update = start(make_update(pace=2))
    first, second = queued()
    send_update_copy(first)
    assert sending.stop(update, user=None)

    send_update_copy(second)
    send_due_updates(timestamp=0)
    assert len(mailoutbox) == 1
    assert not sending.stop(update, user=None)
    assert sending.go_on(update, user=None)
    assert not sending.go_on(update, user=None)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        send_due_updates(timestamp=0)
        run_tasks()
        send_due_updates(timestamp=0)

    assert addresses(mailoutbox) == ["a", "b", "c"]
    update.refresh_from_db()
    assert (update.state, update.sent) == ("sent", 3)


def test_worker_killed_between_sending_and_noting_repeats_one_and_loses_none(
    mailoutbox, run_tasks, monkeypatch
):
    subscribe(a="en", b="en")
    run_tasks()
    mailoutbox.clear()
    update = start(make_update())
    first, _second = queued()
    really_send = mail.send

    def send_and_die(*args, **kwargs):
        really_send(*args, **kwargs)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", send_and_die)
        with pytest.raises(SystemExit):
            send_update_copy(first)
    assert UpdateCopy.objects.get(pk=first).sent_at is None

    run_tasks()
    run_tasks()

    assert addresses(mailoutbox) == ["a", "a", "b"]
    update.refresh_from_db()
    assert update.sent == 2


def test_copy_that_failed_for_good_is_among_the_failed_mails_and_can_be_tried_again(
    mailoutbox, run_tasks, monkeypatch
):
    subscribe(sam="en")
    run_tasks()
    mailoutbox.clear()
    update = start(make_update())
    (copy_id,) = queued()

    def refuse(*args, **kwargs):
        raise smtplib.SMTPException

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", refuse)
        with pytest.raises(smtplib.SMTPException):
            send_update_copy(copy_id)
    failed_mails.remember(
        task_name="send_update_copy", arguments={"copy_id": copy_id}, error=smtplib.SMTPException()
    )
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        sending.finish_done(timezone.now())
    update.refresh_from_db()
    assert (update.state, sending.progress(update).open) == ("sent", 1)

    failed_mails.try_again(failed=FailedMail.objects.get(), user=None)
    run_tasks()

    assert addresses(mailoutbox) == ["sam"]
    update.refresh_from_db()
    assert update.sent == 1


def test_copy_that_came_back_is_known_and_sent_anew_once_asked(mailoutbox, run_tasks):
    people = subscribe(sam="en")
    start(make_update())
    run_tasks()
    message = mailoutbox[-1]
    reference = message.extra_headers["Message-ID"]
    template, hexadecimal, random = reference.strip("<>").split("@")[0].split(".")
    bounce = bounces.Bounce(
        message=random, template=template, reference=hexadecimal, status="5.1.1"
    )

    failed = failed_mails.record_bounce(bounce)
    failed_mails.try_again(failed=failed, user=None)
    run_tasks()

    assert len([one for one in mailoutbox if one.subject == ENGLISH["subject"]]) == 2
    newsletter.stop_news(people["sam"])
    send_update_copy_anew(UpdateCopy.objects.get().pk)
    assert len([one for one in mailoutbox if one.subject == ENGLISH["subject"]]) == 2


# Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "without the lock"])
def test_two_workers_at_one_copy_send_one_mail(mailoutbox, monkeypatch, locked):
    """Without the lock of the row (the negative control) the same two send two."""
    subscribe(sam="en")
    start(make_update())
    (copy_id,) = queued()
    both_are_in = threading.Barrier(2)
    really_send = mail.send

    def slowly(*args, **kwargs):
        with suppress(threading.BrokenBarrierError):
            both_are_in.wait(timeout=0.5)
        really_send(*args, **kwargs)

    monkeypatch.setattr(mail, "send", slowly)
    if not locked:
        monkeypatch.setattr(copies, "_take", _take_without_lock)

    def work():
        try:
            send_update_copy(copy_id)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mailoutbox) == (1 if locked else 2)


def _take_without_lock(copy_id, **conditions):
    rows = UpdateCopy.objects.select_related("update", "subscription__supporter")
    return rows.filter(pk=copy_id, **conditions).first()
