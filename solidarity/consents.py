"""The exact words a sender agrees to, one sentence a purpose; what is ticked goes to the ledger."""

from django.utils.translation import gettext as _

from solidarity.models import PhotoCall, Purpose


def consent_wording(call: PhotoCall) -> dict[str, str]:
    """Return purpose → sentence in the active language, naming who receives the photo.

    Other words become another row of the ledger, so that it always holds what was on the screen.
    """
    return {
        Purpose.DELIVERY: _(
            "I agree that Viva Salud prints my photo, my message and the name I give here, "
            "and hands them over. Recipient: %(recipient)s."
        )
        % {"recipient": call.recipient},
        Purpose.WALL: _(
            "I agree that Viva Salud shows my photo, my message and the name I give here "
            "on the public wall of this site, where anyone can see and copy them."
        ),
    }
