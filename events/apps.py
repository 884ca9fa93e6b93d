from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        from events.holdings import describe
        from supporters import holdings

        holdings.register("events", describe)
