"""Change what somebody needs, after they signed up."""

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Needs, SignUp
from events.services.errors import SignUpError
from events.services.needs import NeedsGiven
from supporters.services import hold_address, record_consent, withdraw_consents
from supporters.wordings import Words


@transaction.atomic
def keep_needs(*, sign_up: SignUp, needs: NeedsGiven, words: Words) -> None:
    """Let these be the needs of a standing sign-up; ``words`` stood beside the box just ticked.

    Safe to repeat. Raises ``SignUpError`` when the sign-up has ended meanwhile. Somebody who is
    being erased is waited for first: their consent would wait for them later, with the sign-up in
    hand that the erasure needs.
    """
    if sign_up.supporter is not None:
        hold_address(sign_up.supporter.email_hash)
    row = SignUp.objects.standing().select_for_update(no_key=True).filter(pk=sign_up.pk).first()
    if row is None:
        raise SignUpError(_("This sign-up is cancelled."))
    Needs.objects.update_or_create(
        sign_up=row, defaults={"ticked": needs.ticked, "line": needs.line}
    )
    subject = {"subject_type": SignUp.SUBJECT_TYPE, "subject_id": row.public_id}
    # The words may have changed since the first time: what was read last is what holds.
    withdraw_consents(**subject, purpose=Needs.PURPOSE)
    record_consent(
        **subject,
        purpose=Needs.PURPOSE,
        language=words.language,
        text=words.text,
        supporter=row.supporter,
        wording=words.wording,
    )
