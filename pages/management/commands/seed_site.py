"""Load the site's first content, once; on a development site the demonstration too."""

from django.conf import settings
from django.core.management.base import BaseCommand

from pages import seeding
from staff.groups import ensure_groups
from supporters.wordings import ensure_wordings


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        seeding.load_site()
        ensure_groups()
        ensure_wordings()
        if settings.IS_DEVELOPMENT_SITE:
            from pages import demonstration

            demonstration.load_demonstration()
            demonstration.ensure_staff(settings.LOCAL_DIR / "staff-logins.txt")
