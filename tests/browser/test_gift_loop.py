"""The whole way of a gift in a real browser: promised in French on a phone, seen on the account by
the treasurer, thanked in French, counted by the meter; the T-shirt is chosen and sent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from donations.models import Appeal, Pledge, Reward, RewardDelivery
from donations.totals import totals_of
from pages import demonstration
from pages.models import AppealPage
from tests.browser.test_journeys import only_link, open_form, send, text_of
from tests.browser.test_staff import log_in
from tests.donations.statement_files import Movement, coda_file

pytestmark = pytest.mark.django_db(transaction=True)

DEMO_IBAN = "BE71096123456769"
DESK = {"width": 1280, "height": 900}


def upload(page: Page, statement: bytes, button: str) -> None:
    page.goto("/admin/treasury/statements/")
    page.set_input_files(
        "[name=files]",
        {"name": "rekening.cod", "mimeType": "text/plain", "buffer": statement},
    )
    with page.expect_navigation():
        page.locator(f"[name={button}]").click()


def test_gift_from_the_promise_to_the_parcel(open_context, smtp_server, run_tasks, address):
    demonstration.load_gifts()
    shirt = Reward.objects.get(appeal__slug="demo", kind="t_shirt")
    phone = open_context(locale="fr")
    donor = open_form(phone, AppealPage, "fr", "pledge", scripted=True)
    donor.locator(f'[name=reward][value="{shirt.pk}"]').check()
    donor.fill("[name=name]", "Camille")
    donor.fill("[name=email]", "camille@example.org")
    # The threshold of the first campaign is "over" ten euros, so ten are not enough.
    donor.fill("[name=amount_eur]", "10")
    send(donor)

    assert not Pledge.objects.exists()
    assert donor.locator(f'[name=reward][value="{shirt.pk}"]').is_checked()
    donor.fill("[name=amount_eur]", "25")
    send(donor)

    pledge = Pledge.objects.get()
    assert pledge.communication in donor.locator("main").inner_text()
    shirt.refresh_from_db()
    assert (pledge.reward, pledge.holds_reward, shirt.taken) == (shirt, True, 1)
    run_tasks()
    (instructions,) = smtp_server.messages
    assert pledge.communication in text_of(instructions)
    smtp_server.envelopes.clear()

    # Three days later the treasurer looks at the statement, and then books it.
    today = timezone.localdate()
    statement = coda_file(
        [
            Movement(
                "25.00",
                name="CAMILLE EXEMPLE",
                account="BE68539007547034",
                structured=re.sub(r"\D", "", pledge.communication),
                booked_on=today,
                valued_on=today,
            )
        ],
        account=DEMO_IBAN,
        opened_on=today - timedelta(days=1),
        closed_on=today,
    )
    treasurer = open_context(viewport=DESK).new_page()
    log_in(treasurer, "Treasurers")
    upload(treasurer, statement, "look")
    run_tasks()
    treasurer.reload()
    expect(treasurer.get_by_text("Nothing is booked yet", exact=True)).to_be_visible()
    pledge.refresh_from_db()
    assert pledge.status == "promised"
    assert [text_of(mail) for mail in smtp_server.messages] == []
    treasurer.get_by_role("button", name="Import").click()
    treasurer.wait_for_load_state()
    run_tasks()
    treasurer.reload()
    expect(treasurer.get_by_text("matched by: structured communication")).to_be_visible()
    run_tasks()

    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("paid", 25)
    sent = {mail["Message-ID"].strip().partition(".")[0]: mail for mail in smtp_server.messages}
    thanks, question = sent.pop("<gift_thanks"), sent.pop("<reward_question")
    assert sent == {}
    assert {mail["Content-Language"] for mail in (thanks, question)} == {"fr"}
    assert {mail["To"] for mail in (thanks, question)} == {"camille@example.org"}
    assert "Camille" in text_of(thanks)
    assert "25" in text_of(thanks)
    smtp_server.envelopes.clear()

    # The same file under another name changes nothing, and nobody is thanked twice.
    upload(treasurer, statement, "book")
    run_tasks()
    assert smtp_server.messages == []
    assert totals_of(Appeal.objects.get(slug="demo")).received_eur == 25

    appeal_page = AppealPage.objects.get(locale__language_code="fr", title__startswith="DEMO")
    donor.goto(appeal_page.url)
    # 1,450 came from elsewhere.
    assert "1475" in re.sub(r"\s", "", donor.locator(".meter").first.inner_text())

    donor.goto(only_link(question, address))
    donor.locator("[name=option]").locator("visible=true").first.wait_for()
    donor.get_by_label("M", exact=True).check()
    donor.locator("[name=way][value=post]").check()
    donor.fill("[name=recipient]", "Camille Exemple")
    donor.fill("[name=street]", "Rue de l’Exemple 1")
    donor.fill("[name=postcode]", "1000")
    donor.fill("[name=town]", "Bruxelles")
    with donor.expect_navigation():
        donor.locator("main form:has([name=way]) button[type=submit]").click()

    delivery = RewardDelivery.objects.get()
    assert (delivery.state, delivery.option.name_en) == ("arranged", "M")
    treasurer.goto("/admin/treasury/rewards/")
    treasurer.locator(f'[name=delivery][value="{delivery.pk}"]').check()
    with treasurer.expect_navigation():
        treasurer.locator("[name=do][value=sent]").click()
    run_tasks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_on) == ("sent", today)
    (sent,) = smtp_server.messages
    assert (sent["Content-Language"], sent["To"]) == ("fr", "camille@example.org")
    assert phone.cookies() == []
