"""Photo calls, photos, walls, reports and deliveries; one module a subject."""

from solidarity.models.calls import SLOGAN_LENGTH, Partner, PhotoCall
from solidarity.models.delivery import (
    Delivery,
    DossierFile,
    Edition,
    EditionPhoto,
    Office,
    OfficeHolder,
    dossier_storage,
)
from solidarity.models.photos import (
    ALT_TEXT_LENGTH,
    DISPLAY_NAME_LENGTH,
    LOOKING_TIME,
    MESSAGE_LANGUAGES,
    MESSAGE_LENGTH,
    HeldPhoto,
    Photo,
    Purpose,
    call_drawing,
    photo_storage,
    random_wall_key,
)
from solidarity.models.reports import REPORT_LENGTH, PhotoReport
from solidarity.models.walls import WallCount

__all__ = [
    "ALT_TEXT_LENGTH",
    "DISPLAY_NAME_LENGTH",
    "LOOKING_TIME",
    "MESSAGE_LANGUAGES",
    "MESSAGE_LENGTH",
    "REPORT_LENGTH",
    "SLOGAN_LENGTH",
    "Delivery",
    "DossierFile",
    "Edition",
    "EditionPhoto",
    "HeldPhoto",
    "Office",
    "OfficeHolder",
    "Partner",
    "Photo",
    "PhotoCall",
    "PhotoReport",
    "Purpose",
    "WallCount",
    "call_drawing",
    "dossier_storage",
    "photo_storage",
    "random_wall_key",
]
