"""A wish for news from the box of a form to the last click, by the links of the mails."""

import re

import pytest

from pages.models import EventPage
from supporters.models import NewsletterSubscription
from tests.browser.test_journeys import open_form, send, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def link_in(mail, address: str, part: str) -> str:
    (link,) = set(re.findall(rf"{re.escape(address)}/\S+{part}\S+", text_of(mail)))
    return link


@pytest.mark.parametrize(
    ("language", "scripted"),
    [("en", True), ("fr", False), ("nl", True)],
    ids=["en-js", "fr-no-js", "nl-js"],
)
def test_news_wished_for_confirmed_and_stopped(
    open_context, smtp_server, run_tasks, address, language, scripted
):
    context = open_context(java_script_enabled=scripted, locale=language)
    page = open_form(context, EventPage, language, "signup", scripted)
    page.fill("[name=name]", "Sam")
    page.fill("[name=email]", "sam@example.org")
    assert not page.is_checked("[name=newsletter]")
    page.check("[name=newsletter]")
    send(page)
    run_tasks()

    page.goto(link_in(smtp_server.messages[0], address, "/newsletter/confirm/"))
    people = NewsletterSubscription.objects.consented()
    assert not people.exists()
    with page.expect_navigation():
        page.locator("main form[method=post] button").click()

    assert page.url == f"{address}/{language}/newsletter/confirmed/"
    assert page.locator("html").get_attribute("lang") == language
    assert people.get().language == language
    run_tasks()
    page.goto(link_in(smtp_server.messages[1], address, "/newsletter/stop/"))
    assert people.exists()
    with page.expect_navigation():
        page.locator("main form[method=post] button").click()

    assert not people.exists()
    assert page.locator("main form").count() == 0
    assert context.cookies() == []
