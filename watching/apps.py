from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WatchingConfig(AppConfig):
    """How the site is watched: its health, its figures, and whom to wake."""

    name = "watching"
    verbose_name = "Watching"

    def ready(self) -> None:
        from campaign_site.outages import outage_noticed
        from serving import ready
        from watching import counters, host_measures, site_measures

        outage_noticed.connect(counters.count_outage, dispatch_uid="watching.counters")
        ready.hit_listeners.append(counters.count_hit)
        host_measures.register_measures()
        site_measures.register_measures()
        # What an app can tell of itself, it knows best.
        autodiscover_modules("measures")
