import logging
import sys
import uuid

import pytest
from django.db import IntegrityError

from campaign_site.logs import ImpersonalFilter, ImpersonalFormatter
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
