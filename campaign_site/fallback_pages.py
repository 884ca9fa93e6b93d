"""Pages for when nothing else can be served: complete in themselves, in each language and in all.

The web server shows them when the site does not answer or a request never reaches it, and the
site itself when even its own error page fails. One style is written into all of them, allowed by
its hash in their Content-Security-Policy (CSP Level 3, 6.7.3.3); they refer to no other file.
``manage.py write_fallback_pages`` makes the files at each release.
"""

import base64
import functools
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_supported_language_variant, gettext_lazy, override
from django.utils.translation import gettext as _

from campaign_site.environment import env_text

ORGANISATION = "Viva Salud"
ALL_LANGUAGES = "all"

_NOT_RECORDED = gettext_lazy("Nothing was recorded. Please start again from the first page.")
_AWAY = (
    gettext_lazy("The site does not answer just now"),
    gettext_lazy("We know, and we are at work on it."),
    gettext_lazy(
        "Please try again in a few minutes. What you sent before is safe. If you had just sent a "
        "form, look in your mailbox before you send it again."
    ),
)
_TOO_LONG = (
    gettext_lazy("That address is too long"),
    gettext_lazy(
        "The address, or what your browser sends along with it, is longer than we can read."
    ),
    gettext_lazy(
        "Start again from the first page. If that does not help, delete this site’s cookies."
    ),
)

# What happened (a title and a sentence), and what to do; true whatever the visitor had been doing.
PAGES = {
    400: (
        gettext_lazy("We could not read that request"),
        gettext_lazy("Something in the address or in what was sent is damaged."),
        _NOT_RECORDED,
    ),
    404: (
        gettext_lazy("This page is not here"),
        gettext_lazy("It may have moved, or the address may contain a typing mistake."),
        gettext_lazy("The first page leads to everything that is there."),
    ),
    405: (
        gettext_lazy("That does not work here"),
        gettext_lazy("This address is only for reading: nothing can be sent to it."),
        _NOT_RECORDED,
    ),
    408: (
        gettext_lazy("That took too long to reach us"),
        gettext_lazy(
            "Your connection is slow or broke off, and what you were sending arrived in part."
        ),
        gettext_lazy("Nothing of it was recorded. Please send it again, from a better connection."),
    ),
    413: (
        gettext_lazy("That is too large"),
        gettext_lazy("A photo may be 15 MB at most."),
        gettext_lazy(
            "Nothing was recorded. Go back, choose a smaller photo and send the form again."
        ),
    ),
    414: _TOO_LONG,
    429: (
        gettext_lazy("That was too much at once"),
        gettext_lazy("Very many requests are coming from your network."),
        gettext_lazy(
            "Please wait a minute and try again. The last thing you sent was not recorded."
        ),
    ),
    431: _TOO_LONG,
    500: (
        gettext_lazy("Something broke on our side"),
        gettext_lazy("This is our mistake, not yours."),
        gettext_lazy(
            "Please try again in a few minutes. If you had just sent a form, look in your mailbox "
            "before you send it again."
        ),
    ),
    502: _AWAY,
    503: _AWAY,
    504: _AWAY,
}


@dataclass(frozen=True)
class _Section:
    language: str
    title: str
    what: str
    advice: str
    reach: str
    home: str


@functools.cache
def style() -> str:
    path = settings.BASE_DIR / "templates" / "errors" / "fallback.css"
    return "\n" + path.read_text(encoding="utf-8")


def content_security_policy() -> str:
    """Return the policy under which the pages show: their own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def page(status: int, languages: Sequence[str]) -> str:
    """Return the page for ``status`` with a section for each language, the first one leading.

    A page in one language leads to the others' first pages. CONTACT_EMAIL and CONTACT_PHONE of the
    environment are how to reach us; neither is needed.
    """
    email, phone = env_text("CONTACT_EMAIL", ""), env_text("CONTACT_PHONE", "")
    reach = bool(email or phone)
    others = [entry for entry in settings.LANGUAGES if entry[0] not in languages]
    return render_to_string(
        "errors/fallback.html",
        {
            "status": status,
            "organisation": ORGANISATION,
            # Ours, and the hash in the policy is of these very bytes: nothing may be escaped.
            "style": SafeString(style()),
            "sections": [_section(status, language, reach=reach) for language in languages],
            "others": others,
            "email": email,
            "phone": phone,
            "phone_link": "".join(c for c in phone if c.isdigit() or c == "+"),
        },
    )


def _section(status: int, language: str, *, reach: bool) -> _Section:
    title, what, advice = PAGES.get(status, PAGES[500])
    with override(language):
        return _Section(
            language,
            str(title),
            str(what),
            str(advice),
            _("Is it urgent? You reach us here:") if reach else "",
            _("Go to the first page"),
        )


@functools.cache
def ready_page(status: int, language: str) -> bytes:
    """Return the page as the site shows it itself; made once in each process."""
    codes = [code for code, _name in settings.LANGUAGES]
    return page(status, [language] if language in codes else codes).encode()


def language_of(path: str, accepted: str) -> str:
    """Return the language of an address, else the first one that the browser accepts and we have.

    ``ALL_LANGUAGES`` when neither says. Never raises: it is asked when much has failed already.
    """
    codes = [code for code, _name in settings.LANGUAGES]
    first = path.lstrip("/").partition("/")[0]
    if first in codes:
        return first
    for part in accepted.lower().split(","):
        wish = part.partition(";")[0].strip()
        try:
            return get_supported_language_variant(wish)
        except LookupError:
            continue
    return ALL_LANGUAGES


def headers() -> dict[str, str]:
    """Return the headers that belong to the pages, whoever serves them."""
    return {
        "Content-Security-Policy": content_security_policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cache-Control": "private, no-store",
    }


def write(folder: Path) -> list[Path]:
    """Write every page below ``folder``, whose reader may be another user; return the files.

    ``<language>/<status>.html``, ``all/<status>.html`` with every language in one, and
    ``headers.conf`` with the pages' headers for nginx. Each file is replaced in one step, so a
    server that runs shows the old one or the new one. Safe to repeat. Raises ``OSError``.
    """
    codes = [code for code, _name in settings.LANGUAGES]
    files = {
        f"{name}/{status}.html": page(status, languages)
        for status in PAGES
        for name, languages in [*((code, [code]) for code in codes), (ALL_LANGUAGES, codes)]
    }
    lines = [f'add_header {name} "{value}" always;\n' for name, value in headers().items()]
    files["headers.conf"] = "# Written by `manage.py write_fallback_pages`.\n" + "".join(lines)
    return [_replace(folder / name, text) for name, text in files.items()]


def _replace(path: Path, text: str) -> Path:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(path)
    return path
