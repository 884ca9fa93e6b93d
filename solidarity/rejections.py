"""What the sender of a rejected photo reads: why, and what another photo would need."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from solidarity.models import Photo

_Reason = Photo.Reason

_SENTENCES = {
    _Reason.FACES: _(
        "We could not tell whether everybody in the picture agrees. You can cover faces before "
        "you send it, or show only the sign."
    ),
    _Reason.MINORS: _(
        "It shows somebody under 18, and we need the agreement of their parents first. A picture "
        "without their face is fine."
    ),
    _Reason.PRIVATE: _(
        "It shows something that tells too much about somebody, such as an address, a badge or a "
        "number plate. Cover it, or choose another background."
    ),
    _Reason.UNCLEAR: _(
        "The picture is too dark, too blurred or too small to print. With more light, or closer "
        "to the sign, it often works."
    ),
    _Reason.OFF_TOPIC: _("It seems to be about something else than this call."),
    _Reason.HOSTILE: _(
        "The words in it or beside it can be read as an insult, a threat or hate. We keep to words "
        "of solidarity."
    ),
    _Reason.COPY: _("We have this photo already: nothing is lost."),
    _Reason.REPORTED: _("Somebody who is in it, or their family, asked us not to show it."),
    _Reason.OTHER: _("It does not fit what we do with these photos."),
}


def rejection_sentence(reason: str) -> Promise | str:
    """Return the sentence for a ``Photo.Reason``; empty for none."""
    return _SENTENCES[Photo.Reason(reason)] if reason else ""
