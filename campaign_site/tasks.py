"""What every background task shares: how a failed mail is tried again, how a lost one is found."""

import logging

from django.conf import settings
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

MAIL_ATTEMPTS = 30
_FIRST_WAIT_SECONDS = 15
_LONGEST_WAIT_SECONDS = 3600


class MailRetry(BaseRetryStrategy):
    """Try again after 15 s, 30 s, 1 min … up to hourly: 30 attempts, a little over 24 hours."""

    def get_retry_decision(self, *, exception, job) -> RetryDecision | None:
        if job.attempts >= MAIL_ATTEMPTS:
            return None
        wait = min(_FIRST_WAIT_SECONDS * 2**job.attempts, _LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": wait})


MAIL_RETRY = MailRetry()


@app.periodic(cron="* * * * * */20")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs")
async def retry_stalled_jobs(timestamp: int) -> None:
    """Put back the jobs of workers that stopped sending their heartbeat (killed, lost power).

    Safe to run twice: a job that was put back is no longer stalled.
    """
    silence = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence):
        logger.warning("job %s of a lost worker is run again", job.id)
        await app.job_manager.retry_job(job)
