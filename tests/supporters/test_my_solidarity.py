import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.forms import new_form_key
from solidarity.services import withdraw_photo
from supporters.holdings import held_items
from supporters.models import ErasureRecord, OneTimeLink
from supporters.services import find_supporter
from supporters.tasks import send_my_solidarity_link
from tests.conftest import free_port
from tests.factories import make_supporter
from tests.solidarity.sending import send_photo
from tests.supporters.somebody import did_everything, overview_path

pytestmark = pytest.mark.django_db


def ask(client, address: str, language: str = "en"):
    return client.post(
        f"/{language}/my-solidarity/",
        {"email": address, "form_key": new_form_key("my-solidarity:"), "website": ""},
    )


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"http://testserver(\S+/my-solidarity/open/\S+)", text).group(1)


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "Your link"), ("fr", "Votre lien"), ("nl", "Je link")]
)
def test_link_by_mail_opens_once(client, smtp_server, run_tasks, language, subject):
    make_supporter("sam@example.org")

    answer = ask(client, "SAM@example.org", language)
    run_tasks()

    assert answer.url == f"/{language}/my-solidarity/sent/"
    assert smtp_server.envelopes[0].rcpt_tos == ["sam@example.org"]
    assert smtp_server.messages[0]["Subject"] == subject
    link = link_in(smtp_server.messages[0])
    for _ in range(3):
        assert client.get(link).status_code == 200
    overview = client.post(link)
    assert client.get(overview.url).status_code == 200
    assert client.post(link).status_code == 404


def test_unknown_address_gets_the_same_answer_and_no_mail(client, smtp_server, run_tasks):
    make_supporter("sam@example.org")

    known, unknown = ask(client, "sam@example.org"), ask(client, "other@example.org")
    # The same work as well: the time of an answer would tell.
    assert ProcrastinateJob.objects.filter(task_name="send_my_solidarity_link").count() == 2
    run_tasks()

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(smtp_server.envelopes) == 1


def test_asking_again_at_once_sends_nothing_more(client, smtp_server, run_tasks):
    make_supporter("sam@example.org")

    ask(client, "sam@example.org")
    run_tasks()
    ask(client, "sam@example.org")
    run_tasks()

    assert len(smtp_server.envelopes) == 1
    assert OneTimeLink.objects.count() == 1


def test_overview_link_is_refused_when_damaged(client):
    assert client.get("/en/my-solidarity/nonsense/").status_code == 404


def test_asking_often_before_the_worker_comes_round_mails_one_link(client, smtp_server, run_tasks):
    make_supporter("sam@example.org")

    for _ in range(3):
        ask(client, "sam@example.org")
    run_tasks()

    assert len(smtp_server.envelopes) == 1
    assert client.get(link_in(smtp_server.messages[0])).status_code == 200


def test_link_whose_mail_could_not_leave_is_mailed_at_the_next_attempt(smtp_server, settings):
    supporter = make_supporter("sam@example.org")
    working = settings.MAILERS
    options = {**working["default"]["OPTIONS"], "port": free_port()}
    settings.MAILERS = {"default": {**working["default"], "OPTIONS": options}}

    with pytest.raises(OSError):
        send_my_solidarity_link(supporter_id=supporter.pk, language="en")
    assert not OneTimeLink.objects.exists()
    settings.MAILERS = working
    send_my_solidarity_link(supporter_id=supporter.pk, language="en")

    assert len(smtp_server.envelopes) == 1


def page_of(client, supporter, language: str = "en") -> str:
    response = client.get(overview_path(supporter, language))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert 'content="noindex"' in response.content.decode()
    return response.content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_overview_leads_to_each_thing_and_says_what_cannot_be_undone(client, language):
    supporter = did_everything()

    html = page_of(client, supporter, language)

    with override(language):
        items = held_items(supporter)
    assert len(items) == 5
    for item in items:
        assert item.url.startswith(f"/{language}/")
        assert f'href="{item.url}"' in html
        assert client.get(item.url).status_code == 200
    assert [len(item.notes) for item in items] == [2, 0, 2, 1, 0]
    assert str(timezone.localdate().year + 7) in html


def test_overview_offers_nothing_of_others(client):
    did_everything("other@example.org", number=2)

    html = page_of(client, make_supporter())

    assert "Test event" not in html
    assert "rows__item" not in html


def test_what_was_taken_back_can_be_looked_at_only(client):
    photo = send_photo(email="sam@example.org")
    withdraw_photo(photo)

    (item,) = held_items(photo.supporter)

    assert (item.is_over, item.notes) == (True, ())


def test_looking_at_the_page_that_asks_once_more_erases_nothing(client):
    supporter = did_everything()

    for _ in range(50):
        response = client.get(overview_path(supporter) + "erase/")

    html = response.content.decode()
    assert "Test event" in html and "cannot be undone" in html
    assert response["Cache-Control"] == "private, no-store"
    assert find_supporter("sam@example.org") == supporter


def test_the_button_erases_and_the_screen_confirms_it(client, smtp_server, run_tasks):
    supporter = did_everything()
    run_tasks()
    smtp_server.envelopes.clear()
    page, overview = overview_path(supporter) + "erase/", overview_path(supporter)

    answer = client.post(page)
    run_tasks()

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "What we erased" in html and "What we must keep" in html
    assert str(timezone.localdate().year + 7) in html
    assert smtp_server.envelopes == []
    assert find_supporter("sam@example.org") is None
    for again in (client.post(page), client.get(page), client.get(overview)):
        assert again.status_code == 200
        assert "Everything is erased" in again.content.decode()
    assert "Everything is erased" in client.post(overview + "export/").content.decode()
    assert ErasureRecord.objects.count() == 1


def test_links_in_earlier_mails_end_with_the_erasure(client, smtp_server, run_tasks):
    supporter = did_everything()
    run_tasks()
    links = [
        link
        for mail in smtp_server.messages
        for link in re.findall(
            r"http://testserver(\S+/[\w.:-]{40,}/)", mail.get_body(("plain",)).get_content()
        )
    ]
    assert len(links) >= 4
    assert {client.get(link).status_code for link in links} == {200}

    client.post(overview_path(supporter) + "erase/")

    assert {client.get(link).status_code for link in links} == {404}


@pytest.mark.parametrize("rest", ["", "erase/", "export/"])
def test_token_that_is_damaged_or_an_hour_old_opens_nothing(client, rest):
    supporter = did_everything()
    good = overview_path(supporter)
    damaged = good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:]

    assert client.post(damaged + rest).status_code == (405 if rest == "" else 404)
    assert client.get(damaged).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        assert client.get(good).status_code == 404
        assert client.post(good + (rest or "erase/")).status_code == 404
    assert find_supporter("sam@example.org") == supporter


def test_erasing_from_another_site_is_refused(client):
    supporter = did_everything()

    answer = client.post(
        overview_path(supporter) + "erase/", headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert find_supporter("sam@example.org") == supporter
