"""Why pages could not be published together, so that everybody reads it in their own language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from newsroom.translating.states import LANGUAGES

_SENTENCES: dict[str, Promise] = {
    "hidden": _("the page above it, “%(text)s”, is not published."),
    "own-date": _("the page has a date of publication of its own. Remove it first."),
    "changed": _(
        "the text has changed since it was given to the translators. Take the change over first."
    ),
    "planned": _("a publication of this page is planned already. Call it off first."),
    "no-language": _("choose at least one language beside the English."),
    "to-proofread": _("a second person still has to proofread the translation."),
    "missing": _("not everything is translated: “%(text)s”."),
    "left": _("whoever planned it no longer works here."),
    "may-not": _("whoever planned it may not publish this page."),
    "saved": _("somebody has saved another text since."),
    "gone": _("the page is gone."),
    "by-hand": _("the page has words that somebody wrote by hand and that have no place here."),
    "invalid": _("the page cannot be saved as it is: %(text)s"),
    "failed": _("something went wrong on the site. Nothing was published."),
}
_MOST_TEXT = 160


class Refused(Exception):
    """Nothing is published. ``str()`` is a sentence for staff in the active language."""

    def __init__(self, kind: str, language: str = "", text: str = "") -> None:
        self.kind, self.language, self.text = kind, language, text[:_MOST_TEXT]
        super().__init__(kind)

    def __str__(self) -> str:
        sentence = str(_SENTENCES[self.kind]) % {"text": self.text}
        if self.language:
            return f"{LANGUAGES[self.language]}: {sentence}"
        return sentence[:1].upper() + sentence[1:]

    @property
    def stored(self) -> str:
        """The same for the database, in no language."""
        return f"{self.kind}|{self.language}|{self.text}"


def read(stored: str) -> str:
    """Return what ``Refused.stored`` kept as a sentence in the active language."""
    kind, language, text = [*stored.split("|", 2), "", ""][:3]
    return str(Refused(kind, language, text)) if kind in _SENTENCES else stored
