"""Make dossiers in the background, one at a time."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from solidarity import dossier_files, dossier_making
from solidarity.models import Edition

# 20, 40, 60 and 80 seconds apart. Then staff are told, and may have it tried again.
DOSSIER_RETRY = RetryStrategy(max_attempts=5, linear_wait=20)


# One lock for all editions: a volume takes up to a gigabyte of memory while it is made. Somebody
# looks at the progress: it goes before the thousands of pictures that may be waiting.
@app.task(name="make_dossier", lock="make_dossier", priority=1, retry=DOSSIER_RETRY)
def make_dossier(edition_id: int) -> None:
    """Make the files of an edition that are missing or stale. What is made stays made."""
    dossier_making.make_dossier(edition_id)


def is_at_work(edition: Edition) -> bool:
    """Whether a worker makes the dossier, or is going to."""
    return ProcrastinateJob.objects.filter(
        task_name="make_dossier", args__edition_id=edition.pk, status__in=["todo", "doing"]
    ).exists()


@app.periodic(cron="41 * * * *")
@app.task(name="purge_orphaned_dossier_files", queueing_lock="purge_orphaned_dossier_files")
def purge_orphaned_dossier_files(timestamp: int) -> None:
    """Delete files that an interrupted task left behind. Safe to run twice."""
    dossier_files.purge_orphans()
