"""The mail that says what is wrong with the site, sent directly: the queue may be what is dead."""

import logging
import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from watching.models import Alert

logger = logging.getLogger(__name__)

REMIND_AFTER = timedelta(days=1)


def send(alerts: list[Alert], now: datetime) -> list[Alert]:
    """Tell in one mail what has begun, what still is so after a day, and what is over.

    Returns the alerts that were told of, with the moment noted in them. When the mail cannot
    leave nothing is noted, so that the next check sends it.
    """
    begun = [one for one in alerts if one.ended_at is None and one.mailed_at is None]
    still = [
        one
        for one in alerts
        if one.ended_at is None and one.mailed_at and now - one.mailed_at >= REMIND_AFTER
    ]
    ended = [one for one in alerts if one.ended_at and one.end_mailed_at is None]
    told = [*begun, *still, *ended]
    if not told or not settings.ALERT_MAIL_TO:
        return []
    try:
        _message(begun, still, ended).send()
    except (OSError, smtplib.SMTPException):
        logger.exception("the mail about alerts could not leave")
        return []
    for alert in told:
        if alert.ended_at:
            alert.end_mailed_at = now
        else:
            alert.mailed_at = now
    return told


def _message(begun: list[Alert], still: list[Alert], ended: list[Alert]) -> EmailMessage:
    """Plain text in English, for whoever looks after the machines; no data about people."""
    sender = settings.DEFAULT_FROM_EMAIL
    return EmailMessage(
        subject=_subject(begun, still, ended),
        body="\n".join(_lines(begun, still, ended)),
        from_email=sender,
        to=settings.ALERT_MAIL_TO,
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": make_msgid("alert", parseaddr(sender)[1].rpartition("@")[2]),
        },
    )


def _subject(begun: list[Alert], still: list[Alert], ended: list[Alert]) -> str:
    told = [*begun, *still, *ended]
    word = "ALERT" if begun else "STILL" if still else "OVER"
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return f"[{settings.WAGTAIL_SITE_NAME}] {word}: {_title(told[0])}{more}"


def _title(alert: Alert) -> str:
    title = alert.definition.title if alert.definition else alert.rule
    return f"{title} [{alert.host}]" if alert.host else title


def _lines(begun: list[Alert], still: list[Alert], ended: list[Alert]) -> Iterator[str]:
    for word, alerts in (("ALERT", begun), ("STILL", still), ("OVER", ended)):
        for alert in alerts:
            yield f"{word}: {_title(alert)}"
            yield f"  Since {_moment(alert.begun_at)}" + (
                f", until {_moment(alert.ended_at)}." if alert.ended_at else "."
            )
            if alert.value is not None:
                yield f"  Measured: {alert.value:.6g}"
            if alert.definition and not alert.ended_at:
                yield f"  Why it matters: {alert.definition.why}"
                yield f"  What to do: {alert.definition.what_to_do}"
            yield ""
    yield f"{settings.SITE_URL}/admin/watching/"
    yield "Each alert is explained in docs/watching.md. You are reminded once a day."


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %Z}"
