import sys

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model
from django.utils.translation import override

from supporters.register import Entry, fields_of, rows_about


class Command(BaseCommand):
    help = (
        "List everything that is stored about one email address, field by field. Without an "
        "argument the address is read from standard input, so that no shell remembers it."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("address", nargs="?", help="the email address")

    def handle(self, *args, **options) -> None:
        address = (options["address"] or sys.stdin.readline()).strip()
        if not address:
            raise CommandError("Give an email address.")
        found = False
        with override("en"):
            for entry, row in rows_about(address):
                found = True
                self._print(entry, row)
        if not found:
            self.stdout.write("Nothing is stored about this address.")

    def _print(self, entry: Entry, row: Model) -> None:
        self.stdout.write(f"{entry.label} {row.pk}")
        for field in fields_of(type(row)):
            if field.many_to_many:
                value = ", ".join(str(other) for other in getattr(row, field.name).all())
            else:
                value = getattr(row, field.name)
            self.stdout.write(f"  {field.name}: {value}")
