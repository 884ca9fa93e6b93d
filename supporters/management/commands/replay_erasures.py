from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from supporters.erasure import replay_erasures


class Command(BaseCommand):
    help = (
        "After a backup of the database was put back: erase again whoever had been erased since "
        "it was made. Safe to run twice."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "ledger",
            nargs="?",
            type=Path,
            help="the list of erasures; by default the site's own (ERASURE_LEDGER)",
        )

    def handle(self, *args, ledger: Path | None, **options) -> None:
        if ledger and not ledger.exists():
            raise CommandError("There is no such list of erasures.")
        number = replay_erasures(ledger)
        self.stdout.write(f"Erased again: {number}")
