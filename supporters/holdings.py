"""What each app holds about a person; the apps register here when they start.

``supporters`` never imports an action app, so it asks through this table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from supporters.models import Supporter


@dataclass(frozen=True)
class HeldItem:
    """One thing a person did: what it is, how it stands, where it can be changed or taken back."""

    title: str
    state: str
    url: str
    is_over: bool = False


_describers: dict[str, Callable[[Supporter], Iterable[HeldItem]]] = {}


def register(name: str, describe: Callable[[Supporter], Iterable[HeldItem]]) -> None:
    """Let ``describe`` answer for the app ``name``; registering again replaces."""
    _describers[name] = describe


def held_items(supporter: Supporter) -> list[HeldItem]:
    """Return everything the apps hold about ``supporter``, in the active language."""
    return [item for describe in _describers.values() for item in describe(supporter)]
