"""What "My solidarity" hands out and erases of the updates that somebody got."""

from collections.abc import Iterator

from newsroom.models import UpdateCopy
from newsroom.updating.words import language_for, written
from supporters.holdings import Erasure, Export, HeldItem, Holdings
from supporters.models import Supporter


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield nothing: the news by mail stand there already, with the link that stops them."""
    yield from ()


def export(supporter: Supporter) -> Export:
    """Return which updates were sent to the person, and when."""
    copies = UpdateCopy.objects.filter(subscription__supporter=supporter, sent_at__isnull=False)
    return Export([_row(copy) for copy in copies.select_related("update", "subscription")])


def _row(copy: UpdateCopy) -> dict[str, object]:
    language = language_for(copy.update, copy.subscription.language)
    words = written(copy.update).get(language)
    return {
        "id": str(copy.public_id),
        "language": language,
        "subject": words.subject if words else "",
        "sent": copy.sent_at.isoformat(),
    }


def erase(supporter: Supporter) -> Erasure:
    """Delete the person's copies, those too that have not left; the news stop with their wish."""
    UpdateCopy.objects.filter(subscription__supporter=supporter).delete()
    return Erasure()


HOLDINGS = Holdings(describe, export, erase)
