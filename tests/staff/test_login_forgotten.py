"""A forgotten password: one link, one use, no log-in, no word of who works here."""

import re

import pytest
from django.test import Client

from tests.factories import make_staff
from tests.staff.authenticator import (
    SECRET,
    code_of,
    give_code,
    give_password,
    log_in,
    with_app,
    with_password,
)

pytestmark = pytest.mark.django_db
ASK = "/admin/login/forgotten/"
NEW = "another horse another battery"
TWICE = {"password1": NEW, "password2": NEW}


@pytest.fixture
def editor(settings):
    settings.STAFF_SECOND_FACTOR = "required"
    user = with_password(make_staff("Editors"))
    with_app(user)
    return user


@pytest.fixture
def link(client, editor, run_tasks, mailoutbox) -> str:
    client.post(ASK, {"email": "Editors@Example.org"})
    assert run_tasks() == ["send_password_link"]
    [mail] = mailoutbox
    assert mail.to == ["editors@example.org"]
    mailoutbox.clear()
    return re.search(r"http://testserver(/\S+)", mail.body)[1]


def test_link_sets_the_password_once_and_logs_nobody_in(
    client, editor, link, run_tasks, mailoutbox
):
    inside = Client()
    log_in(inside, editor)
    fresh_link = link
    # Logging in has used the link up: whoever logs in has not forgotten anything.
    assert client.get(fresh_link).status_code == 404
    client.post(ASK, {"email": "editors@example.org"})
    run_tasks()
    link = re.search(r"http://testserver(/\S+)", mailoutbox.pop().body)[1]
    # A mail scanner that follows it changes nothing.
    assert client.get(link).status_code == 200
    assert inside.get("/admin/account/").status_code == 200
    short = {"password1": "short", "password2": "short"}
    assert "15" in client.post(link, short).content.decode()
    assert client.post(link, TWICE).headers["Location"] == "/admin/login/new-password/done/"
    assert inside.get("/admin/account/").status_code == 302
    assert client.get("/admin/account/").status_code == 302
    assert client.post(link, TWICE).status_code == 404
    run_tasks()
    assert "new password was set" in mailoutbox[0].body
    give_password(client, editor, NEW)
    assert client.get("/admin/account/").status_code == 302
    assert give_code(client, code_of(SECRET)).status_code == 302
    assert client.get("/admin/account/").status_code == 200


def test_unknown_address_gets_the_same_answer_and_no_mail(client, editor, run_tasks, mailoutbox):
    known = client.post(ASK, {"email": "editors@example.org"})
    mailoutbox.clear()
    unknown = client.post(ASK, {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert run_tasks() == ["send_password_link"] * 2
    assert [mail.to for mail in mailoutbox] == [["editors@example.org"]]


def test_disabled_member_gets_no_link_and_an_older_one_is_dead(
    client, editor, link, run_tasks, mailoutbox
):
    editor.is_active = False
    editor.save()
    assert client.get(link).status_code == 404
    assert client.post(link, TWICE).status_code == 404
    client.post(ASK, {"email": "editors@example.org"})
    run_tasks()
    assert mailoutbox == []


@pytest.mark.parametrize("damage", ["MQ/abc-def/", "x/y/", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5/abc-def/"])
def test_damaged_links_open_nothing(client, link, damage):
    assert client.get(f"/admin/login/new-password/{damage}").status_code == 404
    assert client.get(f"{link[:-2]}/").status_code == 404


def test_asking_again_and_again_is_slowed(client, editor, run_tasks, mailoutbox):
    for _attempt in range(3):
        assert client.post(ASK, {"email": "editors@example.org"}).status_code == 302
    answer = client.post(ASK, {"email": "EDITORS@example.org"})
    assert answer.status_code == 429
    assert "Wait some minutes" in answer.content.decode()
    run_tasks()
    assert len(mailoutbox) == 3
