"""Mails that failed or came back: remembered for staff, and tried again when they say so."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from procrastinate.contrib.django import app
from wagtail.log_actions import log

from campaign_site.bounces import Bounce
from supporters.models import DataExport, FailedMail, NewsletterSubscription, Supporter


@dataclass(frozen=True)
class MailKind:
    """The task that sends a mail, the argument that takes the number of its row, and the row.

    ``sent_field`` is where the row keeps that the mail left; ``more`` are arguments that the row
    has under the same names.
    """

    task_name: str
    argument: str
    model: type[Model]
    sent_field: str = ""
    more: tuple[str, ...] = ()

    def arguments(self, row: Model) -> dict[str, object]:
        return {self.argument: row.pk, **{name: getattr(row, name) for name in self.more}}


_kinds: dict[str, MailKind] = {}


def register(template: str, kind: MailKind) -> None:
    """Say which task sends the mail ``template``, so that it can be sent anew if it bounces."""
    _kinds[template] = kind


def kinds() -> dict[str, MailKind]:
    return dict(_kinds)


def register_kinds() -> None:
    """Register the mails of this app."""
    link = MailKind("send_my_solidarity_link", "supporter_id", Supporter, more=("language",))
    register("my_solidarity", link)
    export = MailKind("send_export_link", "export_id", DataExport, "link_sent_at")
    register("my_export", export)
    welcome = MailKind(
        "send_newsletter_welcome", "subscription_id", NewsletterSubscription, "welcome_sent_at"
    )
    register("newsletter_welcome", welcome)
    wish = MailKind(
        "send_newsletter_link", "subscription_id", NewsletterSubscription, "link_sent_at"
    )
    register("newsletter_link", wish)


def remember(
    *, task_name: str, arguments: Mapping[str, object], error: Exception, **_signal: object
) -> None:
    """Keep which mail failed and the kind of the error; never its text, which names people."""
    FailedMail.objects.create(
        task_name=task_name, arguments=dict(arguments), error=type(error).__name__[:80]
    )


def record_bounce(bounce: Bounce) -> FailedMail | None:
    """Keep that a mail came back, with the server's code and nothing of its words.

    None when nothing is known of such a mail, or when it has come back before: safe to repeat,
    and to call from two processes at once.
    """
    kind = _kinds.get(bounce.template)
    if kind is None:
        return None
    row = kind.model.objects.filter(public_id=uuid.UUID(hex=bounce.reference)).first()
    if row is None:
        return None
    failed, is_new = FailedMail.objects.get_or_create(
        bounced_message=bounce.message,
        defaults={
            "task_name": kind.task_name,
            "arguments": kind.arguments(row),
            "error": f"Bounce {bounce.status}",
        },
    )
    return failed if is_new else None


@transaction.atomic
def try_again(*, failed: FailedMail, user: AbstractBaseUser | None) -> bool:
    """Queue the mail anew; return False when somebody has done so before.

    The task looks again whether there is still somebody to write to, so a mail that has become
    pointless does not leave. If it fails once more, that is another row.
    """
    taken = FailedMail.objects.waiting().filter(pk=failed.pk).update(tried_again_at=timezone.now())
    if not taken:
        return False
    if failed.bounced_message:
        _forget_that_it_left(failed)
    app.configure_task(failed.task_name).defer(**failed.arguments)
    log(instance=failed, action="supporters.try_mail_again", user=user)
    return True


def _forget_that_it_left(failed: FailedMail) -> None:
    """Otherwise the task does nothing. A link that confirms a wish for news is due again too."""
    kind = next(kind for kind in _kinds.values() if kind.task_name == failed.task_name)
    if not kind.sent_field:
        return
    rows = kind.model.objects.filter(pk=failed.arguments[kind.argument])
    rows.update(**{kind.sent_field: None})
    people = rows.exclude(supporter=None).values("supporter")
    NewsletterSubscription.objects.waiting().filter(supporter__in=people).update(link_sent_at=None)
