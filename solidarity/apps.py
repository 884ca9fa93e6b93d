from django.apps import AppConfig


class SolidarityConfig(AppConfig):
    name = "solidarity"
    verbose_name = "Solidarity photos"

    def ready(self) -> None:
        from solidarity.holdings import describe_photos
        from supporters import holdings

        holdings.register("solidarity", describe_photos)
