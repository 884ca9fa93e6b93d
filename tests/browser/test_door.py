"""A form under pressure in a real browser: the calculation, and patience where no script runs."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from events.models import SignUp
from pages.models import EventPage
from tests.supporters.at_the_door import limits

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "/en/events/demo/"


@pytest.fixture(autouse=True)
def pressure(settings):
    settings.FORM_LIMITS = limits(soft=0)
    settings.FORM_WAIT_SECONDS = 1


def type_sign_up(page: Page, email: str) -> None:
    page.fill("[name=name]", "Sam")
    page.fill("[name=email]", email)
    page.fill("[name=party_size]", "1")


def press(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[data-form] button[type=submit]").click()


def page_under_pressure(context: BrowserContext, path: str = FORM) -> Page:
    """Send one form, which brings the network under pressure and comes back."""
    page = context.new_page()
    page.goto(path)
    type_sign_up(page, "sam@example.org")
    press(page)
    assert page.input_value("[name=email]") == "sam@example.org"
    assert not SignUp.objects.exists()
    return page


@pytest.mark.parametrize("language", ["fr"])
def test_the_calculation_is_done_while_somebody_types(open_context, language):
    path = f"/{language}/events/demo/"
    page = page_under_pressure(open_context(locale=language), path)
    place = page.locator("[data-proof]")
    expect(place.locator("[role=status]")).to_have_text(place.get_attribute("data-done"))
    press(page)
    assert page.url.endswith(f"{path}signed-up/")

    # The same within the event's own page, which a cache may hold.
    event = EventPage.objects.get(locale__language_code=language, title__startswith="DEMO")
    page.goto(event.url)
    expect(place.locator("[name=proof]")).not_to_have_value("")
    type_sign_up(page, "other@example.org")
    press(page)

    assert page.url.endswith(f"{path}signed-up/")
    assert SignUp.objects.count() == 2


def test_a_press_on_the_button_waits_for_the_calculation(open_context):
    page = page_under_pressure(open_context())

    late = []
    page.route("**/proof_worker.js", lambda route: late.append(route))
    page.goto(FORM)
    type_sign_up(page, "sam@example.org")
    status = page.locator("[data-proof-status]")
    expect(status).to_have_text(page.locator("[data-proof]").get_attribute("data-working"))
    with page.expect_navigation():
        page.locator("[data-form] button[type=submit]").click(no_wait_after=True)
        assert SignUp.objects.count() == 0
        late.pop().continue_()

    assert page.url.endswith(f"{FORM}signed-up/")
    assert SignUp.objects.count() == 1


def test_without_a_worker_the_words_stay_and_waiting_is_enough(open_context):
    page = page_under_pressure(open_context())
    page.route("**/proof_worker.js", lambda route: route.abort())
    page.goto(FORM)
    type_sign_up(page, "sam@example.org")
    expect(page.locator("[data-proof-status]")).to_contain_text("wait 1 second")
    page.wait_for_timeout(2100)
    press(page)

    assert page.url.endswith(f"{FORM}signed-up/")


@pytest.mark.parametrize("language", ["nl"])
def test_without_scripts_waiting_is_enough(open_context, language):
    context = open_context(java_script_enabled=False)
    page = page_under_pressure(context, f"/{language}/events/demo/")
    assert page.locator("[data-proof-status]").inner_text()
    page.wait_for_timeout(2100)
    press(page)

    assert page.url.endswith("/events/demo/signed-up/")
    assert context.cookies() == []
