from django.apps import AppConfig


class CampaignSiteConfig(AppConfig):
    name = "campaign_site"
    verbose_name = "Campaign site"

    def ready(self) -> None:
        from campaign_site import photo_host  # noqa: F401 - registers its check
