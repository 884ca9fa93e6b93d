"""Tell Varnish and the delivery network what has changed, for as long as the site runs."""

import signal
import socket
import threading

from django.core.management.base import BaseCommand, CommandError, CommandParser

from serving.purging import TIMEOUT_SECONDS, Purger, run


class Command(BaseCommand):
    help = "Tell Varnish and the delivery network what has changed, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, default=0.1, help="Seconds between two looks at what changed."
        )
        parser.add_argument(
            "--all-now", action="store_true", help="Let every cache forget everything, and end."
        )

    def handle(self, *args, **options) -> None:
        purger = Purger()
        if not purger.told:
            raise CommandError("No cache is set: VARNISH_ADDRESSES, CDN_PURGE_URL, CLOUDFLARE_….")
        # Wagtail's backends would wait for ever.
        socket.setdefaulttimeout(TIMEOUT_SECONDS)
        if options["all_now"]:
            purger.step()
            left = [told.cache.address for told in purger.told if not told.is_done]
            if left:
                raise CommandError(f"Not acknowledged: {', '.join(left)}.")
            return
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        run(purger, options["every"], stopped.is_set)
