from django.core.management.base import BaseCommand

from watching import checking
from watching.models import Alert


class Command(BaseCommand):
    help = (
        "Look whether something is wrong with the site, and tell whoever is in ALERT_MAIL_TO. "
        "For a timer of the system, every minute: works without the worker and the database."
    )
    # Those would ask the database before anything else.
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        found = checking.check()
        if found is None:
            self.stdout.write("Another process is looking at this moment.")
            return
        for alert in found:
            self.stdout.write(_line(alert))
        if not found:
            self.stdout.write("Nothing is wrong.")


def _line(alert: Alert) -> str:
    title = alert.definition.title if alert.definition else alert.rule
    host = f" [{alert.host}]" if alert.host else ""
    return f"{alert.rule}{host}: {title}, since {alert.begun_at:%Y-%m-%dT%H:%M:%SZ}"
