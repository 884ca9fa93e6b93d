"""What becomes of the figures of each day."""

from procrastinate.contrib.django import app

from newsroom.reporting.counting import keep_counts


@app.periodic(cron="12 * * * *")
@app.task(name="keep_daily_counts", queueing_lock="keep_daily_counts", lock="keep_daily_counts")
def keep_daily_counts(timestamp: int) -> None:
    """Keep the figures of each day before anything is erased. Safe to run twice.

    Every hour: what people take back on the day they sent it was there all the same.
    """
    keep_counts()
