"""What each app holds about a person, hands out and erases; the apps register when they start.

``supporters`` never imports an action app, so it asks through this table.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from supporters.models import Supporter


@dataclass(frozen=True)
class HeldItem:
    """One thing a person did: what it is, how it stands, where it can be changed or taken back.

    ``action`` is what the link to ``url`` is called, empty for the usual words. ``notes`` say
    what can no longer be undone, and what must be kept and until when.
    """

    title: str
    state: str
    url: str
    is_over: bool = False
    action: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """What a person takes along: ``rows`` that JSON can hold, and files by name.

    The bytes of a file are read when its turn comes, so that there is one in memory at a time.
    """

    rows: list[dict[str, object]]
    files: Iterable[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Kept:
    """Something that stays when a person is erased: what, why, and until which day."""

    what: str
    reason: str
    until: date


@dataclass
class Erasure:
    """What was erased and what is kept, in sentences for the person."""

    erased: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def add(self, other: "Erasure") -> None:
        self.erased += other.erased
        self.kept += other.kept


@dataclass(frozen=True)
class Holdings:
    """How one app answers for what it holds about a person; sentences in the active language.

    ``erase`` runs inside the transaction that erases the person, sends no mail, and leaves no row
    that refers to them; erasing again changes nothing.
    """

    describe: Callable[[Supporter], Iterable[HeldItem]]
    export: Callable[[Supporter], Export]
    erase: Callable[[Supporter], Erasure]


_holdings: dict[str, Holdings] = {}


def register(name: str, holdings: Holdings) -> None:
    """Let ``holdings`` answer for ``name``, which is also its key in the export.

    Registering again replaces.
    """
    _holdings[name] = holdings


def held_items(supporter: Supporter) -> list[HeldItem]:
    """Return everything the apps hold about ``supporter``, in the active language."""
    return [item for held in _holdings.values() for item in held.describe(supporter)]


def exports(supporter: Supporter) -> Iterator[tuple[str, Export]]:
    """Yield what each app hands out, under the name it registered with."""
    for name, held in _holdings.items():
        yield name, held.export(supporter)


def erase_all(supporter: Supporter) -> Erasure:
    """Let each app erase what it holds; inside a transaction. Return what they say."""
    result = Erasure()
    for held in _holdings.values():
        result.add(held.erase(supporter))
    return result
