"""``manage.py write_fallback_pages FOLDER``: the pages that the web server shows by itself."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from campaign_site import fallback_pages


class Command(BaseCommand):
    help = (
        "Write the static pages for when the site cannot answer, in each language and in all in "
        "one, and headers.conf for nginx. Needs neither the database nor any other service."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="where they go, /srv/campaign/fallback")

    def handle(self, *, folder: Path, **options):
        try:
            files = fallback_pages.write(folder)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stdout.write(f"{len(files)} files written to {folder}.")
