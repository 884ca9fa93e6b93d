"""One thing that was found in a page: what it is, where it stands, and how much it matters."""

from dataclasses import dataclass

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsroom.checking.texts import Place

LONGEST_QUOTE = 200


class Kind(models.TextChoices):
    """What a finding is about; the report of the whole site is asked by these."""

    FIGURE = "figure", _("Figures and sources")
    LINK = "link", _("Links")
    PICTURE = "picture", _("Texts for pictures")
    READING = "reading", _("Easy to read")
    WORDING = "wording", _("Words and headings")
    ADDRESS = "address", _("Address and summary")


@dataclass(frozen=True)
class Finding:
    """``sentence`` says what is wrong and what to do; ``quote`` the words it is about.

    What ``must_change`` misleads readers or leads them nowhere; the rest is advice.
    """

    kind: Kind
    sentence: str
    place: Place
    quote: str = ""
    must_change: bool = False

    @property
    def quoted(self) -> str:
        """The words in the quotation marks of the reader's language; "" when there are none."""
        shown = Truncator(self.quote).chars(LONGEST_QUOTE)
        return gettext("“%(words)s”") % {"words": shown} if shown else ""
