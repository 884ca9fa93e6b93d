from django.core.management.base import BaseCommand

from watching.prometheus_rules import as_yaml


class Command(BaseCommand):
    help = "Print the alerts' rules for Prometheus: deploy/alerts/prometheus.rules.yml."
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        self.stdout.write(as_yaml(), ending="")
