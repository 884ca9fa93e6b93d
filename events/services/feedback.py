"""What people say of an event afterwards."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Feedback, SignUp
from events.services.errors import SignUpError

FEEDBACK_LENGTH = 1000


@transaction.atomic
def give_feedback(*, sign_up: SignUp, grade: int, text: str, language: str) -> bool:
    """Keep a grade from 1 to 5 and a text, without saying whose; return False if they gave one.

    Of the sign-up only remains that it gave feedback, so that nobody is asked again. Raises
    ``SignUpError`` before the event has ended and for whoever had no place.
    """
    if sign_up.event.ends > timezone.now() or sign_up.event.is_cancelled:
        raise SignUpError(_("You can tell us how it was once the event is over."))
    if sign_up.status != SignUp.Status.CONFIRMED:
        raise SignUpError(_("This sign-up had no place at the event."))
    asked = SignUp.objects.confirmed().filter(pk=sign_up.pk, gave_feedback=False)
    if not asked.update(gave_feedback=True):
        return False
    Feedback.objects.create(
        event_id=sign_up.event_id,
        grade=grade,
        text=text,
        language=language,
        on=timezone.localdate(),
    )
    return True
