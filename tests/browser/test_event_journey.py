"""The way of a place in a real browser, in French, on a phone: somebody waits for it, gets it when
another gives theirs back, says yes, and passes it on to a friend."""

import re
import uuid
from email.message import EmailMessage

import pytest
from django.utils.translation import override
from playwright.sync_api import Page, expect

from events import services
from events.models import Event, SignUp
from tests.browser.test_journeys import send, text_of

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "/fr/events/demo/"


def link_in(mail: EmailMessage) -> str:
    """The standing link: the first address in the mail that is somebody's own."""
    return re.search(r"https?://\S+/events/sign-up/[^/\s]+/", text_of(mail))[0]


def press(page: Page, action: str) -> None:
    with page.expect_navigation():
        page.locator(f"button[name=action][value={action}]").click()


def fill_in(page: Page, name: str, email: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)


def status_of(row: SignUp) -> str:
    row.refresh_from_db()
    return row.status


def test_place_from_the_waiting_list_to_a_friend(open_context, smtp_server, run_tasks, address):
    """Alix and the friend have no scripts, Camille has."""
    Event.objects.filter(slug="demo").update(capacity=2)
    event = Event.objects.get(slug="demo")
    with override("fr"):
        first = services.sign_up(
            event=event,
            name="Alix",
            email="alix@example.org",
            party_size=2,
            language="fr",
            form_key=uuid.uuid4(),
            form_digest="",
        )
        first_link = first.get_absolute_url()
    run_tasks()
    smtp_server.envelopes.clear()

    # Camille finds no place and joins the list, with a need.
    phone = open_context(locale="fr").new_page()
    phone.goto(FORM)
    expect(phone.locator(".waiting-words")).to_be_visible()
    fill_in(phone, "Camille", "camille@example.org")
    phone.locator("details.folded summary").click()
    phone.locator('[name=needs][value="seat"]').check()
    send(phone)
    expect(phone.locator('[name=needs][value="seat"]')).to_be_checked()
    phone.locator("[name=needs_consent]").check()
    send(phone)

    assert phone.url == f"{address}/fr/events/demo/waiting/"
    camille = SignUp.objects.get(status="waiting")
    run_tasks()
    (told,) = smtp_server.messages
    phone.goto(link_in(told))
    expect(phone.locator("h1")).to_contain_text("1")
    assert camille.needs.kinds == ["seat"]
    smtp_server.envelopes.clear()

    # Alix cannot come after all.
    other = open_context(java_script_enabled=False, locale="fr").new_page()
    other.goto(first_link)
    press(other, "cancel")

    assert (status_of(first), status_of(camille)) == ("cancelled", "offered")
    run_tasks()
    offers = [mail for mail in smtp_server.messages if mail["To"] == "camille@example.org"]
    assert len(offers) == 1
    phone.goto(link_in(offers[0]))
    assert status_of(camille) == "offered"
    press(phone, "accept")
    assert status_of(camille) == "confirmed"
    expect(phone.locator(".entry__code svg")).to_be_visible()
    smtp_server.envelopes.clear()

    # Camille falls ill, and a friend goes instead.
    given = phone.locator("[data-share-address] input").input_value()
    expect(phone.locator("[data-copy]").first).to_be_visible()
    friend = open_context(java_script_enabled=False, locale="fr").new_page()
    friend.goto(given)
    assert status_of(camille) == "confirmed"
    fill_in(friend, "Noor", "noor@")
    send(friend)
    assert friend.input_value("[name=name]") == "Noor"
    friend.fill("[name=email]", "noor@example.org")
    send(friend)

    assert friend.url == f"{address}/fr/events/demo/signed-up/"
    assert status_of(camille) == "passed_on"
    noor = SignUp.objects.get(status="confirmed")
    assert (noor.name, noor.party_size) == ("Noor", 1)
    run_tasks()
    assert "noor@example.org" in {mail["To"] for mail in smtp_server.messages}
    phone.reload()
    expect(phone.locator(".entry__code")).to_have_count(0)
    event.refresh_from_db()
    assert event.places_taken == 1
    assert phone.context.cookies() == other.context.cookies() == []
