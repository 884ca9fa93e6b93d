"""Where the files of this machine's stores lie, for tests that look at them or spoil them."""

from pathlib import Path

from django.core.files.storage import storages


def dossier_path(name: str) -> Path:
    return Path(storages["dossiers"].path(name))


def export_path(file_name: str) -> Path:
    return Path(storages["exports"].path(f"{file_name}.zip"))
