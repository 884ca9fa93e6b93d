import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from campaign_site import bounces
from supporters.failed_mails import record_bounce

# EX_TEMPFAIL of sysexits.h: the mail server keeps the message and calls again later.
_TRY_LATER = 75


class Command(BaseCommand):
    help = (
        "Read one mail from standard input, as a mail server pipes it. If it reports that an email "
        "of this site could not be delivered, staff see that under People → Failed emails. "
        "Anything else is dropped. Addresses are neither kept nor printed."
    )
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        stream = sys.stdin.buffer
        content = stream.read(bounces.LONGEST_BYTES + 1)
        # A mail server takes a pipe that closes early for a failure.
        while stream.read(2**16):
            pass
        bounce = bounces.parse(content)
        if bounce is None:
            self.stdout.write("not a bounce")
            return
        try:
            failed = record_bounce(bounce)
        except OperationalError as error:
            raise CommandError("The database does not answer.", returncode=_TRY_LATER) from error
        self.stdout.write("recorded" if failed else "unknown, or recorded before")
