from django.core.management.base import BaseCommand

from supporters.register import as_markdown


class Command(BaseCommand):
    help = "Print the register of personal data: every field, why, how long, who sees it."

    def handle(self, *args, **options) -> None:
        self.stdout.write(as_markdown(), ending="")
