from django.core.management.base import BaseCommand, CommandError

from supporters import retention


class Command(BaseCommand):
    help = "Erase what has been kept long enough, as every night does, and print the numbers."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only count what would be erased."
        )

    def handle(self, *args, **options) -> None:
        if options["dry_run"]:
            self._print(retention.due_counts())
            return
        run = retention.apply_retention()
        self._print(run.counts)
        if run.failures:
            raise CommandError(f"Not erased: {', '.join(sorted(run.failures))}. See the log.")

    def _print(self, counts: dict[str, int]) -> None:
        for key, count in counts.items():
            self.stdout.write(f"{count:6}  {key}")
