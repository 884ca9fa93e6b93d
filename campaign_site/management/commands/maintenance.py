"""Tell everybody that the site will be back, on all of its machines, and let them in again."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from campaign_site import shared_switch


class Command(BaseCommand):
    help = "Answer 503 with the page for planned work everywhere (on), or serve again (off)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("turn", choices=["on", "off", "status"])

    def handle(self, *, turn: str, **options: object) -> None:
        """Turn the file of this machine and the switch of all; what is turned already stays so."""
        file = settings.MAINTENANCE_FILE
        if turn == "on":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        elif turn == "off":
            file.unlink(missing_ok=True)
        if turn != "status" and settings.REDIS_URL:
            try:
                shared_switch.maintenance.turn(on=turn == "on")
            except RedisError as error:
                raise CommandError(
                    f"This machine is {turn}; the others were not told, for Redis does not answer "
                    f"({type(error).__name__}). Run this command on each of them."
                ) from error
        self.stdout.write(f"This machine: {'maintenance' if file.exists() else 'open'}.")
        if settings.REDIS_URL:
            everywhere = shared_switch.maintenance.is_on()
            self.stdout.write(f"All machines: {'maintenance' if everywhere else 'open'}.")
        else:
            self.stdout.write("Other machines are not told: REDIS_URL is not set.")
