"""The words people are asked to agree to: declared by the apps, kept by staff, shown and recorded.

An app declares each purpose with its first words, once for the three languages. From then on the
words are rows (``ConsentWording``) that staff add versions to; what stood on the screen goes to
the ledger, filled in, together with the version it was made from.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from campaign_site.languages import site_language
from supporters.models import ConsentWording

MAX_LENGTH = 1000
_PLACE = re.compile(r"\{(\w+)\}")


class WordingError(Exception):
    """New words that cannot be taken; the message tells staff why."""


@dataclass(frozen=True)
class ConsentPurpose:
    """One thing somebody may agree to, in a box of its own.

    ``sentence`` is the first version, a lazy translation with ``%(place)s`` for what is filled
    in; ``places`` names each such place with an example for the preview of staff.
    """

    key: str
    name: str | Promise
    sentence: str | Promise
    places: Mapping[str, str | Promise] = field(default_factory=dict)

    def first_words(self, language: str) -> str:
        """Return the first version in ``language``, its places written ``{place}``."""
        with override(language):
            return str(self.sentence) % {place: f"{{{place}}}" for place in self.places}

    def example(self, text: str) -> str:
        """Return ``text`` as somebody might see it, in the active language."""
        return fill_in(text, {place: str(example) for place, example in self.places.items()})

    def check(self, text: str) -> None:
        """Raise ``WordingError`` unless ``text`` has each declared place, and no other braces."""
        places = [f"{{{place}}}" for place in self.places]
        listed = get_text_list(places, _("and"))
        if any(place not in text for place in places):
            raise WordingError(_("These words must contain %(places)s.") % {"places": listed})
        rest = fill_in(text, dict.fromkeys(self.places, ""))
        if ("{" in rest or "}" in rest) and places:
            raise WordingError(_("Only %(places)s may stand in braces.") % {"places": listed})
        if "{" in rest or "}" in rest:
            raise WordingError(_("Leave out the braces: nothing is filled in here."))


@dataclass(frozen=True)
class Words:
    """One sentence as it is shown, and the version it was made from."""

    wording: ConsentWording
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def purpose(self) -> str:
        return self.wording.purpose

    @property
    def language(self) -> str:
        return self.wording.language


_purposes: dict[str, ConsentPurpose] = {}


def register(purpose: ConsentPurpose) -> None:
    """Declare a purpose when an app starts; registering again replaces."""
    _purposes[str(purpose.key)] = purpose


def purposes() -> list[ConsentPurpose]:
    return list(_purposes.values())


def find_purpose(key: str) -> ConsentPurpose | None:
    return _purposes.get(key)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each ``{place}`` that ``values`` names filled in, once."""
    return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), text)


def ensure_wordings() -> int:
    """Load the first words of each purpose and language that has none; return how many.

    Safe to call twice and at once: versions that exist are left as they are.
    """
    known = set(ConsentWording.objects.values_list("purpose", "language"))
    missing = [
        ConsentWording(
            purpose=key, language=language, version=1, text=purpose.first_words(language)
        )
        for key, purpose in _purposes.items()
        for language in site_languages()
        if (key, language) not in known
    ]
    ConsentWording.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def site_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def current_words(
    keys: Iterable[str], *, language: str = "", values: Mapping[str, str] | None = None
) -> dict[str, Words]:
    """Return purpose → the words now in use, filled in; by default in the active language.

    One query. On a site where a purpose has no words yet, its first ones are loaded.
    """
    wanted = [str(key) for key in keys]
    rows = _in_use(wanted, site_language(language or None))
    if len(rows) < len(wanted):
        ensure_wordings()
        rows = _in_use(wanted, site_language(language or None))
    return {key: Words(rows[key], fill_in(rows[key].text, values or {})) for key in wanted}


def _in_use(keys: list[str], language: str) -> dict[str, ConsentWording]:
    rows = ConsentWording.objects.in_use().filter(purpose__in=keys, language=language)
    return {row.purpose: row for row in rows}


def words_in_use(key: str) -> dict[str, ConsentWording]:
    """Return language → the version of one purpose in use, for all the site's languages."""
    ensure_wordings()
    rows = {row.language: row for row in ConsentWording.objects.in_use().filter(purpose=key)}
    return {language: rows[language] for language in site_languages()}


@dataclass(frozen=True)
class PlannedVersion:
    """What a change of words would do: its number, whose words change, who is left behind."""

    number: int
    changed: list[str]
    behind: list[str]


def plan_version(current: Mapping[str, ConsentWording], texts: Mapping[str, str]) -> PlannedVersion:
    """Compare ``texts`` (language → words) with those in use.

    A number stands for words that say the same in each language. So languages that only catch up
    get the newest number there is, and everything else the next one.
    """
    changed = [language for language in texts if texts[language] != current[language].text]
    newest = max(row.version for row in current.values())
    catching_up = all(current[language].version < newest for language in changed)
    number = newest if catching_up else newest + 1
    behind = [
        language
        for language, row in current.items()
        if language not in changed and row.version < number
    ]
    return PlannedVersion(number, changed, behind)


@transaction.atomic
def change_words(
    *,
    purpose: ConsentPurpose,
    texts: Mapping[str, str],
    seen: Mapping[str, int],
    user: AbstractBaseUser | None,
    keep_in_step: bool,
) -> list[ConsentWording]:
    """Add a version of a purpose's words; it is in use from now on, older consents keep theirs.

    ``texts`` is language → new words, those that stay included; ``seen`` is language → version
    that ``user`` had on the screen. ``keep_in_step`` says that the other languages say the same
    already, and gives them the new number too. Raises ``WordingError`` when nothing changes, a
    placeholder is wrong or missing, or somebody else changed the words meanwhile.
    """
    list(ConsentWording.objects.select_for_update().filter(purpose=purpose.key).order_by("pk"))
    current = words_in_use(purpose.key)
    if {language: row.version for language, row in current.items()} != dict(seen):
        raise WordingError(_("Somebody else has changed these words. Look at theirs first."))
    plan = plan_version(current, texts)
    for language in plan.changed:
        purpose.check(texts[language])
    written = [*plan.changed, *(plan.behind if keep_in_step else [])]
    if not written:
        raise WordingError(_("Nothing is changed yet."))
    return [_add(purpose, language, plan.number, texts[language], user) for language in written]


def _add(
    purpose: ConsentPurpose,
    language: str,
    number: int,
    text: str,
    user: AbstractBaseUser | None,
) -> ConsentWording:
    row = ConsentWording.objects.create(
        purpose=purpose.key, language=language, version=number, text=text, created_by=user
    )
    log(instance=row, action="supporters.change_words", user=user)
    return row
