from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        from events.holdings import HOLDINGS
        from events.personal_data import register_models
        from events.retention import register_kinds
        from supporters import holdings

        holdings.register("sign_ups", HOLDINGS)
        register_kinds()
        register_models()
