"""What is known of an update that was sent; who opened it or pressed a link is not."""

from dataclasses import dataclass

from newsroom.models import CampaignUpdate, UpdateCopy
from supporters.models import FailedMail

_TASKS = ("send_update_copy", "send_update_copy_anew")


@dataclass(frozen=True)
class Figures:
    """``failed`` are copies that came back or did not leave, as far as failed mails are kept.

    ``stopped_news`` are readers who got it and have ended the news since; ended subscriptions are
    forgotten after a month.
    """

    failed: int
    stopped_news: int


def figures_of(update: CampaignUpdate) -> Figures:
    """Return the figures of one update; three queries."""
    copies = UpdateCopy.objects.filter(update=update)
    numbers = FailedMail.objects.filter(task_name__in=_TASKS).values_list(
        "arguments__copy_id", flat=True
    )
    ended = copies.filter(sent_at__isnull=False, subscription__ended_hour__isnull=False)
    return Figures(failed=copies.filter(pk__in=list(numbers)).count(), stopped_news=ended.count())
