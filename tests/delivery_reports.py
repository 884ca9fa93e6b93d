"""What a mail server sends back about a mail of ours, as Postfix words it."""

from email.message import EmailMessage

_REPORT = """\
Return-Path: <>
Date: Tue, 3 Mar 2026 10:15:00 +0100 (CET)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: noreply@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F0A21C0B5.1772529300/mx.example.net"
Content-Transfer-Encoding: 8bit
Message-Id: <20260303091500.5D2C71C0B7@mx.example.net>

This is a MIME-encapsulated message.

--4F0A21C0B5.1772529300/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{recipient}>: host mail.example.org said: 550 5.1.1 User unknown

--4F0A21C0B5.1772529300/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F0A21C0B5
X-Postfix-Sender: rfc822; noreply@example.org
Arrival-Date: Tue,  3 Mar 2026 10:14:58 +0100 (CET)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--4F0A21C0B5.1772529300/mx.example.net
Content-Description: Undelivered Message
Content-Type: {kind}

{original}
--4F0A21C0B5.1772529300/mx.example.net--
"""


def report(
    mail: EmailMessage, *, action: str = "failed", status: str = "5.1.1", whole: bool = True
) -> bytes:
    """The report about ``mail``, with all of it (RFC 3464) or its headers alone (RFC 3462)."""
    text = mail.as_string()
    return _REPORT.format(
        recipient=mail["To"],
        action=action,
        status=status,
        kind="message/rfc822" if whole else "text/rfc822-headers",
        original=text if whole else text.partition("\n\n")[0] + "\n",
    ).encode()
