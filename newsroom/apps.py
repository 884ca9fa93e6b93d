from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "Newsroom"

    def ready(self) -> None:
        from newsroom.checking import saving
        from newsroom.personal_data import register_models
        from newsroom.updating.holdings import HOLDINGS
        from newsroom.updating.tasks import register_mails
        from supporters import holdings

        holdings.register("campaign_updates", HOLDINGS)
        register_mails()
        register_models()
        saving.begin()
