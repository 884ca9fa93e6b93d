from django.apps import AppConfig


class SolidarityConfig(AppConfig):
    name = "solidarity"
    verbose_name = "Solidarity photos"

    def ready(self) -> None:
        from solidarity.consents import PURPOSES
        from solidarity.holdings import HOLDINGS
        from solidarity.personal_data import register_models
        from solidarity.retention import register_kinds
        from supporters import holdings, wordings

        holdings.register("photos", HOLDINGS)
        for purpose in PURPOSES:
            wordings.register(purpose)
        register_kinds()
        register_models()
