from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = "Donations"

    def ready(self) -> None:
        from donations.holdings import HOLDINGS
        from donations.personal_data import register_models
        from donations.retention import register_kinds
        from supporters import holdings

        holdings.register("pledges", HOLDINGS)
        register_kinds()
        register_models()
