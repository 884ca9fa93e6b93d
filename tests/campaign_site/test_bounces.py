"""A report that a mail could not be delivered is read; anything else is nothing, and no error."""

import random
import re
import time

import pytest

from campaign_site import bounces, mail
from tests.delivery_reports import report

REFERENCE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def sent(smtp_server):
    """A mail as it left, read back from the server."""
    mail.send(
        "newsletter_welcome",
        to="sam@example.org",
        context={"stop_link": "x"},
        language="fr",
        reference=REFERENCE,
    )
    return smtp_server.messages[-1]


def test_message_id_holds_mail_row_and_a_number_of_its_own(sent):
    pattern = rf"<newsletter_welcome\.{REFERENCE}\.[0-9a-f]{{16}}@example\.org>"
    assert re.fullmatch(pattern, sent["Message-ID"])


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_failure_is_read(sent, whole, line_end):
    bounce = bounces.parse(report(sent, whole=whole).replace(b"\n", line_end))

    assert (bounce.template, bounce.reference) == ("newsletter_welcome", REFERENCE)
    assert f".{bounce.message}@" in sent["Message-ID"]
    assert bounce.status == "5.1.1"


def test_server_that_gave_up_after_days_is_a_failure(sent):
    assert bounces.parse(report(sent, status="4.4.1 (no answer)")).status == "4.4.1"


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("delayed", "4.4.1"),
        ("delivered", "2.0.0"),
        ("relayed", "2.0.0"),
        ("failed", "2.0.0"),
        ("failed", "5.1"),
        ("failed", "5.1.1000"),
        ("failed", "<script>"),
        ("", ""),
    ],
)
def test_no_failure_is_nothing(sent, action, status):
    assert bounces.parse(report(sent, action=action, status=status)) is None


@pytest.mark.parametrize(
    "message_id",
    [
        "<1772529300.1.2@example.org>",
        f"<newsletter_welcome.{REFERENCE}@example.org>",
        f"<../newsletter.{REFERENCE}.0123456789abcdef@example.org>",
        f"<newsletter_welcome.{REFERENCE}.{'0' * 17}@example.org>",
        "",
    ],
)
def test_mail_that_is_not_ours_is_nothing(sent, message_id):
    sent.replace_header("Message-ID", message_id)

    assert bounces.parse(report(sent)) is None


def test_our_own_mail_and_an_answer_by_hand_are_nothing(sent):
    assert bounces.parse(sent.as_bytes()) is None
    assert bounces.parse(report(sent).replace(b"multipart/report", b"multipart/mixed")) is None
    assert bounces.parse(report(sent).replace(b"=delivery-status", b"=feedback-report")) is None


GARBAGE = [
    b"",
    b"\x00\xff\xfe",
    b"\n\n\n",
    "Où est ma photo\u202f?".encode("utf-16"),
    b"Content-Type: multipart/report; report-type=delivery-status\n\nnothing inside",
    b"Content-Type: multipart/report; report-type*=x''%ff; boundary=\n\n--\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n"
    b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!\n--a\n"
    b"Content-Type: text/rfc822-headers; charset=no-such\n\nMessage-ID: x\n--a--\n",
]


@pytest.mark.parametrize("content", GARBAGE)
def test_garbage_is_nothing(content):
    assert bounces.parse(content) is None


def test_damaged_reports_raise_nothing(sent):
    """Bytes lost, doubled and replaced anywhere: None, or a bounce in its proper form."""
    chance = random.Random(3464)
    whole = report(sent, whole=False)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randint(0, 40)] = chance.randbytes(chance.randint(0, 3))
        bounce = bounces.parse(bytes(damaged))
        assert bounce is None or re.fullmatch(r"[45]\.\d{1,3}\.\d{1,3}", bounce.status)


def test_huge_report_is_not_read(sent):
    fits = report(sent).ljust(bounces.LONGEST_BYTES, b"\n")

    assert bounces.parse(fits).reference == REFERENCE
    assert bounces.parse(fits + b"\n") is None


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: " + b"(" * 900_000,
        b"Content-Type: multipart/report; report-type=" + b"a;" * 450_000,
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n"
        + b"--a\nContent-Type: message/rfc822\n\n" * 5_000,
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n"
        b"Content-Type: text/rfc822-headers\n\nMessage-ID: <" + b"[" * 900_000 + b"\n--a--\n",
    ],
)
def test_report_made_to_exhaust_is_nothing_soon(content):
    started = time.monotonic()
    assert bounces.parse(content) is None
    assert time.monotonic() - started < 20
