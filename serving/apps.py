from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


def _watch(using: str, **kwargs) -> None:
    from serving.changes import watch_tables

    watch_tables(using)


class ServingConfig(AppConfig):
    """How answers are kept: the cache of pages, what makes them old, and who is told."""

    name = "serving"
    verbose_name = "Serving"

    def ready(self) -> None:
        from serving import taken_back

        # After the last app that has tables, every table is there.
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        post_migrate.connect(_watch, sender=last, dispatch_uid="serving.changes")
        taken_back.connect()
