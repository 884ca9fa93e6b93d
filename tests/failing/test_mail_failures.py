"""A mail server that is gone, refuses, hangs or drops the line: what is tried again, and when."""

import contextlib
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate import jobs

from campaign_site.tasks import MAIL_ATTEMPTS, MAIL_RETRY, REFUSED_MAIL_ATTEMPTS

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class OddServer(threading.Thread):
    """An SMTP server of few words. ``answers`` says what comes after which command; None: nothing
    any more, as from a server that hangs; "": the line is dropped."""

    def __init__(self, answers: dict[str, str | None]) -> None:
        super().__init__(daemon=True)
        self.answers = answers
        self.accepted = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self.server.accept()
                with line, contextlib.suppress(OSError):
                    self.talk(line)

    def talk(self, line: socket.socket) -> None:
        greeting = self.answers.get("connect", "220 here")
        if greeting is None:
            self.wait_until_left(line)
            return
        line.sendall(f"{greeting}\r\n".encode())
        with line.makefile("rb") as commands:
            for command in commands:
                word = command.decode().split()[0].upper()
                if word == "DATA":
                    line.sendall(b"354 go on\r\n")
                    while commands.readline() != b".\r\n":
                        pass
                answer = self.answers.get(word, "250 OK")
                if answer is None:
                    self.wait_until_left(line)
                if not answer:
                    return
                self.accepted += word == "DATA" and answer.startswith("250")
                line.sendall(f"{answer}\r\n".encode())

    def wait_until_left(self, line: socket.socket) -> None:
        line.settimeout(5)
        line.recv(1)

    def close(self) -> None:
        self.server.close()


@pytest.fixture
def odd_server(settings) -> Iterator[Callable[..., OddServer]]:
    """Return a function that starts a server and lets the site's mailer use it."""
    servers = []

    def start(**answers: str | None) -> OddServer:
        server = OddServer(answers)
        server.start()
        servers.append(server)
        options = {"host": "127.0.0.1", "port": server.port, "timeout": 0.3}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
        return server

    yield start
    for server in servers:
        server.close()


def send() -> None:
    EmailMessage("Subject", "Body", "from@example.org", ["sam@example.org"]).send()


@pytest.mark.parametrize("goodbye", [None, "", "421 closing", "500 what?"])
def test_accepted_mail_is_not_sent_again_whatever_the_server_does_then(odd_server, goodbye):
    server = odd_server(QUIT=goodbye)

    send()

    assert server.accepted == 1


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"connect": None}, smtplib.SMTPServerDisconnected),
        ({"connect": "421 too busy"}, smtplib.SMTPConnectError),
        ({"RCPT": "550 no such mailbox"}, smtplib.SMTPRecipientsRefused),
        ({"RCPT": "450 come back"}, smtplib.SMTPRecipientsRefused),
        ({"DATA": None}, smtplib.SMTPServerDisconnected),
        ({"DATA": ""}, smtplib.SMTPServerDisconnected),
        ({"DATA": "554 refused"}, smtplib.SMTPDataError),
    ],
)
def test_mail_that_was_not_accepted_fails_soon_and_is_tried_again(odd_server, answers, error):
    server = odd_server(**answers)
    begun = time.monotonic()

    with pytest.raises(error) as raised:
        send()

    assert time.monotonic() - begun < 1
    assert server.accepted == 0
    assert decision(1, raised.value) is not None


def decision(attempts: int, error: Exception):
    job = jobs.Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=attempts
    )
    return MAIL_RETRY.get_retry_decision(exception=error, job=job)


def test_attempts_go_on_for_a_day():
    waits = [
        (decision(n, ConnectionRefusedError()).retry_at - timezone.now()).total_seconds()
        for n in range(MAIL_ATTEMPTS)
    ]

    assert waits[:3] == [pytest.approx(n, abs=1) for n in (15, 30, 60)]
    assert 23 * 3600 < sum(waits) < 26 * 3600
    assert decision(MAIL_ATTEMPTS, ConnectionRefusedError()) is None


@pytest.mark.parametrize(
    ("codes", "is_given_up"), [([550], True), ([450], False), ([550, 450], False)]
)
def test_mailbox_refused_for_good_is_given_up_after_five_attempts(codes, is_given_up):
    refused = smtplib.SMTPRecipientsRefused({f"{n}@x.be": (n, b"no") for n in codes})

    assert decision(REFUSED_MAIL_ATTEMPTS - 1, refused) is not None
    assert (decision(REFUSED_MAIL_ATTEMPTS, refused) is None) == is_given_up
