"""The door in a real browser: a passkey set up and used alone, and a form that outlives a session.

Chromium's virtual authenticator (W3C Web Authentication, 11) plays the device.
"""

from collections.abc import Callable, Iterable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.viewer import AXE, RULES, RUN_AXE
from tests.factories import make_staff
from tests.staff.authenticator import PASSWORD, with_password

pytestmark = pytest.mark.django_db(transaction=True)


def plug_in_device(page: Page, credentials: Iterable[dict] = ()) -> Callable[[], list[dict]]:
    """Give the tab a device with these keys; return what lists the keys it has."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    for credential in credentials:
        devtools.send("WebAuthn.addCredential", {**device, "credential": credential})
    return lambda: devtools.send("WebAuthn.getCredentials", device)["credentials"]


def finds_nothing(page: Page) -> None:
    found = page.evaluate(RUN_AXE, RULES)["violations"]
    assert found == [], page.url


def let_pass(minutes: int) -> None:
    """Put every session's times that much further back."""
    for row in Session.objects.all():
        kept = row.get_decoded()
        if "staff_seen_at" in kept:
            kept["staff_seen_at"] -= minutes * 60
            row.session_data = Session.objects.encode(kept)
            row.save()


def test_passkey_and_what_was_typed_when_the_session_ended(open_context, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    with_password(make_staff("Administrators"))
    context = open_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(path=AXE)
    page = context.new_page()
    keys = plug_in_device(page)

    # The password alone leads to nothing but the second step.
    page.goto("/admin/images/")
    finds_nothing(page)
    page.get_by_label("User name or email address").fill("administrators")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/login/enrol/**")
    page.get_by_role("link", name="An app with codes").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    finds_nothing(page)
    page.get_by_role("link", name="Choose another way").click()
    page.get_by_role("link", name="A passkey").click()
    page.get_by_label("Name of this passkey").fill("My laptop")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/login/codes/")
    finds_nothing(page)
    page.get_by_label("I have put these codes away").check()
    page.get_by_role("button", name="Go to work").click()
    page.locator("#wagtail-sidebar").wait_for(state="attached")

    # The next time, the passkey does it alone.
    page.goto("/admin/logout/")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with a passkey").click()
    page.locator("#wagtail-sidebar").wait_for(state="attached")
    page.goto("/admin/login/security/")
    expect(page.get_by_text("Passkey “My laptop”")).to_be_visible()
    finds_nothing(page)

    # A form is filled in; the session warns, then ends; nothing is lost.
    page.goto("/admin/redirects/add/")
    page.get_by_label("Redirect from").fill("/an-old-address")
    page.get_by_label("To any URL").fill("https://example.org/")
    let_pass(minutes=26)
    page.evaluate("dispatchEvent(new Event('focus'))")
    warning = page.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="I am still here").click()
    expect(warning).to_be_hidden()
    let_pass(minutes=31)
    page.evaluate("dispatchEvent(new Event('focus'))")
    over = page.get_by_role("dialog", name="You are logged out")
    expect(over).to_be_visible()
    finds_nothing(page)
    over.get_by_role("button", name="Look at the page first").click()
    # Sending it now would lose it: it stays.
    page.get_by_role("button", name="Create").click()
    expect(over).to_be_visible()
    with context.expect_page() as opened:
        over.get_by_role("link", name="Log in in a new tab").click()
    tab = opened.value
    tab.get_by_label("User name or email address").fill("administrators")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    plug_in_device(tab, keys())
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Use my passkey").click()
    tab.locator("#wagtail-sidebar").wait_for(state="attached")
    tab.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(over).to_be_hidden()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("/an-old-address").first).to_be_visible()
