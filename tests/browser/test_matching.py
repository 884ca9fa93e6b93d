"""A treasurer at the keyboard: what each key does, without loading a page; and without a script."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from donations import services
from donations.models import Appeal, BankEntry
from tests.browser.test_staff import log_in
from tests.browser.viewer import AXE, RULES, RUN_AXE
from tests.donations.payments import lines_of, make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_supporter

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = {"width": 1280, "height": 900}


@pytest.fixture
def page(open_context) -> Page:
    context = open_context(viewport=WINDOW, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    log_in(page, "Treasurers")
    return page


@pytest.fixture
def appeal():
    Appeal.objects.update(communication="")  # that of the first content is tried here
    return make_appeal(account=make_account(), communication="donation NotATarget")


def complaints(page: Page) -> list[str]:
    """What axe finds wrong with our part of the screen; the frame around it is Wagtail's."""
    run = RUN_AXE.replace("axe.run(document,", "axe.run('[data-matching]',")
    found = page.evaluate(run, RULES)["violations"]
    return [f"{item['rule']} {item['html']} {item['why']}" for item in found]


def number(page: Page) -> int:
    """The number of the payment on the screen; 0 when none is left."""
    path = page.locator("[data-matching-screen]").get_attribute("data-url")
    part = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return int(part) if part.isdigit() else 0


def press(page: Page, *keys: str) -> None:
    """Press keys, the last of which asks the server, and wait for its answer."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_response(lambda answer: "/payments/" in answer.url and answer.status != 302):
        page.keyboard.press(keys[-1])
    page.wait_for_function("() => !document.querySelector('[data-matching][aria-busy]')")


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the screen where the environment says so, to be looked at."""
    if folder := os.environ.get("MATCHING_PICTURES"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def test_each_key_does_what_it_says_and_no_page_is_loaded(page, appeal):
    noor = make_pledge(
        appeal=appeal, name="Noor Peeters", supporter=make_supporter("noor@example.org")
    )
    sam = make_pledge(appeal=appeal, name="Sam Sample", amount_eur="10.00")
    account = appeal.account
    named = make_payment(account, name="PEETERS NOOR", payer="BE62510007547061", text="for you")
    free, costs = make_payment(account, "7.00"), make_payment(account, "8.00", text="fee")
    riddle, split = make_payment(account, "9.00"), make_payment(account, "12.00")
    last = make_payment(account, "13.00")
    page.goto("/admin/treasury/payments/to-match/")
    page.evaluate("window.stays = true")
    assert number(page) == named.pk
    assert complaints(page) == []
    keep_picture(page, "suggested")

    # A digit chooses, Enter confirms.
    page.keyboard.press("1")
    expect(page.locator("[data-matching-says]")).to_contain_text("Noor Peeters")
    press(page, "Enter")
    assert lines_of(named) == [("gift", "25.00", "exact")]
    assert number(page) == free.pk
    expect(page.locator(".matching__notice")).to_contain_text("the amount promised")

    # Undone and back; the history says so.
    press(page, "z")
    assert number(page) == named.pk and lines_of(named) == [("suspense", "25.00", "")]
    press(page, "1", "Enter")
    noor.refresh_from_db()
    assert noor.status == "paid"

    # A gift without a promise, skipped and come back to.
    press(page, "s")
    assert number(page) == costs.pk
    press(page, "n")
    press(page, "u")
    assert BankEntry.objects.get(pk=costs.pk).state == "not_a_gift"
    assert BankEntry.objects.get(pk=riddle.pk).state == "unmatched"

    # A part of it, on a promise that is searched for by name; letters in a field are no keys.
    page.keyboard.press("/")
    page.keyboard.type("sun sample")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Sam Sample")
    press(page, "Enter")
    assert number(page) == split.pk
    expect(page.locator("#matching-q")).to_have_value("Sam Sample")
    page.keyboard.press("1")
    page.keyboard.press("p")
    page.keyboard.type("10")
    keep_picture(page, "part")
    press(page, "Enter")
    assert number(page) == split.pk
    assert lines_of(split) == [("gift", "10.00", "exact"), ("suspense", "2.00", "")]
    keep_picture(page, "rest")
    press(page, "g", "1", "Enter")
    assert lines_of(split)[1] == ("gift", "2.00", "free")
    sam.refresh_from_db()
    assert sam.status == "paid"

    # A colleague was faster.
    assert number(page) == last.pk
    services.place_on_appeal(entry=last, appeal=appeal, by=None)
    press(page, "n")
    expect(page.locator(".matching__notice--error")).to_contain_text("Somebody else has decided")
    assert number(page) == free.pk
    assert complaints(page) == []
    page.keyboard.press("?")
    expect(page.locator("[data-matching-dialog]")).to_be_visible()
    keep_picture(page, "keys")
    page.keyboard.press("Escape")
    expect(page.locator("[data-matching-dialog]")).to_be_hidden()
    press(page, "g", "1", "Enter")
    expect(page.get_by_text("No payment is waiting. Thank you.", exact=True)).to_be_visible()
    assert page.evaluate("window.stays") is True
    page.goto(f"/admin/treasury/payments/{split.pk}/")
    assert complaints(page) == []
    keep_picture(page, "history")
    page.set_viewport_size({"width": 360, "height": 740})
    keep_picture(page, "narrow")
    page.set_viewport_size(WINDOW)
    page.goto("/admin/treasury/payments/")
    keep_picture(page, "list")


def test_everything_works_without_a_script(page, open_context, appeal):
    pledge = make_pledge(appeal=appeal, name="Noor Peeters")
    entry = make_payment(appeal.account, name="Noor Peeters")
    state = page.context.storage_state()
    # Without a script, the menu of Wagtail covers a narrow window.
    plain = open_context(viewport=WINDOW, java_script_enabled=False, storage_state=state).new_page()

    plain.goto("/admin/treasury/payments/to-match/")
    plain.get_by_label("Noor Peeters").check()
    plain.get_by_role("button", name="Confirm").click()
    assert lines_of(entry) == [("gift", "25.00", "exact")]
    expect(plain.get_by_text("No payment is waiting.")).to_be_visible()
    plain.get_by_role("button", name=f"Undo the match of payment {entry.pk}").click()
    assert lines_of(entry) == [("suspense", "25.00", "")]
    plain.get_by_label("Search for a promise").fill(pledge.communication)
    plain.get_by_role("button", name="Search", exact=True).click()
    plain.get_by_label("Noor Peeters").check()
    plain.get_by_label("Only a part").fill("5")
    plain.get_by_role("button", name="Confirm").click()
    assert lines_of(entry) == [("gift", "5.00", "part"), ("suspense", "20.00", "")]
    plain.get_by_role("button", name="Nobody knows whose").click()
    assert BankEntry.objects.get(pk=entry.pk).state == "unmatched"
