"""The task that looks every minute whether something is wrong, and the one that forgets."""

from procrastinate.contrib.django import app

from watching import checking


@app.periodic(cron="* * * * *")
@app.task(name="check_alerts", queueing_lock="check_alerts")
def check_alerts(timestamp: int) -> None:
    """Look once; the timer of the system does the same where there is no worker."""
    checking.check()


@app.periodic(cron="35 4 * * *")
@app.task(name="forget_old_alerts", queueing_lock="forget_old_alerts")
def forget_old_alerts(timestamp: int) -> None:
    checking.forget_old()
