from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        from events.holdings import HOLDINGS
        from events.models import SignUp
        from events.personal_data import register_models
        from events.retention import register_kinds
        from supporters import failed_mails, holdings

        holdings.register("sign_ups", HOLDINGS)
        for name, sent_field in (
            ("sign_up_confirmation", "confirmation_sent_at"),
            ("sign_up_cancelled", "cancellation_sent_at"),
        ):
            kind = failed_mails.MailKind(f"send_{name}", "row_id", SignUp, sent_field)
            failed_mails.register(name, kind)
        register_kinds()
        register_models()
