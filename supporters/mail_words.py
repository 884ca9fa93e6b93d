"""The words with which each mail to people begins: those of the house, and those of staff instead.

Staff may change the subject and the first paragraphs (``MailWords``); facts, links, buttons and
sentences that the law asks for stand in the template and stay. In braces stand variables that each
kind declares; nothing else is filled in, so words of staff can neither run code nor break a mail.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from campaign_site import mail
from supporters.models import MailWords

MOST_SUBJECT = 120
MOST_TEXT = 2000
CHANGED, RESET = "supporters.change_mail_words", "supporters.reset_mail_words"
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
# Whoever sees a telephone on a table reads its subjects: none tells what somebody did or stands
# for. Beginnings of words in the three languages.
_TELLING = re.compile(
    r"\b("
    r"photos?\b|foto|pledge|donat|gifts?\b|giften?\b|dons?\b|promesses?\b|belofte|"
    r"campaign|campagne|solidari|petition|pétition|petitie|protest|demonstrat|manifestation|manif\b|"
    r"betoging|rally|rallies|newsletter|infolettre|nieuwsbrief|"
    r"sign-?ups?\b|inscription|inschrijving"
    r")\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    is_own: bool = False


@dataclass(frozen=True)
class Sample:
    """A mail to a made-up person: nobody real is in it, and its links act on nothing of anybody's.

    ``values`` are those of the variables, ``context`` is what the template shows besides the
    words. ``about`` names the real thing whose facts are used, empty when they are made up too.
    """

    values: Mapping[str, object]
    context: Mapping[str, object]
    about: str = ""
    attachments: tuple[mail.Attachment, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """What may stand in braces where no words of the house are replaced: in a single message."""

    variables: Mapping[str, str]
    required: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One mail. ``template`` is its folder below ``templates/emails/``, ``key`` its name here.

    ``variables`` maps what may stand in braces to what it means. Those in ``required`` must stand
    in the text, those in ``telling`` may not stand in the subject. ``sample`` is called with a
    language, and with one of the numbers of ``examples`` or nothing, in which case it takes the
    newest. ``permission`` lets change this mail besides the permission for all of them.
    """

    key: str
    name: str
    when: str
    template: str
    variables: Mapping[str, str]
    subject: str
    text: str
    sample: Callable[..., Sample]
    required: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    section: str = ""
    permission: str = ""
    examples: Callable[[], Iterable[tuple[int, str]]] = field(default=tuple)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let staff change the words of a mail; called when the app that sends it starts."""
    _kinds[kind.key] = kind


def kinds() -> dict[str, Kind]:
    """Return every mail whose words can be changed, in the order in which the apps named them."""
    return dict(_kinds)


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
    return fill(current_words(_kinds[kind], language), values)


def opening(kind: str, language: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return the same as what ``emails/words_mail.{txt,html}`` shows: ``subject``, ``intro``."""
    return shown(words_for(kind, language, values))


def shown(words: Words) -> dict[str, object]:
    return {"subject": words.subject, "intro": words.text}


def fill(words: Words, values: Mapping[str, object]) -> Words:
    """Put ``values`` where their names stand in braces; what has no value stays as it is."""

    def replaced(text: str) -> str:
        return _IN_BRACES.sub(lambda found: str(values.get(found[1], found[0])), text)

    return Words(replaced(words.subject), replaced(words.text), words.is_own)


def check_subject(kind: Kind | Vocabulary, subject: str) -> list[str]:
    """Return sentences about what is wrong with a subject of staff; none when it is good."""
    errors = _unknown(kind, subject)
    named = [f"{{{name}}}" for name in dict.fromkeys(_IN_BRACES.findall(subject))]
    telling = [name for name in named if name[1:-1] in kind.telling]
    telling += [found[0] for found in _TELLING.finditer(_IN_BRACES.sub("", subject))]
    if telling:
        errors.append(
            _(
                "A subject is read by whoever looks at the telephone. It may not tell what "
                "somebody did: leave out %(words)s."
            )
            % {"words": get_text_list(telling, _("and"))}
        )
    return errors


def check_text(kind: Kind | Vocabulary, text: str) -> list[str]:
    """Return sentences about what is wrong with a text of staff; none when it is good."""
    errors = _unknown(kind, text)
    found = set(_IN_BRACES.findall(text))
    missing = [f"{{{name}}}" for name in kind.required if name not in found]
    if missing:
        errors.append(
            _("Without %(names)s, people do not know what this email is about. Put it in.")
            % {"names": get_text_list(missing, _("and"))}
        )
    return errors


def _unknown(kind: Kind | Vocabulary, text: str) -> list[str]:
    errors = []
    unknown = [name for name in _IN_BRACES.findall(text) if name not in kind.variables]
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in dict.fromkeys(unknown))
        known = ", ".join(f"{{{name}}}" for name in kind.variables)
        sentence = _("This email does not know %(names)s.") % {"names": names}
        if known:
            sentence += " " + _("What it knows: %(names)s.") % {"names": known}
        errors.append(sentence)
    if any(brace in _IN_BRACES.sub("", text) for brace in "{}"):
        errors.append(_("A brace is open or closed alone. Write for example {event}."))
    return errors


@transaction.atomic
def set_words(
    kind: Kind, language: str, *, subject: str, text: str, user: AbstractBaseUser | None = None
) -> bool:
    """Keep words of staff; words that equal the house's own are not kept, so that these may grow.

    Returns whether anything changed, which is logged. Safe to repeat.
    """
    if Words(subject, text) == default_words(kind, language):
        return reset_words(kind, language, user=user)
    own = {"subject": subject, "text": text}
    if MailWords.objects.filter(kind=kind.key, language=language, **own).exists():
        return False
    row, _made = MailWords.objects.update_or_create(kind=kind.key, language=language, defaults=own)
    log(instance=row, action=CHANGED, user=user, data=_logged(kind, language))
    return True


@transaction.atomic
def reset_words(kind: Kind, language: str, *, user: AbstractBaseUser | None = None) -> bool:
    """Go back to the words of the house, and log it; return whether there were others."""
    row = MailWords.objects.filter(kind=kind.key, language=language).first()
    if row is None:
        return False
    log(instance=row, action=RESET, user=user, data=_logged(kind, language))
    row.delete()
    return True


def _logged(kind: Kind, language: str) -> dict[str, str]:
    return {"kind": kind.key, "language": language}


def languages_with_own_words() -> dict[str, set[str]]:
    """Return for each kind the languages in which staff have changed its words; one query."""
    found: dict[str, set[str]] = {}
    for kind, language in MailWords.objects.values_list("kind", "language"):
        if kind in _kinds and language in dict(settings.LANGUAGES):
            found.setdefault(kind, set()).add(language)
    return found
