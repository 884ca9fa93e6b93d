from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = "Supporters"

    def ready(self) -> None:
        from campaign_site.tasks import mail_given_up
        from supporters import (
            failed_mails,
            holdings,
            mail_kinds,
            newsletter,
            newsletter_holdings,
            personal_data,
            requests_retention,
            retention_kinds,
            wordings,
        )

        holdings.register("newsletter", newsletter_holdings.HOLDINGS)
        wordings.register(newsletter.PURPOSE)
        retention_kinds.register_kinds()
        requests_retention.register_kinds()
        personal_data.register_models()
        failed_mails.register_kinds()
        mail_kinds.register_words()
        mail_given_up.connect(failed_mails.remember)
