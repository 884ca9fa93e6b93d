"""Everything that can happen to a photo; one module a subject."""

from solidarity.services.confirming import confirm_photo
from solidarity.services.deciding import (
    approve_photo,
    edit_photo,
    look_at,
    reject_photo,
    set_aside_photo,
    take_next,
    undo_decision,
)
from solidarity.services.editions import (
    approve_edition,
    change_delivery,
    freeze_edition,
    make_rest,
    prepare_edition,
    record_answer,
    record_delivery,
    reopen_edition,
    update_letter,
    waiting_photos,
)
from solidarity.services.errors import AlreadySent, PhotoError
from solidarity.services.reporting import (
    keep_reported_photo,
    note_cover,
    report_photo,
    take_down_photo,
)
from solidarity.services.sending import (
    PhotoDetails,
    enter_mailed_photo,
    submit_photo,
)
from solidarity.services.showing import refresh_wall, show_delayed_photos
from solidarity.services.withdrawing import withdraw_consent, withdraw_photo

__all__ = [
    "AlreadySent",
    "PhotoDetails",
    "PhotoError",
    "approve_edition",
    "approve_photo",
    "confirm_photo",
    "change_delivery",
    "edit_photo",
    "enter_mailed_photo",
    "freeze_edition",
    "keep_reported_photo",
    "look_at",
    "make_rest",
    "note_cover",
    "prepare_edition",
    "record_answer",
    "record_delivery",
    "refresh_wall",
    "reject_photo",
    "reopen_edition",
    "report_photo",
    "set_aside_photo",
    "show_delayed_photos",
    "submit_photo",
    "take_down_photo",
    "take_next",
    "undo_decision",
    "update_letter",
    "waiting_photos",
    "withdraw_consent",
    "withdraw_photo",
]
