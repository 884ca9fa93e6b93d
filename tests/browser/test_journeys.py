"""Signing up and pledging as a supporter does it: on a phone, in each language, with and without
JavaScript, mail included and its links followed."""

import re
from email.message import EmailMessage

import icalendar
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from donations.models import Pledge
from events.models import Event, SignUp
from pages.models import AppealPage, EventPage
from tests.factories import notatarget

pytestmark = pytest.mark.django_db(transaction=True)

# With scripts in every language; without, in one: the words are the same.
WAYS = pytest.mark.parametrize(
    ("language", "scripted"),
    [("en", True), ("fr", True), ("nl", True), ("fr", False)],
    ids=["en", "fr", "nl", "fr-no-js"],
)

FORM_FOLDERS = {"signup": "events", "pledge": "donations"}


def open_form(context: BrowserContext, model, language: str, form: str, scripted: bool) -> Page:
    """Go from the home page to the campaign, to the action, to its form, as a reader would."""
    campaign = notatarget(language)
    action = model.objects.get(locale__language_code=language, title__startswith="DEMO")
    page = context.new_page()
    page.goto(f"/{language}/")
    page.locator(f'main a[href="{campaign.url}"]').first.click()
    page.locator(f'main a[href="{action.url}"]').first.click()
    if not scripted:
        page.locator(f'a[data-form-link="{form}"]').click()
        assert page.url.endswith(f"/{language}/{FORM_FOLDERS[form]}/demo/")
    expect(page.locator(f'[data-form="{form}"]')).to_be_visible()
    assert page.locator("html").get_attribute("lang") == language
    return page


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[data-form] button[type=submit]").click()


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def only_link(mail: EmailMessage, address: str) -> str:
    links = set(re.findall(rf"{re.escape(address)}/\S+", text_of(mail)))
    standing = [link for link in links if len(link.rstrip("/").split("/")[-1]) > 40]
    assert len(standing) == 1, links
    return standing[0]


@WAYS
def test_sign_up(open_context, smtp_server, run_tasks, address, language, scripted):
    context = open_context(java_script_enabled=scripted, locale=language)
    page = open_form(context, EventPage, language, "signup", scripted)
    page.fill("[name=name]", "Sam")
    page.fill("[name=email]", "sam@")
    page.fill("[name=party_size]", "2")
    send(page)

    assert page.input_value("[name=email]") == "sam@"
    page.fill("[name=email]", "sam@example.org")
    send(page)

    sign_up = SignUp.objects.get()
    assert (sign_up.party_size, sign_up.language) == (2, language)
    assert Event.objects.get(slug="demo").places_taken == 2
    run_tasks()
    mail = smtp_server.messages[0]
    attachment = next(mail.iter_attachments())
    calendar = icalendar.Calendar.from_ical(attachment.get_content())
    assert calendar.walk("VEVENT")[0]["UID"]
    page.goto(only_link(mail, address))
    with page.expect_navigation():
        page.locator("main form:not(:has([name=party_size])) button").click()
    sign_up.refresh_from_db()
    assert sign_up.status == "cancelled"
    assert Event.objects.get(slug="demo").places_taken == 0
    assert context.cookies() == []


@WAYS
def test_pledge(open_context, smtp_server, run_tasks, address, language, scripted):
    context = open_context(java_script_enabled=scripted, locale=language)
    page = open_form(context, AppealPage, language, "pledge", scripted)
    page.fill("[name=name]", "Sam")
    page.fill("[name=email]", "sam@example.org")
    page.fill("[name=amount_eur]", "beaucoup")
    send(page)

    assert page.input_value("[name=amount_eur]") == "beaucoup"
    page.fill("[name=amount_eur]", "25")
    send(page)

    pledge = Pledge.objects.get()
    body = page.locator("main").inner_text()
    for shown in (pledge.communication, "BE71 0961 2345 6769", "Viva Salud DEMO", "25"):
        assert shown in body
    code = page.locator('img[src*="qr"]')
    assert code.evaluate("image => image.complete && image.naturalWidth > 0")
    run_tasks()
    mail = smtp_server.messages[0]
    assert pledge.communication in text_of(mail)
    assert "BE71 0961 2345 6769" in text_of(mail)
    page.goto(only_link(mail, address))
    assert pledge.communication in page.locator("main").inner_text()
    assert context.cookies() == []


def test_copy_button_gives_the_account_without_spaces(open_context):
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = open_form(context, AppealPage, "nl", "pledge", scripted=True)
    page.fill("[name=name]", "Sam")
    page.fill("[name=email]", "sam@example.org")
    page.fill("[name=amount_eur]", "12,50")
    send(page)

    page.locator('[data-copy="BE71096123456769"]').click()

    assert page.evaluate("navigator.clipboard.readText()") == "BE71096123456769"
    expect(page.locator("[role=status]", has_text="opieerd").first).to_be_visible()


def test_form_that_cannot_be_fetched_leaves_the_link(open_context):
    context = open_context()
    page = context.new_page()
    action = EventPage.objects.get(locale__language_code="en", title__startswith="DEMO")
    page.route(f"**{action.event.get_absolute_url()}", lambda route: route.abort())
    page.goto(action.url)
    page.wait_for_timeout(500)

    assert page.locator('a[data-form-link="signup"]').is_visible()
