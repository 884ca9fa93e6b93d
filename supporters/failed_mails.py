"""Mails whose every attempt failed: remembered for staff, and tried again when they say so."""

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from wagtail.log_actions import log

from supporters.models import FailedMail


def remember(
    *, task_name: str, arguments: Mapping[str, object], error: Exception, **_signal: object
) -> None:
    """Keep which mail failed and the kind of the error; never its text, which names people."""
    FailedMail.objects.create(
        task_name=task_name, arguments=dict(arguments), error=type(error).__name__[:80]
    )


@transaction.atomic
def try_again(*, failed: FailedMail, user: AbstractBaseUser | None) -> bool:
    """Queue the mail anew; return False when somebody has done so before.

    The task looks again whether there is still somebody to write to, so a mail that has become
    pointless does not leave. If it fails once more, that is another row.
    """
    taken = FailedMail.objects.waiting().filter(pk=failed.pk).update(tried_again_at=timezone.now())
    if not taken:
        return False
    app.configure_task(failed.task_name).defer(**failed.arguments)
    log(instance=failed, action="supporters.try_mail_again", user=user)
    return True
