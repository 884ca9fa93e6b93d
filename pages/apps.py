from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from pages.personal_data import register_models
        from pages.redirects import remember_only_published_names

        register_models()
        remember_only_published_names()
