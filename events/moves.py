"""What changed when an event was moved, for its pages."""

from events.facts import event_facts, has_moved
from events.mailing_mails import Difference, differences
from events.models import Event, Mailing


def last_changes(event: Event) -> list[Difference]:
    """Return what differs from before the last move, if it was moved.

    In the active language. One query; none for an event that never moved.
    """
    if event.moved_at is None:
        return []
    changes = Mailing.objects.filter(
        event=event.pk, kind=Mailing.Kind.CHANGE, before__has_key="day"
    )
    facts = event_facts(event)
    # A later change may have been of the name only.
    for before in changes.order_by("-pk").values_list("before", flat=True):
        if has_moved(before, facts):
            return differences(before, facts)
    return []
