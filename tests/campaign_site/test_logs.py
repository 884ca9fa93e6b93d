import json
import logging
import sys
import time
import uuid

import pytest
from django.db import IntegrityError

from campaign_site.logs import (
    FIELDS,
    ImpersonalFilter,
    ImpersonalFormatter,
    JsonFormatter,
    request_id,
)
from supporters.models import Supporter
from tests.factories import make_supporter


def written(message: str, *args, exc_info=None) -> str:
    record = logging.LogRecord("t", logging.ERROR, __file__, 1, message, args, exc_info)
    ImpersonalFilter().filter(record)
    return ImpersonalFormatter().format(record)


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        ("cannot mail %s", "canary@example.org"),
        ("Not Found: /fr/solidarity/photo/%s/", "c" * 30),
        ("GET /fr/?q=%s", "canary"),
        ("line\r\n2026 INFO forged %s", "\n"),
    ],
)
def test_secrets_do_not_reach_the_log(message, secret):
    text = written(message, secret)

    assert secret not in text
    assert text  # something was written


def test_ordinary_messages_stay_readable():
    assert "Started the worker on 4 threads" in written("Started the worker on %s threads", 4)


@pytest.mark.django_db(transaction=True)
def test_constraint_error_is_logged_without_the_row():
    make_supporter("canary@example.org")
    twin = Supporter.objects.get()
    twin.pk, twin.public_id = None, uuid.uuid4()
    try:
        twin.save(force_insert=True)
    except IntegrityError as error:
        assert "email_hash" in str(error)  # the exception itself does tell
        text = written("failed", exc_info=sys.exc_info())

    assert "IntegrityError" in text
    assert "email_hash" not in text
    assert twin.email_hash not in text


# The log of the public site.

# A new field needs a reason, a place here and in docs/watching.md.
SCHEMA = {
    "time": str,
    "level": str,
    "logger": str,
    "message": str,
    "event": str,
    "route": str,
    "method": str,
    "status": int,
    "duration_ms": float,
    "request_id": str,
    "exception": dict,
}


def as_json(message: str, *args, name: str = "t", exc_info=None, **extra) -> dict:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, exc_info)
    record.__dict__.update(extra)
    ImpersonalFilter().filter(record)
    line = JsonFormatter().format(record)
    assert line.count("\n") == 0
    return json.loads(line)


def test_a_line_holds_the_allowed_fields_and_no_other():
    token = request_id.set("0123456789abcdef")
    try:
        raise ValueError("canary")
    except ValueError:
        line = as_json(
            "done",
            exc_info=sys.exc_info(),
            event="request",
            route="home",
            method="GET",
            status=200,
            duration_ms=1.26,
            address="192.0.2.7",
            request="canary",
            user="canary",
        )
    finally:
        request_id.reset(token)

    assert {name: type(value) for name, value in line.items()} == SCHEMA
    assert tuple(SCHEMA) == FIELDS
    assert line["exception"]["kind"] == "ValueError"
    assert line["exception"]["frames"][0].endswith(
        " in test_a_line_holds_the_allowed_fields_and_no_other"
    )
    assert set(line["exception"]) == {"kind", "frames"}
    assert line["duration_ms"] == 1.3
    assert "canary" not in json.dumps(line)
    assert "192.0.2.7" not in json.dumps(line)


def test_the_time_is_utc_and_nothing_stands_there_that_is_not_known():
    line = as_json("done")

    assert line["time"].endswith("+00:00")
    assert set(line) == {"time", "level", "logger", "message"}


@pytest.mark.parametrize(
    "forged", ['"}\n{"level": "INFO"', "a\r\nb", "a\u2028b", "a\x00b", "a\u001b[31mb"]
)
def test_nobody_forges_a_line(forged):
    for line in (as_json("Not Found: %s", forged), as_json("x", route=forged)):
        assert not {"\n", "\r", "\x00", "\x1b"} & set(json.dumps(line, ensure_ascii=False))
        assert line["level"] == "ERROR"


@pytest.mark.parametrize("wrong", [None, 7, ["x"], {"a": "b"}, object()])
def test_what_is_not_of_its_kind_is_left_out(wrong):
    assert "route" not in as_json("x", route=wrong)
    assert "status" not in as_json("x", status=str(wrong))


def test_django_tells_status_and_no_path():
    line = as_json("Not Found: %s", "/fr/x/", name="django.request", status_code=404)

    assert (line["message"], line["status"]) == ("Not Found", 404)


def test_an_endless_message_is_cut_before_anything_is_looked_for_in_it():
    began = time.monotonic()
    assert len(as_json("word " * 100_000)["message"]) == 2000
    assert as_json("x" * 1_000_000)["message"] == "…"
    assert "canary" not in as_json("a " * 1995 + "canary.of.somebody@example.org")["message"]
    assert time.monotonic() - began < 1
