from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = "Donations"

    def ready(self) -> None:
        from donations.holdings import HOLDINGS
        from donations.models import Pledge
        from donations.personal_data import register_models
        from donations.retention import register_kinds
        from supporters import failed_mails, holdings

        holdings.register("pledges", HOLDINGS)
        instructions = failed_mails.MailKind(
            "send_pledge_instructions", "pledge_id", Pledge, "instructions_sent_at"
        )
        failed_mails.register("pledge_instructions", instructions)
        register_kinds()
        register_models()
