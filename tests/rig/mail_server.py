"""A real SMTP server that keeps every message as a file: ``mail_server.py PORT FOLDER``."""

import itertools
import os
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller


class Keeper:
    """Writes each message whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_DATA(self, server, session, envelope) -> str:
        path = self.folder / f"{next(self.numbers):06}.eml"
        draft = path.with_suffix(".draft")
        lines = [f"X-Rig-Recipient: {name}".encode() for name in envelope.rcpt_tos]
        draft.write_bytes(b"\r\n".join([*lines, envelope.content]))
        draft.rename(path)
        return "250 OK"


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    Controller(Keeper(folder), hostname="127.0.0.1", port=port).start()
    threading.Event().wait()
