"""Read what a mail server sends back when a mail could not be delivered.

Such a report is a ``multipart/report; report-type=delivery-status`` (RFC 3462, RFC 3464): words
for people, a ``message/delivery-status`` with the verdict, and the mail itself or its headers.
Whoever sends one may have made it up; it is read, and nothing in it is believed beyond its form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.errors import MessageError
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage

LONGEST_BYTES = 2**20
_LONGEST_HEADER = 1000

# As ``mail.send`` writes it: the mail's name, the row's random number, the mail's own.
_MESSAGE_ID = re.compile(r"\s*<([a-z][a-z_]{0,63})\.([0-9a-f]{32})\.([0-9a-f]{16})@[^@\s<>]+>\s*")
# RFC 3463, section 2. A comment in parentheses may follow.
_STATUS = re.compile(r"\s*([45]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")

_new_header = HeaderRegistry()


def _header(name: str, value: str) -> BaseHeader:
    """Parse a header, an overlong one as empty: the standard library takes minutes over those."""
    return _new_header(name, value if len(value) <= _LONGEST_HEADER else "")


_POLICY = policy.default.clone(header_factory=_header)


@dataclass(frozen=True)
class Bounce:
    """A mail that came back for good: what ``mail.send`` was given, and the server's verdict.

    ``reference`` is 32 hexadecimal digits, ``message`` the 16 that only this one mail carries,
    ``status`` a code of RFC 3463 such as "5.1.1".
    """

    template: str
    reference: str
    message: str
    status: str


def parse(content: bytes) -> Bounce | None:
    """Return the bounce that ``content``, one mail, reports; None when it reports none of ours.

    A delay is none: the server goes on trying. More than 1 MiB is not read. Never raises.
    """
    if len(content) > LONGEST_BYTES:
        return None
    try:
        return _read(message_from_bytes(content, policy=_POLICY))
    # What the standard library raises, here and there, about mails that break the rules.
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _read(report: EmailMessage) -> Bounce | None:
    if report.get_content_type() != "multipart/report" or not report.is_multipart():
        return None
    if str(report.get_param("report-type", "")).lower() != "delivery-status":
        return None
    status = original = None
    for part in report.iter_parts():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and status is None:
            status = next(_failures(part), None)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            original = _message_id(part) or original
    if status is None or original is None:
        return None
    return Bounce(*original.groups(), status=status)


def _failures(part: EmailMessage) -> Iterator[str]:
    """Yield the status of every recipient whom the server has given up (RFC 3464, section 2.3.3).

    The action decides: a server that tried for days in vain says "failed" with a status 4.x.x.
    """
    for fields in part.get_payload():
        status = _STATUS.match(str(fields.get("Status", "")))
        if status and str(fields.get("Action", "")).strip().lower() == "failed":
            yield status[1]


def _message_id(part: EmailMessage) -> re.Match | None:
    if part.is_multipart():
        original = part.get_payload(0)
    else:
        original = message_from_string(part.get_content(), policy=_POLICY)
    return _MESSAGE_ID.fullmatch(str(original.get("Message-ID", "")))
