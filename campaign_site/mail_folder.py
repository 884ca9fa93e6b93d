"""Mails of a development site: kept as .eml files, read in the browser, sent nowhere."""

import os
import secrets
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Write each message to ``folder`` as one file whose name sorts by time."""

    def __init__(self, *, folder: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def send_messages(self, email_messages) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}-{secrets.token_hex(4)}"
            draft = self.folder / f"{name}.part"
            draft.write_bytes(message.message().as_bytes())
            os.replace(draft, self.folder / f"{name}.eml")
        return len(email_messages)


def read_mail(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def newest_mails(folder: Path, limit: int = 100) -> list[tuple[str, EmailMessage]]:
    """Return the newest mails as (name, message), newest first."""
    paths = sorted(folder.glob("*.eml"), reverse=True)[:limit]
    return [(path.stem, read_mail(path)) for path in paths]
