from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = "Donations"

    def ready(self) -> None:
        from donations.holdings import describe
        from supporters import holdings

        holdings.register(self.name, describe)
