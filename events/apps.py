from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        # Names what staff do in the log.
        from events import mail_log_actions  # noqa: F401
        from events.consents import PURPOSES
        from events.holdings import HOLDINGS
        from events.mail_kinds import register_words
        from events.personal_data import register_models
        from events.retention import register_kinds
        from events.tasks import register_mails
        from supporters import holdings, wordings

        holdings.register("sign_ups", HOLDINGS)
        for purpose in PURPOSES:
            wordings.register(purpose)
        register_mails()
        register_words()
        register_kinds()
        register_models()
