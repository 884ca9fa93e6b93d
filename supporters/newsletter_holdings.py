"""What "My solidarity" shows of a person's news by mail, hands out and erases."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from supporters.holdings import Erasure, Export, HeldItem, Holdings
from supporters.models import NewsletterSubscription, Supporter
from supporters.newsletter import stop_path


def describe(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield the person's wishes for news, newest first, in the active language."""
    for subscription in supporter.newsletter_subscriptions.order_by("-pk"):
        is_over = subscription.ended_hour is not None
        yield HeldItem(
            title=_("News by email"),
            state=_state(subscription),
            url=stop_path(subscription),
            is_over=is_over,
            action=_("See it") if is_over else _("Stop the news by email"),
        )


def _state(subscription: NewsletterSubscription) -> str:
    if subscription.ended_hour:
        return _("We do not write to you any more.")
    if subscription.confirmed_hour:
        return _("We write to you when there is news.")
    return _("You ticked the box and have not confirmed it yet: the link is in our email.")


def export(supporter: Supporter) -> Export:
    """Return the person's wishes for news as they stand, with the words that they ticked."""
    subscriptions = supporter.newsletter_subscriptions.select_related("words").order_by("pk")
    return Export([_row(subscription) for subscription in subscriptions])


def _row(subscription: NewsletterSubscription) -> dict[str, object]:
    moments = {
        "wished for": subscription.wished_hour,
        "confirmed": subscription.confirmed_hour,
        "ended": subscription.ended_hour,
    }
    return {
        "id": str(subscription.public_id),
        "language": subscription.language,
        "words": subscription.words.text,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


def erase(supporter: Supporter) -> Erasure:
    """Delete the person's subscription and wishes; the ledger keeps what it keeps of anybody."""
    erased, _models = supporter.newsletter_subscriptions.all().delete()
    return Erasure([_("Your news by email. We do not write to you any more.")] if erased else [])


HOLDINGS = Holdings(describe, export, erase)
