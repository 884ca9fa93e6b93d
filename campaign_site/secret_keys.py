"""Secrets of a development or test site: made once, kept in a file that only its owner reads.

Production never comes here; it takes its secrets from the environment.
"""

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def local_secrets(path: Path) -> dict[str, str]:
    """Return the secrets stored at ``path``, making them first where there are none.

    Safe to call from several processes at once: the file appears complete or not at all, and
    whoever comes second reads what the first one wrote.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SUPPORTER_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "SUPPORTER_LOOKUP_KEY": secrets.token_urlsafe(32),
        }
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made, indent=1), encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return json.loads(path.read_text(encoding="utf-8"))
