"""Read uploaded statements in the background."""

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import StatementFile

# When the database was away or two imports blocked each other; an error in a file is no reason.
_RETRY = RetryStrategy(
    max_attempts=5, linear_wait=10, retry_exceptions={OperationalError, InterfaceError}
)


# One lock for all files: a long one takes much of what memory a worker has. Somebody looks at the
# progress, so it goes before mails.
@app.task(name="read_statement_file", lock="read_statement_file", priority=1, retry=_RETRY)
def read_statement_file(file_id: int) -> None:
    """Read a file, and book it where that was asked. One that was read already is left alone."""
    from donations.milestones import note_milestones_of_all
    from donations.services.importing import read_file

    file = StatementFile.objects.filter(pk=file_id).first()
    if file is not None and read_file(file=file).state == StatementFile.State.BOOKED:
        note_milestones_of_all()


def is_at_work(file: StatementFile) -> bool:
    """Whether a worker reads the file, or is going to."""
    return ProcrastinateJob.objects.filter(
        task_name="read_statement_file", args__file_id=file.pk, status__in=["todo", "doing"]
    ).exists()
