"""News by mail: wished for with a box, confirmed by one link, stopped by another."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from campaign_site.links import make_token
from donations.models import Pledge
from events.models import SignUp
from supporters import newsletter, services, tasks, wordings
from supporters.holdings import erase_all, exports, held_items
from supporters.models import Consent, NewsletterSubscription, OneTimeLink
from tests.factories import make_appeal, make_event, make_photo_call, make_supporter
from tests.solidarity.sending import public_photo

pytestmark = pytest.mark.django_db

FORMS = {
    "photo": "/{}/solidarity/test-call/",
    "signup": "/{}/events/test-event/",
    "pledge": "/{}/donations/test-appeal/",
}


@pytest.fixture(autouse=True)
def facts():
    make_photo_call()
    make_event()
    make_appeal()


def fill_in(client, path: str, make_image=None, **changes) -> dict:
    """What a form sends when somebody fills it in and wishes for news."""
    html = client.get(path).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]+)"', html).group(1)
        for name in ("form_key", "words_shown")
    }
    filled = {
        "name": "Sam Sorel",
        "email": "sam@example.org",
        "party_size": "2",
        "amount_eur": "25",
        "message": "You are not alone",
        "people": "sender",
        "consent_wall": "on",
        "newsletter": "on",
    }
    data = {**hidden, "website": "", **filled, **changes}
    if "/solidarity/" in path:
        from django.core.files.uploadedfile import SimpleUploadedFile

        data["image"] = SimpleUploadedFile("a.jpg", make_image(), "image/jpeg")
    return {name: value for name, value in data.items() if value is not None}


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def link_in(message, part: str) -> str:
    """The path of the link of a mail that contains ``part``."""
    (url,) = re.findall(rf"http://testserver(\S+{part}\S+)", text_of(message))
    return url


def wish(email: str = "sam@example.org", language: str = "en") -> NewsletterSubscription:
    supporter = make_supporter(email, language)
    words = wordings.current_words(["newsletter"], language=language)["newsletter"]
    newsletter.wish_for_news(supporter=supporter, words=words)
    return NewsletterSubscription.objects.open().get(supporter=supporter)


def confirmed(email: str = "sam@example.org", language: str = "en") -> NewsletterSubscription:
    subscription = wish(email, language)
    token = services.make_one_time_link(supporter=subscription.supporter, purpose="newsletter")
    return newsletter.confirm_news(token=token)


def is_subscribed(email: str = "sam@example.org") -> bool:
    found = services.find_supporter(email)
    return NewsletterSubscription.objects.consented().filter(supporter=found).exists()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("form", list(FORMS))
def test_one_mail_carries_two_links_and_the_second_subscribes(
    client, smtp_server, run_tasks, make_image, form, language
):
    path = FORMS[form].format(language)

    answer = client.post(path, fill_in(client, path, make_image))
    run_tasks()

    assert answer.status_code == 302
    (message,) = smtp_server.messages
    confirm = link_in(message, "/newsletter/confirm/")
    assert confirm.startswith(f"/{language}/")
    assert confirm in message.get_body(("html",)).get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not is_subscribed()
    for _ in range(50):
        assert client.get(confirm).status_code == 200
    assert not is_subscribed()

    thanks = client.post(confirm, follow=True)

    assert thanks.redirect_chain == [(f"/{language}/newsletter/confirmed/", 302)]
    assert is_subscribed()
    consent = Consent.objects.get(purpose="newsletter")
    link = OneTimeLink.objects.get(purpose="newsletter")
    assert consent.text.language == consent.wording.language == language
    assert (consent.source, consent.proof) == ("mail", f"link {link.token_hash[:32]}")
    assert consent.given_hour.minute == 0
    assert client.post(confirm).status_code == 404


@pytest.mark.parametrize("form", list(FORMS))
def test_without_the_box_nothing_is_asked(client, smtp_server, run_tasks, make_image, form):
    path = FORMS[form].format("en")

    client.post(path, fill_in(client, path, make_image, newsletter=None))
    run_tasks()

    (message,) = smtp_server.messages
    assert "newsletter" not in text_of(message)
    assert message["List-Unsubscribe"] is None
    assert NewsletterSubscription.objects.count() == 0


def test_box_is_not_ticked_in_advance(client):
    for path in FORMS.values():
        html = client.get(path.format("en")).content.decode()
        (box,) = re.findall(r'<input[^>]*name="newsletter"[^>]*>', html)
        assert "checked" not in box


def test_wish_without_an_address_comes_back(client, make_image):
    path = FORMS["photo"].format("en")

    response = client.post(path, fill_in(client, path, make_image, email=""))

    assert "so that we can write to you" in response.content.decode()
    assert NewsletterSubscription.objects.count() == 0


def test_form_and_screen_do_not_tell_who_subscribes(client, mailoutbox, run_tasks):
    confirmed("known@example.org")
    path = FORMS["signup"].format("en")
    screens = []
    for address in ("known@example.org", "new@example.org"):
        answer = client.post(path, fill_in(client, path, email=address))
        screens.append((answer.status_code, answer.url, client.get(answer.url).content))
    run_tasks()

    assert screens[0] == screens[1]
    known = [mail for mail in mailoutbox if mail.to == ["known@example.org"]]
    new = [mail for mail in mailoutbox if mail.to == ["new@example.org"]]
    assert sum("/newsletter/confirm/" in mail.body for mail in known) == 0
    assert sum("/newsletter/confirm/" in mail.body for mail in new) == 1


def test_wish_that_was_mailed_is_not_mailed_with_another_action(client, mailoutbox, run_tasks):
    for form, box in (("signup", "on"), ("pledge", None)):
        path = FORMS[form].format("en")
        client.post(path, fill_in(client, path, newsletter=box))
        run_tasks()

    assert SignUp.objects.count() == Pledge.objects.count() == 1
    assert ["/newsletter/confirm/" in mail.body for mail in mailoutbox] == [True, False]


def test_wishing_again_renews_the_link(client, mailoutbox, run_tasks):
    path = FORMS["pledge"].format("en")
    for _ in range(2):
        client.post(path, fill_in(client, path))
        run_tasks()

    links = [re.search(r"/en/newsletter/confirm/\S+", mail.body)[0] for mail in mailoutbox]
    assert len(set(links)) == 2
    assert client.post(links[0]).status_code == 404
    assert client.post(links[1]).status_code == 302
    assert NewsletterSubscription.objects.count() == 1
    assert Consent.objects.filter(purpose="newsletter").count() == 1


def test_links_that_confirm_nothing_get_the_same_page(client):
    subscription = wish()
    supporter = subscription.supporter
    tokens = {
        "unknown": "x" * 43,
        "another purpose": services.make_one_time_link(
            supporter=supporter, purpose="my-solidarity"
        ),
        "expired": services.make_one_time_link(supporter=supporter, purpose="newsletter"),
        "nobody's wish": services.make_one_time_link(
            supporter=make_supporter("other@example.org"), purpose="newsletter"
        ),
    }
    OneTimeLink.objects.filter(purpose="newsletter", supporter=supporter).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    pages = {
        (response.status_code, response.content)
        for token in tokens.values()
        for response in (
            client.get(f"/en/newsletter/confirm/{token}/"),
            client.post(f"/en/newsletter/confirm/{token}/"),
        )
    }

    assert len(pages) == 1
    assert pages.pop()[0] == 404
    assert not is_subscribed()


def test_link_expires_after_three_days(client):
    token = services.make_one_time_link(supporter=wish().supporter, purpose="newsletter")

    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        assert client.post(f"/en/newsletter/confirm/{token}/").status_code == 404

    assert not is_subscribed()
    assert client.post(f"/en/newsletter/confirm/{token}/").status_code == 302


def test_confirming_from_another_site_is_refused(client):
    token = services.make_one_time_link(supporter=wish().supporter, purpose="newsletter")

    response = client.post(
        f"/en/newsletter/confirm/{token}/", headers={"origin": "https://elsewhere.example"}
    )

    assert response.status_code == 403
    assert not is_subscribed()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_welcome_says_how_to_stop_and_one_click_of_the_mailbox_stops(
    client, smtp_server, run_tasks, language
):
    confirmed(language=language)
    run_tasks()

    (message,) = smtp_server.messages
    url = message["List-Unsubscribe"].strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in text_of(message) and url in message.get_body(("html",)).get_content()
    assert urlsplit(url).path.startswith(f"/{language}/newsletter/stop/")
    assert client.get(url).status_code == 200
    assert is_subscribed()

    response = client.post(
        urlsplit(url).path,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"origin": "https://mailbox.example", "sec-fetch-site": "cross-site"},
    )

    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
    assert not is_subscribed()
    assert not Consent.objects.in_force().exists()


def test_one_click_works_where_cookies_and_keys_are_checked(client, settings):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    path = newsletter.stop_path(confirmed())

    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not is_subscribed()


def test_scanner_that_looks_at_the_stop_link_stops_nothing(client):
    path = newsletter.stop_path(confirmed())

    for _ in range(50):
        client.get(path)
        client.head(path)

    assert is_subscribed()


def test_stopping_again_changes_nothing_and_says_so(client):
    subscription = confirmed()
    path = newsletter.stop_path(subscription)
    client.post(path)
    before = NewsletterSubscription.objects.values().get(), list(Consent.objects.values())

    second = client.post(path)

    assert second.status_code == 200
    assert "We do not write to you any more" in second.content.decode()
    assert (NewsletterSubscription.objects.values().get(), list(Consent.objects.values())) == before
    assert client.get(path).status_code == 200


def test_stop_link_of_another_purpose_or_taken_back_stops_nothing(client):
    subscription = confirmed()
    tokens = [
        make_token("photo", subscription.public_id),
        make_token("newsletter", subscription.public_id),
        make_token(NewsletterSubscription.STOP_PURPOSE, subscription.public_id, 2),
        newsletter.stop_path(subscription).split("/")[-2][:-1] + "_",
    ]

    for token in tokens:
        assert client.post(f"/en/newsletter/stop/{token}/").status_code == 404

    assert is_subscribed()


def test_stopping_takes_no_photo_back_and_says_so(client):
    photo = public_photo(email="sam@example.org")
    path = newsletter.stop_path(confirmed())

    html = client.post(path).content.decode()

    assert "A photo that you sent stays" in html
    assert photo.consents_in_force() == ["photo-delivery", "photo-wall"]
    assert client.get(photo.picture_url("wall")).status_code == 200


def test_somebody_who_stopped_may_wish_again(client):
    first = confirmed()
    newsletter.stop_news(first)

    second = confirmed()

    assert is_subscribed()
    assert second.pk != first.pk
    assert Consent.objects.filter(purpose="newsletter").count() == 2
    assert client.post(newsletter.stop_path(first)).status_code == 200
    assert is_subscribed()


def test_consent_withdrawn_in_the_ledger_ends_the_mailing_too():
    subscription = confirmed()

    services.withdraw_consents(
        subject_type=subscription.SUBJECT_TYPE, subject_id=subscription.public_id
    )

    assert not is_subscribed()


def test_nobody_is_welcomed_who_stopped_meanwhile_or_twice(smtp_server, run_tasks):
    subscription = confirmed()
    newsletter.stop_news(subscription)
    run_tasks()
    assert smtp_server.messages == []

    again = confirmed()
    run_tasks()
    tasks.send_newsletter_welcome(subscription_id=again.pk)
    assert len(smtp_server.messages) == 1


def test_my_solidarity_shows_hands_out_and_erases_the_news():
    subscription = wish()
    supporter = subscription.supporter
    with override("en"):
        (waiting,) = held_items(supporter)
        token = services.make_one_time_link(supporter=supporter, purpose="newsletter")
        newsletter.confirm_news(token=token)
        (running,) = held_items(supporter)
        (row,) = dict(exports(supporter))["newsletter"].rows
        newsletter.stop_news(subscription)
        (ended,) = held_items(supporter)

    assert len({waiting.state, running.state, ended.state}) == 3
    assert running.url == newsletter.stop_path(subscription)
    assert (running.is_over, ended.is_over) == (False, True)
    assert row["words"] == subscription.words.text
    assert row["confirmed"] and row["ended"] is None

    erase_all(supporter)
    erase_all(supporter)

    assert NewsletterSubscription.objects.count() == 0


def test_older_link_confirms_neither_a_newer_wish_nor_one_after_a_stop():
    supporter, purpose = make_supporter(), NewsletterSubscription.PURPOSE
    words = wordings.current_words([purpose], language="en")[purpose]
    newsletter.wish_for_news(supporter=supporter, words=words)
    older = services.make_one_time_link(supporter=supporter, purpose=purpose)
    newsletter.wish_for_news(supporter=supporter, words=words)
    newer = services.make_one_time_link(supporter=supporter, purpose=purpose)

    assert newsletter.confirm_news(token=older) is None
    newsletter.stop_news(NewsletterSubscription.objects.get())
    newsletter.wish_for_news(supporter=supporter, words=words)

    assert newsletter.confirm_news(token=newer) is None
    assert not NewsletterSubscription.objects.exclude(confirmed_hour=None).exists()
