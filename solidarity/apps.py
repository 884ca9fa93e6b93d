from django.apps import AppConfig


class SolidarityConfig(AppConfig):
    name = "solidarity"
    verbose_name = "Solidarity photos"

    def ready(self) -> None:
        from solidarity.consents import PURPOSES
        from solidarity.holdings import HOLDINGS
        from solidarity.mail_kinds import register_words
        from solidarity.models import Photo
        from solidarity.personal_data import register_models
        from solidarity.retention import register_kinds
        from supporters import failed_mails, holdings, wordings

        holdings.register("photos", HOLDINGS)
        for purpose in PURPOSES:
            wordings.register(purpose)
        confirmation = failed_mails.MailKind(
            "send_photo_confirmation", "photo_id", Photo, "confirmation_sent_at"
        )
        decision = failed_mails.MailKind(
            "send_photo_decision", "photo_id", Photo, "decision_sent_at"
        )
        failed_mails.register("photo_confirmation", confirmation)
        failed_mails.register("photo_approved", decision)
        failed_mails.register("photo_rejected", decision)
        failed_mails.register("photo_taken_down", decision)
        entered = failed_mails.MailKind(
            "send_mailed_photo_entered", "photo_id", Photo, "confirmation_sent_at"
        )
        failed_mails.register("photo_mailed", entered)
        register_kinds()
        register_words()
        register_models()
