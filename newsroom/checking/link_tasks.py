"""Ask other sites, at night, whether the pages that we link to are still there."""

import time

from django.utils import timezone
from procrastinate.contrib.django import app

from newsroom.checking import link_checks

# A few addresses a job, so that no worker is long away from mails, and no site is asked in a hurry.
_A_JOB = 15
_PAUSE_SECONDS = 2
_BETWEEN_JOBS_SECONDS = 20


@app.periodic(cron="40 3 * * *")
@app.task(name="begin_link_checks", queueing_lock="begin_link_checks")
def begin_link_checks(timestamp: int) -> None:
    """Note the addresses on live pages and begin to ask them. Safe to run twice."""
    if link_checks.is_wanted() and link_checks.note_addresses():
        check_some_links.defer()


@app.task(name="check_some_links", lock="check_some_links")
def check_some_links() -> None:
    """Ask the next addresses and come back for those after them; ends when none is due.

    Safe to run twice: what was asked this night is not due.
    """
    asked = link_checks.check_next(
        _A_JOB, now=timezone.now, pause=lambda: time.sleep(_PAUSE_SECONDS)
    )
    if asked == _A_JOB:
        check_some_links.configure(schedule_in={"seconds": _BETWEEN_JOBS_SECONDS}).defer()
