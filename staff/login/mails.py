"""What a member of staff is told by mail of their own account.

Nothing in these mails lets anybody in by itself: a new password still needs the second factor.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import get_language
from procrastinate.contrib.django import app
from wagtail.models import ModelLogEntry

from campaign_site import mail
from campaign_site.tasks import MAIL_RETRY
from staff.login import journal
from staff.login.passwords import reset_path

# The actions that their own account's owner is told of, whoever did them.
TOLD = (
    journal.PASSWORD_CHANGED,
    journal.PASSWORD_RESET,
    journal.FACTOR_ADDED,
    journal.FACTOR_REMOVED,
    journal.FACTORS_RESET,
    journal.CODES_MADE,
    journal.RECOVERY_USED,
)


def language_of(user) -> str:
    """Return the language that ``user`` chose for the admin, else that of the screen at hand."""
    profile = getattr(user, "wagtail_userprofile", None)
    chosen = profile.preferred_language if profile else ""
    known = dict(settings.LANGUAGES)
    return next(
        (code for code in (chosen, get_language() or "") if code in known), settings.LANGUAGE_CODE
    )


def tell(entry: ModelLogEntry) -> None:
    """Queue the mail that tells the owner of an account what its log entry says.

    The queue is part of the database: the mail leaves only if the caller's transaction holds.
    """
    send_account_notice.defer(entry_id=entry.pk, language=language_of_owner(entry))


def language_of_owner(entry: ModelLogEntry) -> str:
    owner = get_user_model().objects.filter(pk=entry.object_id).first()
    return language_of(owner) if owner else settings.LANGUAGE_CODE


@app.task(name="send_account_notice", retry=MAIL_RETRY)
def send_account_notice(entry_id: int, language: str) -> None:
    """Mail what happened to an account, as its log entry says."""
    entry = ModelLogEntry.objects.filter(pk=entry_id, action__in=TOLD).first()
    account = entry and get_user_model().objects.filter(pk=entry.object_id).first()
    if not account or not account.email:
        return
    mail.send(
        "staff_account_notice",
        to=account.email,
        context={
            "what": entry.action.partition(".")[2],
            "when": entry.timestamp,
            "username": account.get_username(),
            "codes_left": entry.data.get("codes_left"),
            "link": mail.absolute_url(reverse("staff_security")),
        },
        language=language,
    )


@app.task(name="send_password_link", retry=MAIL_RETRY)
def send_password_link(account_id: int, language: str) -> None:
    """Mail the link for a new password. With number 0, for an unknown address, nothing happens.

    The door queues this task for any address, so that its answer takes as long for each.
    """
    account = get_user_model().objects.filter(pk=account_id, is_active=True).first()
    if account is None or not account.email:
        return
    mail.send(
        "staff_password_link",
        to=account.email,
        context={
            "username": account.get_username(),
            "link": mail.absolute_url(reset_path(account)),
        },
        language=language,
    )
