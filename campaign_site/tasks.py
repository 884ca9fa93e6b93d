"""What every background task shares: how a failed mail is tried again, how a lost one is found."""

import logging
import smtplib

from django.conf import settings
from django.dispatch import Signal
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.tasks import Task

logger = logging.getLogger(__name__)

MAIL_ATTEMPTS = 30
# A mailbox that is refused for good (RFC 5321, 4.2.1: 5yz) is not knocked at for a day: five times
# in some eight minutes, in case the refusal was a slip of the mail server's own.
REFUSED_MAIL_ATTEMPTS = 5
# So often a job is begun before one that loses its worker is taken for what kills them; more often
# where its task may be tried more often.
LOST_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 15
_LONGEST_WAIT_SECONDS = 3600


class MailRetry(BaseRetryStrategy):
    """Try again after 15 s, 30 s, 1 min … up to hourly: 30 attempts, a little over 24 hours.

    Five of them when the mailbox itself is refused for good.
    """

    def get_retry_decision(self, *, exception, job) -> RetryDecision | None:
        if _is_last_attempt(job.attempts, exception):
            return None
        wait = min(_FIRST_WAIT_SECONDS * 2**job.attempts, _LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": wait})


def _is_last_attempt(attempts: int, error: BaseException) -> bool:
    return attempts >= (REFUSED_MAIL_ATTEMPTS if _is_refused_for_good(error) else MAIL_ATTEMPTS)


def _is_refused_for_good(error: BaseException) -> bool:
    """Whether the server refused the mailbox; a log-in or a sender that it refuses is our slip."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _words in error.recipients.values())


MAIL_RETRY = MailRetry()

# Sent once a mail's last attempt has failed, with the task's name, its arguments (row numbers)
# and the exception.
mail_given_up = Signal()


class WorkerLost(Exception):
    """Why a mail is given up whose workers were lost again and again."""


def _is_mail(task: Task | None) -> bool:
    return task is not None and task.retry_strategy is MAIL_RETRY


def _most_attempts(task: Task | None) -> int:
    """How often a job of this task may be begun, whatever became of it each time."""
    if _is_mail(task):
        return MAIL_ATTEMPTS
    strategy = task.retry_strategy if task else None
    return max(LOST_ATTEMPTS, getattr(strategy, "max_attempts", None) or 0)


def notice_given_up_mails(call_next, context, worker):
    """Run a task; when it was the last attempt of a mail and failed, tell whoever listens.

    A middleware of procrastinate, in the task's own thread. The failure itself goes on its way.
    """
    try:
        return call_next()
    except Exception as error:
        job = context.job
        if _is_mail(context.task) and _is_last_attempt(job.attempts, error):
            mail_given_up.send_robust(
                sender=App, task_name=job.task_name, arguments=job.task_kwargs, error=error
            )
        raise


def prepare_worker(app: App) -> None:
    """Let every worker notice given-up mails, and what tasks queue follow their transaction.

    (``PROCRASTINATE_ON_APP_READY``.) A worker takes its jobs through connections of its own. What
    a task defers has to go through Django's instead: otherwise another worker sees the job before
    the rows that it is about are committed, finds nothing to do and forgets it, and a job stays
    behind whose transaction failed.
    """
    app.worker_defaults["task_middleware"] = [notice_given_up_mails]
    with_django = app.connector
    make = with_django.get_worker_connector

    def get_worker_connector():
        connector = make()
        connector.get_sync_connector = lambda: with_django
        return connector

    with_django.get_worker_connector = get_worker_connector


@app.periodic(cron="* * * * * */20")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs")
async def retry_stalled_jobs(timestamp: int) -> None:
    """Put back the jobs of workers that stopped sending their heartbeat (killed, lost power).

    A job that has been begun five times, or as often as its task may be tried, is parked as failed
    instead: it may be what kills the workers. A mail among them is given up for staff to see. Safe
    to run twice: a job that was put back or parked is no longer stalled.
    """
    silence = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence):
        task = app.tasks.get(job.task_name)
        is_mail = _is_mail(task)
        if job.attempts >= _most_attempts(task):
            logger.error("job %s has lost too many workers and is parked", job.id)
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            if is_mail:
                await mail_given_up.asend_robust(
                    sender=App,
                    task_name=job.task_name,
                    arguments=job.task_kwargs,
                    error=WorkerLost(),
                )
            continue
        logger.warning("job %s of a lost worker is run again", job.id)
        await app.job_manager.retry_job(job)
