"""What the database and its queue tell about the site as a whole."""

from django.db import connection
from procrastinate.contrib.django import app

from campaign_site.tasks import MAIL_RETRY
from serving import purging
from watching.measures import Measure, Value, register, register_together

_BY_TASK = ("queue", "task")

_QUEUE = (
    Measure("campaign_queue_jobs", "Jobs that are due and wait.", _BY_TASK),
    Measure("campaign_queue_oldest_seconds", "How long the oldest due job has waited.", _BY_TASK),
    Measure("campaign_queue_planned", "Jobs whose time has not come.", _BY_TASK),
    Measure("campaign_queue_running", "Jobs that run.", _BY_TASK),
    Measure("campaign_queue_failed", "Jobs that failed for good and are kept.", _BY_TASK),
    Measure("campaign_mails_unsent", "Mails that the mail server has not taken yet."),
    Measure(
        "campaign_mails_unsent_oldest_seconds",
        "How long ago the oldest mail was queued that the mail server has not taken.",
    ),
)
# A job is due since its planned time, or since the last that happened to it.
_QUEUE_SQL = """
SELECT queue_name, task_name,
       count(*) FILTER (WHERE status = 'todo' AND due <= now()),
       extract(epoch FROM now() - min(due) FILTER (WHERE status = 'todo' AND due <= now())),
       count(*) FILTER (WHERE status = 'todo' AND due > now()),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status IN ('todo', 'doing') AND attempts > 0),
       extract(epoch FROM now() - min(queued)
         FILTER (WHERE status IN ('todo', 'doing') AND attempts > 0))
  FROM (SELECT job.*, coalesce(job.scheduled_at, event.last, now()) AS due, event.first AS queued
          FROM procrastinate_jobs job
          LEFT JOIN LATERAL (SELECT min(at) AS first, max(at) AS last FROM procrastinate_events
                              WHERE job_id = job.id) event ON job.status IN ('todo', 'doing')
         WHERE job.status IN ('todo', 'doing', 'failed')) jobs
 GROUP BY queue_name, task_name
"""


def _read_queue() -> dict[str, Value]:
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE_SQL)
        rows = cursor.fetchall()
    found: dict[str, dict] = {measure.name: {} for measure in _QUEUE[:5]}
    unsent, oldest = 0, None
    for queue, task, due, waited, planned, running, failed, tried, tried_for in rows:
        numbers = (due, waited, planned, running, failed)
        for measure, number in zip(_QUEUE, numbers, strict=False):
            if number:
                found[measure.name][queue, task] = float(number)
        known = app.tasks.get(task)
        if known is not None and known.retry_strategy is MAIL_RETRY and tried:
            unsent += tried
            oldest = max(oldest or 0.0, float(tried_for or 0))
    return {
        **found,
        "campaign_mails_unsent": unsent,
        "campaign_mails_unsent_oldest_seconds": oldest,
    }


_WORKERS_AND_DATABASE = (
    Measure("campaign_workers", "Workers that were heard of within a minute."),
    Measure("campaign_worker_heartbeat_seconds", "Since when no worker has been heard of."),
    Measure("campaign_database_bytes", "Size of the database."),
    Measure("campaign_database_connections", "Connections to the database server."),
    Measure("campaign_database_connections_allowed", "How many it allows."),
    Measure("campaign_wal_archived_age_seconds", "Since when no WAL file has been archived."),
    Measure("campaign_wal_archive_failures", "WAL files that could not be archived, in all."),
)
# Where archiving is off the last two tell nothing (PostgreSQL manual, 25.3 and 27.2).
_DATABASE_SQL = """
SELECT (SELECT count(*) FROM procrastinate_workers
         WHERE last_heartbeat > now() - interval '1 minute'),
       (SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers),
       pg_database_size(current_database()),
       (SELECT sum(numbackends) FROM pg_stat_database),
       current_setting('max_connections')::int,
       CASE WHEN current_setting('archive_mode') <> 'off' THEN
         extract(epoch FROM now() - coalesce(last_archived_time, stats_reset)) END,
       CASE WHEN current_setting('archive_mode') <> 'off' THEN failed_count END
  FROM pg_stat_archiver
"""


def _read_database() -> dict[str, Value]:
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE_SQL)
        row = cursor.fetchone()
    return {
        measure.name: number for measure, number in zip(_WORKERS_AND_DATABASE, row, strict=True)
    }


def _purger_age() -> Value:
    """None where there is no cache in front of the site to be told."""
    return purging.last_success_age()


def register_measures() -> None:
    register_together(_QUEUE, _read_queue)
    register(
        "campaign_purger_age_seconds",
        "Since when caches in front of the site have not been told what changed.",
        _purger_age,
    )
    register_together(_WORKERS_AND_DATABASE, _read_database)
