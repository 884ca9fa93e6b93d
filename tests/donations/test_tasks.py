"""The mail with the transfer details, as it arrives at a real mail server."""

import io
import re

import pytest
import time_machine
import zxingcpp
from PIL import Image

from donations.models import Pledge
from donations.services import cancel_pledge
from donations.tasks import send_pledge_instructions
from tests.factories import make_account, make_appeal, make_pledge

pytestmark = pytest.mark.django_db

AMOUNTS = {"en": "€1,250.50", "fr": "1\u202f250,50\u00a0€", "nl": "€\u00a01.250,50"}


def parts_of(message) -> tuple[str, str, bytes]:
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "payment-code.png"
    return text, html, attachment.get_content()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_mail_says_the_same_as_the_payment_page_and_the_code(language, smtp_server, client):
    pledge = make_pledge(language=language, amount_eur="1250.50")

    send_pledge_instructions.func(pledge_id=pledge.pk)

    (message,) = smtp_server.messages
    text, html, picture = parts_of(message)
    pledge.refresh_from_db()
    link = re.search(r"http://testserver(/\S+)", text)[1]
    page = client.get(link).content.decode()
    for shown in ["BE71 0961 2345 6769", "Viva Test", pledge.communication, AMOUNTS[language]]:
        assert shown in text
        assert shown in html
        assert shown in page
    assert link.startswith(f"/{language}/donations/pledge/")
    assert f'href="http://testserver{link}"' in html
    assert message["Content-Language"] == language
    assert message["To"] == "sam@example.org"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    fields = ["BCD", "002", "1", "SCT", "", "Viva Test", "BE71096123456769", "EUR1250.50"]
    assert code.bytes == "\n".join([*fields, "", "", pledge.communication]).encode()
    assert code.ec_level == "M"
    assert pledge.instructions_sent_at.minute == 0


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "Amount every month", "Saturday 28 February 2026"),
        ("fr", "Montant chaque mois", "samedi 28 février 2026"),
        ("nl", "Bedrag per maand", "zaterdag 28 februari 2026"),
    ],
)
def test_mail_of_a_monthly_gift_tells_how_to_repeat_it(language, words, day, smtp_server):
    pledge = make_pledge(language=language, frequency="monthly")

    with time_machine.travel("2026-01-31 12:00:00+01:00", tick=False):
        send_pledge_instructions.func(pledge_id=pledge.pk)

    text, html, _ = parts_of(smtp_server.messages[0])
    for body in (text, html):
        for shown in (words, day, pledge.communication):
            assert shown in body


def test_mail_names_the_account_that_the_donor_was_shown(smtp_server):
    account = make_account(label="Other", iban="BE68539007547034", bic="GKCCBEBB")
    pledge = make_pledge(account=account)

    send_pledge_instructions.func(pledge_id=pledge.pk)

    text, html, picture = parts_of(smtp_server.messages[0])
    for body in (text, html):
        assert "BE68 5390 0754 7034" in body
        assert "GKCCBEBB" in body
        assert "BE71" not in body
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert code.text.split("\n")[4:7] == ["GKCCBEBB", "Viva Test", "BE68539007547034"]


def test_mail_says_what_a_structured_code_carries(smtp_server):
    pledge = make_pledge(appeal=make_appeal(account=make_account(reference_line="structured")))
    digits = re.sub(r"\D", "", pledge.communication)

    send_pledge_instructions.func(pledge_id=pledge.pk)

    text, html, picture = parts_of(smtp_server.messages[0])
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert code.text.split("\n")[9:] == [digits, ""]
    assert digits in text
    assert digits in html


def test_no_mail_leads_to_an_account_that_takes_no_gifts(smtp_server):
    pledge = make_pledge(appeal=make_appeal(account=make_account(is_confirmed=False)))

    send_pledge_instructions.func(pledge_id=pledge.pk)

    assert smtp_server.messages == []


def test_subject_outs_nobody_and_the_body_repeats_no_name(smtp_server):
    pledge = make_pledge(name="Buy this now http://spam.example")

    send_pledge_instructions.func(pledge_id=pledge.pk)

    (message,) = smtp_server.messages
    text, html, _ = parts_of(message)
    assert message["Subject"] == "Your transfer details"
    assert "spam.example" not in text + html


def test_demonstration_says_so(smtp_server):
    account = make_account(is_demo=True)
    pledge = make_pledge(appeal=make_appeal(account=account))

    send_pledge_instructions.func(pledge_id=pledge.pk)

    text, html, _ = parts_of(smtp_server.messages[0])
    assert "Do not transfer any money" in text
    assert "Do not transfer any money" in html


def test_mail_goes_out_once(smtp_server):
    pledge = make_pledge()

    send_pledge_instructions.func(pledge_id=pledge.pk)
    send_pledge_instructions.func(pledge_id=pledge.pk)

    assert len(smtp_server.messages) == 1


def test_no_mail_for_a_pledge_that_is_gone_or_taken_back(smtp_server):
    erased = make_pledge(supporter=None)
    cancelled = make_pledge(appeal=erased.appeal)
    cancel_pledge(pledge=cancelled)

    for pledge_id in [erased.pk, cancelled.pk, 0]:
        send_pledge_instructions.func(pledge_id=pledge_id)

    assert smtp_server.messages == []
    assert not Pledge.objects.exclude(instructions_sent_at=None).exists()


def test_refused_mail_is_tried_again_later(settings):
    pledge = make_pledge()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 2},
        }
    }

    with pytest.raises(OSError, match="refused"):
        send_pledge_instructions.func(pledge_id=pledge.pk)

    pledge.refresh_from_db()
    assert pledge.instructions_sent_at is None
