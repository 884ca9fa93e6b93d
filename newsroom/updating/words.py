"""The words of an update in each language: kept, checked, filled in, compared with those tested.

Words may be missing in a language. Who reads it then gets nothing, or, if staff say so, the words
of the campaign's source language with a sentence that explains it.
"""

import hashlib
import json
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.models import CampaignUpdate
from newsroom.updating.campaigns import Campaign
from newsroom.updating.errors import UpdateError
from supporters.mail_words import Vocabulary, Words, check_text, fill

MOST_SUBJECT = 120
MOST_TEXT = 5000
VOCABULARY = Vocabulary(variables={"campaign": gettext_lazy("name of the campaign")})
# The language that campaigns are written in, and translated from.
SOURCE_LANGUAGE = settings.LANGUAGE_CODE
# Where ``CampaignUpdate.words`` keeps whose words go to readers of a language without any.
_OTHERS = "others"


def written(update: CampaignUpdate) -> dict[str, Words]:
    """Return language → words, for the languages that have any."""
    return {
        code: Words(update.words[code]["subject"], update.words[code]["text"])
        for code, _name in settings.LANGUAGES
        if code in update.words
    }


def fallback(update: CampaignUpdate) -> str:
    """Return the language whose words go to readers of languages without any; "" for none."""
    language = update.words.get(_OTHERS, "")
    return language if language in update.words else ""


def stored(words: Mapping[str, Words], *, others: bool = False) -> dict[str, object]:
    """Return what ``CampaignUpdate.words`` keeps of ``words``."""
    kept: dict[str, object] = {
        code: {"subject": one.subject, "text": one.text} for code, one in words.items()
    }
    return {**kept, _OTHERS: SOURCE_LANGUAGE} if others else kept


def language_for(update: CampaignUpdate, language: str) -> str:
    """Return in which language readers of ``language`` get the words; "" when they get none."""
    return language if language in written(update) else fallback(update)


def digest(update: CampaignUpdate) -> str:
    """Return what tells whether a test showed these very words."""
    content = [update.words, str(update.campaign_key), str(update.block_id or "")]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def is_tested(update: CampaignUpdate) -> bool:
    return update.tested_digest == digest(update)


def filled(words: Words, campaign: Campaign, language: str) -> Words:
    """Return ``words`` with their variables filled in, as readers of ``language`` know them."""
    return fill(words, {"campaign": campaign.name(language)})


def check(words: Mapping[str, Words], campaign: Campaign, *, others: bool) -> None:
    """Raise ``UpdateError`` about the first thing that is wrong with an update."""
    if not words:
        raise UpdateError(_("Write it in one language at least."), field="subject_en")
    for code, one in words.items():
        _check_one(code, one, campaign)
    if others and SOURCE_LANGUAGE not in words:
        raise UpdateError(
            _("There are no English words that the others could get. Write them, or untick this."),
            field="english_for_others",
        )


def _check_one(code: str, words: Words, campaign: Campaign) -> None:
    if not words.subject or not words.text:
        missing = "subject" if not words.subject else "text"
        raise UpdateError(
            _("Write both a subject and a text, or neither."), field=f"{missing}_{code}"
        )
    if len(words.subject) > MOST_SUBJECT:
        raise UpdateError(_("This is too long."), field=f"subject_{code}")
    if len(words.text) > MOST_TEXT:
        raise UpdateError(_("This is too long."), field=f"text_{code}")
    subject = words.subject.casefold()
    if "{campaign}" in subject or any(name.casefold() in subject for name in campaign.names):
        raise UpdateError(
            _("A subject is read by whoever looks at the telephone. It may not name the campaign."),
            field=f"subject_{code}",
        )
    for field, text in (("subject", words.subject), ("text", words.text)):
        for sentence in check_text(VOCABULARY, text):
            raise UpdateError(sentence, field=f"{field}_{code}")
