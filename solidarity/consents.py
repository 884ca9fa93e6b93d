"""What a sender of a photo may agree to, one sentence a purpose; staff may change the words."""

from django.utils.translation import gettext_lazy as _

from solidarity.models import PhotoCall, Purpose
from supporters.wordings import ConsentPurpose, Words, current_words

PURPOSES = (
    ConsentPurpose(
        key=Purpose.DELIVERY,
        name=_("Photo: delivery"),
        sentence=_(
            "I agree that Viva Salud prints my photo and my message, with the name and the country "
            "I give here, and hands them over. Recipient: %(recipient)s."
        ),
        places={"recipient": _("the minister")},
    ),
    ConsentPurpose(
        key=Purpose.WALL,
        name=_("Photo: public wall"),
        sentence=_(
            "I agree that Viva Salud shows my photo, my message and the name I give here "
            "on the public wall of this site, where anyone can see and copy them."
        ),
    ),
)


def consent_wording(call: PhotoCall) -> dict[str, Words]:
    """Return purpose → words in the active language, naming who receives the photo. One query."""
    return current_words(Purpose.values, values={"recipient": call.recipient})
