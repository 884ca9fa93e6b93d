"""What the waiting list needs every minute."""

from django.utils import timezone
from procrastinate.contrib.django import app

from events.services import waiting


@app.periodic(cron="* * * * *")
@app.task(name="lapse_offers", queueing_lock="lapse_offers")
def lapse_offers(timestamp: int) -> None:
    """End the offers nobody answered in time and offer what is free. Safe to run twice."""
    waiting.lapse_due(timezone.now())
    waiting.settle_all()
