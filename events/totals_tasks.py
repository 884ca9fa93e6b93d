"""What becomes of the figures of events that are over."""

from django.utils import timezone
from procrastinate.contrib.django import app

from events.services import totals


@app.periodic(cron="20 0 * * *")
@app.task(name="freeze_event_totals", queueing_lock="freeze_event_totals")
def freeze_event_totals(timestamp: int) -> None:
    """Keep the figures of every event that is over, before the night erases. Safe to run twice."""
    totals.freeze_all(timezone.now())
