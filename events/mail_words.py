"""The words of each mail about an event: those the house begins with, and those of staff instead.

Staff may change the subject and the first paragraphs (``MailWords``); facts, links and buttons
stay. In braces stand variables that each kind declares; nothing else is filled in, so words of
staff can neither run code nor break a mail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from events.mail_kinds import KINDS, Kind
from events.models import MailWords

MOST_SUBJECT = 120
MOST_TEXT = 2000
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
# Whoever sees a telephone on a table reads its subjects: none says to which event somebody goes.
_OUTING = ("event", "place")


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    is_own: bool = False


def default_words(kind: Kind, language: str) -> Words:
    """Return the words the house begins with."""
    with override(language):
        return Words(str(kind.subject), str(kind.text))


def current_words(kind: Kind, language: str) -> Words:
    """Return the words in force, their variables still in braces: staff's own, else the house's."""
    own = MailWords.objects.filter(kind=kind.key, language=language).first()
    return Words(own.subject, own.text, is_own=True) if own else default_words(kind, language)


def words_for(kind: str, language: str, values: Mapping[str, object]) -> Words:
    """Return subject and text of a mail of ``kind`` with ``values`` in place of its variables."""
    return fill(current_words(KINDS[kind], language), values)


def fill(words: Words, values: Mapping[str, object]) -> Words:
    """Put ``values`` where their names stand in braces; what has no value stays as it is."""

    def replaced(text: str) -> str:
        return _IN_BRACES.sub(lambda found: str(values.get(found[1], found[0])), text)

    return Words(replaced(words.subject), replaced(words.text), words.is_own)


def check_subject(kind: Kind, subject: str) -> list[str]:
    """Return sentences about what is wrong with a subject of staff; none when it is good."""
    errors = _unknown(kind, subject)
    if any(name in _IN_BRACES.findall(subject) for name in _OUTING):
        errors.append(
            _(
                "A subject is read by whoever looks at the telephone. It may not name the event or "
                "its place."
            )
        )
    return errors


def check_text(kind: Kind, text: str) -> list[str]:
    """Return sentences about what is wrong with a text of staff; none when it is good."""
    return _unknown(kind, text)


def _unknown(kind: Kind, text: str) -> list[str]:
    errors = []
    unknown = [name for name in _IN_BRACES.findall(text) if name not in kind.variables]
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in dict.fromkeys(unknown))
        errors.append(_("This email does not know %(names)s.") % {"names": names})
    if any(brace in _IN_BRACES.sub("", text) for brace in "{}"):
        errors.append(_("A brace is open or closed alone. Write for example {event}."))
    return errors


@transaction.atomic
def set_words(
    kind: Kind, language: str, *, subject: str, text: str, user: AbstractBaseUser | None = None
) -> None:
    """Keep words of staff; words that equal the house's own are not kept, so that these may grow.

    A change is logged. Calling again with the same words changes nothing.
    """
    if Words(subject, text) == default_words(kind, language):
        reset_words(kind, language, user=user)
        return
    own = {"subject": subject, "text": text}
    if MailWords.objects.filter(kind=kind.key, language=language, **own).exists():
        return
    row, _made = MailWords.objects.update_or_create(kind=kind.key, language=language, defaults=own)
    log(instance=row, action="events.change_mail_words", user=user)


@transaction.atomic
def reset_words(kind: Kind, language: str, *, user: AbstractBaseUser | None = None) -> bool:
    """Go back to the words of the house, and log it; return whether there were others."""
    row = MailWords.objects.filter(kind=kind.key, language=language).first()
    if row is None:
        return False
    log(instance=row, action="events.reset_mail_words", user=user)
    row.delete()
    return True


def languages_with_own_words() -> dict[str, set[str]]:
    """Return for each kind the languages in which staff have changed its words; one query."""
    found: dict[str, set[str]] = {}
    for kind, language in MailWords.objects.values_list("kind", "language"):
        if kind in KINDS and language in dict(settings.LANGUAGES):
            found.setdefault(kind, set()).add(language)
    return found
