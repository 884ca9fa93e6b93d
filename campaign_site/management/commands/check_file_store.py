"""Prove that the place of the files takes, returns, lists and deletes one, and is not public."""

import secrets
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from campaign_site.storage.configuration import ERASURES, PRIVATE

_PATIENCE_SECONDS = 10


class Command(BaseCommand):
    help = "Store a file in every private place of files, read it, list it and delete it again."
    requires_system_checks = ()

    def handle(self, **options: object) -> None:
        """Fails, with the name of the place, at the first thing that is not as it should be."""
        places = [name for name in (*PRIVATE, ERASURES) if name in settings.STORAGES]
        for place in places:
            try:
                self._try(place)
            except OSError as error:
                raise CommandError(f"{place}: {error}") from error
            self.stdout.write(f"{place}: stores, reads, lists and deletes.")

    def _try(self, place: str) -> None:
        store, name = storages[place], f"0-check-{secrets.token_hex(16)}"  # listed early
        content = secrets.token_bytes(1024)
        store.put(name, content)
        try:
            if store.get(name) != content:
                raise CommandError(f"{place}: what comes back is not what was stored.")
            if name not in store.names():
                raise CommandError(f"{place}: a file that is stored is not listed.")
            self._refuse_public(place, store, name)
        finally:
            store.delete(name)
        if store.exists(name):
            raise CommandError(f"{place}: a file that was deleted is still there.")

    def _refuse_public(self, place: str, store, name: str) -> None:
        address = getattr(store, "unsigned_url", None)
        if address is None:
            return
        try:
            with urlopen(address(name), timeout=_PATIENCE_SECONDS):  # noqa: S310 - the endpoint
                raise CommandError(f"{place}: anybody can read what is stored. Make it private.")
        except HTTPError as error:
            error.close()
        except URLError as error:
            raise CommandError(f"{place}: {error.reason}") from error
