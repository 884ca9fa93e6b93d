"""The only way mail leaves the house.

A mail is a folder ``templates/emails/<name>/`` with ``subject.txt``, ``body.txt`` and
``body.html``. Subjects are plain and out nobody; bodies repeat no message and no photo.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message, MIMEPart
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from campaign_site.language_forms import plain_line


@dataclass(frozen=True)
class Attachment:
    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(template: str, *, context: Mapping[str, object], language: str) -> Rendered:
    """Return the mail ``template`` in ``language``. Values are escaped in the HTML part only."""
    values = {**context, "site_url": settings.SITE_URL, "language": language}
    with override(language):
        subject = render_to_string(f"emails/{template}/subject.txt", values)
        text = render_to_string(f"emails/{template}/body.txt", values)
        html = render_to_string(f"emails/{template}/body.html", values)
    return Rendered(plain_line(subject), text.strip() + "\n", html)


def send(
    template: str,
    *,
    to: str,
    context: Mapping[str, object],
    language: str,
    attachments: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
    reference: str = "",
) -> None:
    """Render the mail ``template`` in ``language`` and hand it to the mail server.

    Returns when the server has accepted it; raises ``OSError`` or ``smtplib.SMTPException``
    otherwise, so that the calling task is retried. Calling twice sends twice: the caller keeps a
    ``…_sent_at``. ``headers`` come on top of those that every mail carries, which they cannot
    replace. ``reference`` is the random number, in hexadecimal, of the row that the mail is about:
    a bounce tells by it which mail came back.
    """
    rendered = render(template, context=context, language=language)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            **(headers or {}),
            "Message-ID": _message_id(template, reference),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    for attachment in attachments:
        message.attach(_part(attachment))
    message.send()


def _part(attachment: Attachment) -> MIMEPart:
    """Return the attachment as base64 of its very bytes.

    Django attaches what is called text as text, and a calendar file's line ends, which RFC 5545
    wants as CRLF, would not survive that.
    """
    kind = Message()
    kind["Content-Type"] = attachment.media_type
    main, sub = kind.get_content_maintype(), kind.get_content_subtype()
    charset = {"charset": "utf-8"} if main == "text" else {}
    part = MIMEPart()
    part.set_content(
        attachment.content,
        main,
        sub,
        cte="base64",
        disposition="attachment",
        filename=attachment.filename,
        params=charset | dict(kind.get_params()[1:]),
    )
    return part


def unsubscribe_headers(url: str) -> dict[str, str]:
    """Return the headers by which a mailbox offers to unsubscribe with one click (RFC 8058).

    The mailbox sends a POST to ``url``, an absolute address, with neither cookies nor form key.
    """
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _message_id(template: str, reference: str) -> str:
    """Return a new Message-ID (RFC 5322, section 3.6.4), which ``bounces.parse`` reads back."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    parts = [template, reference, secrets.token_hex(8)]
    return f"<{'.'.join(part for part in parts if part)}@{domain}>"


def absolute_url(path: str) -> str:
    """Return ``path`` on this site with scheme and host, for use in mails and feeds."""
    return f"{settings.SITE_URL}{path}"
