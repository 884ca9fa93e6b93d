"""What can be measured on this machine without asking the database."""

import platform
import shutil
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from watching import backups, certificate, error_rate
from watching.measures import Measure, Value, register, register_together

_BY_PLACE = ("place",)
_DISK = (
    Measure("campaign_disk_free_bytes", "Free room on the disk, by place.", _BY_PLACE, True),
    Measure("campaign_disk_free_ratio", "Free share of the disk, by place.", _BY_PLACE, True),
)


def _places() -> dict[str, Path]:
    """Where the site writes. Photos have no disk of ours where they go to object storage."""
    return {"local": Path(settings.LOCAL_DIR), "photos": Path(settings.PHOTO_ROOT)}


def _read_disk() -> dict[str, Value]:
    free: dict[tuple[str, ...], float] = {}
    share: dict[tuple[str, ...], float] = {}
    for name, folder in _places().items():
        try:
            space = shutil.disk_usage(folder)
        except FileNotFoundError:
            continue
        free[name,] = space.free
        share[name,] = space.free / space.total
    return {"campaign_disk_free_bytes": free, "campaign_disk_free_ratio": share}


def _build() -> Value:
    versions = (
        settings.RELEASE or "unnamed",
        platform.python_version(),
        version("django"),
        version("wagtail"),
    )
    return {versions: 1}


def register_measures() -> None:
    register_together(_DISK, _read_disk, needs_database=False)
    register(
        "campaign_certificate_days",
        "Days that the certificate of the site is still good for.",
        certificate.days_left,
        is_local=True,
        needs_database=False,
    )
    if settings.BACKUPS_HERE:
        register_together(backups.MEASURES, backups.read, needs_database=False)
    register_together((error_rate.RATIO, error_rate.SPOILED), error_rate.read, needs_database=False)
    register(
        "campaign_build",
        "Which version runs here; always 1.",
        _build,
        labels=("release", "python", "django", "wagtail"),
        is_local=True,
        needs_database=False,
    )
