import re

import pytest

from campaign_site.forms import new_form_key
from supporters.models import OneTimeLink
from supporters.tasks import send_my_solidarity_link
from tests.conftest import free_port
from tests.factories import make_supporter

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
