"""What whoever chose a file reads when it is refused: what is wrong, and what to do."""

from django.utils.translation import gettext_lazy as _

from solidarity.images import Refusal

REFUSALS = {
    Refusal.TOO_LARGE: _(
        "This photo is larger than 15 MB. Choose a smaller one, or send a screenshot of it."
    ),
    Refusal.UNSUPPORTED: _(
        "This file is not a photo that we can read. Choose a JPEG, PNG, WebP, AVIF, GIF or HEIC."
    ),
    Refusal.TOO_MANY_PIXELS: _(
        "This photo has too many pixels for us. Choose a smaller one, or send a screenshot of it."
    ),
    Refusal.BUSY: _(
        "Many photos are arriving at this moment. Wait a minute and choose the photo again: "
        "what you typed is still here."
    ),
    Refusal.UNREADABLE: _(
        "We could not read this photo; the file may be damaged. Choose another one, or save it "
        "again and retry."
    ),
}
