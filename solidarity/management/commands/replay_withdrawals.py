"""After a restore: take back again what people had taken back since the backup was made."""

import re
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from solidarity.models import Photo
from solidarity.services import withdraw_consent
from supporters.models import Consent, NewsletterSubscription
from supporters.newsletter import stop_news
from supporters.services import withdraw_consents

_LINE = re.compile(r"([a-z.]+) ([0-9a-f-]{36}) ([a-z-]+) (\S+)")


class Command(BaseCommand):
    help = (
        "After a backup of the database was put back: withdraw again each agreement that had been "
        "withdrawn since it was made, with the photo or the subscription it was for. The list is "
        "withdrawals.txt in LOCAL_DIR, which `campaign-backup restore` brings. Safe to run twice."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("list", nargs="?", type=Path, help="another list")

    def handle(self, *args, list: Path | None, **options) -> None:
        path = list or Path(settings.LOCAL_DIR, "withdrawals.txt")
        if not path.exists():
            raise CommandError("There is no such list of withdrawals.")
        found = map(_LINE.fullmatch, path.read_text("ascii", errors="replace").splitlines())
        number = sum(_replay(*line.groups()) for line in found if line)
        self.stdout.write(f"Withdrawn again: {number}")


@transaction.atomic
def _replay(subject_type: str, subject_id: str, purpose: str, hour: str) -> bool:
    """Withdraw one agreement if it is in force; one given after the hour is another."""
    about = {"subject_type": subject_type, "subject_id": subject_id, "purpose": purpose}
    given = Consent.objects.in_force().filter(given_hour__lte=datetime.fromisoformat(hour), **about)
    if not given.exists():
        return False
    photo = Photo.objects.filter(public_id=subject_id).first()
    news = NewsletterSubscription.objects.filter(public_id=subject_id).first()
    if subject_type == Photo.SUBJECT_TYPE and photo:
        withdraw_consent(photo, purpose=purpose)
    elif subject_type == NewsletterSubscription.SUBJECT_TYPE and news:
        stop_news(news)
    else:
        withdraw_consents(**about)
    return True
