"""News asked for by themselves: a form, one mail with one link, nothing told of who is known."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from supporters import newsletter, wordings
from supporters.models import Consent, NewsletterSubscription, OneTimeLink
from supporters.newsletter_tasks import send_newsletter_link
from tests.supporters.at_the_door import fields_of
from tests.supporters.test_newsletter import confirmed, is_subscribed, link_in

pytestmark = pytest.mark.django_db

PATH = "/{}/newsletter/"


def ask(client, language: str = "en", **changes):
    path = PATH.format(language)
    fields = fields_of(client.get(path))
    filled = {"email": "sam@example.org", "newsletter": "on", **changes}
    return client.post(path, {**fields, **{k: v for k, v in filled.items() if v is not None}})


def words(language: str = "en"):
    return wordings.current_words(["newsletter"], language=language)["newsletter"]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_asking_then_confirming_subscribes_in_ones_language(
    client, smtp_server, run_tasks, language
):
    answer = ask(client, language)
    run_tasks()

    assert (answer.status_code, answer.url) == (302, f"/{language}/newsletter/sent/")
    (message,) = smtp_server.messages
    confirm = link_in(message, "/newsletter/confirm/")
    assert confirm.startswith(f"/{language}/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.get(confirm).status_code == 200
    assert not is_subscribed()

    client.post(confirm)

    assert is_subscribed()
    consent = Consent.objects.get(purpose="newsletter")
    assert consent.text.text == words(language).text
    assert consent.source == "mail"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"newsletter": None}, "Tick this box, so that we may write to you."),
        ({"email": ""}, "Type your email address."),
        ({"email": "sam@"}, "not a complete email address"),
        ({"website": "x"}, "trap for robots"),
        ({"words_shown": "older"}, "words beside the boxes have changed"),
    ],
)
def test_form_that_is_wrong_comes_back_with_what_was_typed(
    client, mailoutbox, run_tasks, changes, sentence
):
    answer = ask(client, **changes)
    run_tasks()

    html = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in html
    assert changes.get("email", "sam@example.org") in html
    assert (mailoutbox, NewsletterSubscription.objects.count()) == ([], 0)


def test_another_site_cannot_ask_for_somebody(client):
    fields = fields_of(client.get("/en/newsletter/"))
    filled = {**fields, "email": "sam@example.org", "newsletter": "on"}

    answer = client.post("/en/newsletter/", filled, headers={"origin": "https://elsewhere.example"})

    assert answer.status_code == 403
    assert not NewsletterSubscription.objects.exists()


def test_asking_again_and_again_sends_one_link_in_five_minutes(client, mailoutbox, run_tasks):
    for _ in range(3):
        ask(client)
        run_tasks()
    (message,) = mailoutbox
    assert client.post(re.search(r"/en/newsletter/confirm/\S+", message.body)[0]).status_code == 302
    assert is_subscribed()


def test_link_that_is_older_is_replaced(client, mailoutbox, run_tasks):
    ask(client)
    run_tasks()
    almost = timezone.now() + newsletter.services.ONE_TIME_LINK_LIFETIME - timedelta(minutes=6)
    OneTimeLink.objects.update(expires_at=almost)

    ask(client)
    run_tasks()

    links = [re.search(r"/en/newsletter/confirm/\S+", mail.body)[0] for mail in mailoutbox]
    assert len(links) == 2
    assert client.post(links[0]).status_code == 404
    assert client.post(links[1]).status_code == 302


def test_screen_does_not_tell_who_is_known_and_they_are_told_by_mail(client, mailoutbox, run_tasks):
    confirmed("known@example.org")
    run_tasks()
    NewsletterSubscription.objects.update(welcome_sent_at="2026-01-01T00:00Z")
    mailoutbox.clear()

    answers = [ask(client, email=f"{name}@example.org") for name in ("known", "new", "known")]
    screens = {(answer.status_code, client.get(answer.url).content) for answer in answers}
    run_tasks()

    assert len(screens) == 1
    assert sorted(mail.to[0] for mail in mailoutbox) == ["known@example.org", "new@example.org"]
    to_known = next(mail for mail in mailoutbox if mail.to == ["known@example.org"])
    assert "/newsletter/stop/" in to_known.body
    assert "/newsletter/confirm/" not in to_known.body


def test_link_leaves_once_and_to_nobody_who_stopped(mailoutbox):
    newsletter.ask_for_news(email="sam@example.org", words=words())
    wish = NewsletterSubscription.objects.get()
    for _ in range(2):
        send_newsletter_link(wish.pk)
    assert len(mailoutbox) == 1

    newsletter.ask_for_news(email="kim@example.org", words=words())
    other = NewsletterSubscription.objects.get(pk__gt=wish.pk)
    newsletter.stop_news(other)
    send_newsletter_link(other.pk)

    assert len(mailoutbox) == 1


def test_footer_leads_to_the_form(client):
    for language in ("en", "fr", "nl"):
        html = client.get(f"/{language}/my-solidarity/").content.decode()
        assert f'href="/{language}/newsletter/"' in html


def test_form_asks_the_database_little(client, django_assert_max_num_queries):
    client.get("/en/newsletter/")

    with django_assert_max_num_queries(8):
        client.get("/en/newsletter/")
