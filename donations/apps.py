from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = "Donations"

    def ready(self) -> None:
        from donations.holdings import HOLDINGS
        from donations.mail_kinds import register_words
        from donations.models import Pledge
        from donations.personal_data import register_models
        from donations.retention import register_kinds
        from donations.reward_tasks import register_mails
        from supporters import failed_mails, holdings
        from supporters.models import Supporter

        holdings.register("pledges", HOLDINGS)
        instructions = failed_mails.MailKind(
            "send_pledge_instructions", "pledge_id", Pledge, "instructions_sent_at"
        )
        failed_mails.register("pledge_instructions", instructions)
        # A gift has no number of its own in mails: a bounce names its donor.
        thanks = failed_mails.MailKind("send_thanks_anew", "supporter_id", Supporter)
        failed_mails.register("gift_thanks", thanks)
        reminder = failed_mails.MailKind("send_pledge_reminder", "pledge_id", Pledge, "reminded_at")
        failed_mails.register("pledge_reminder", reminder)
        register_mails()
        register_words()
        register_kinds()
        register_models()
