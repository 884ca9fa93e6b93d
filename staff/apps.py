from django.apps import AppConfig, apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


def _restore_groups(using: str, **kwargs) -> None:
    """Give every group its permissions again, once the database is migrated to the end."""
    from staff.groups import ensure_groups

    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        ensure_groups()


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        # Django makes an app's permissions when that app's own signal is sent, and it sends none
        # for apps without models: after the last that has some, every permission exists.
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        post_migrate.connect(_restore_groups, sender=last, dispatch_uid="staff.groups")
        from staff.login import watch
        from staff.members import holdings  # noqa: F401  # registers itself

        watch.connect()
        # What a member of staff holds is known to the app it belongs to.
        autodiscover_modules("hand_over")
