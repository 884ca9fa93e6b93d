"""What a member of staff holds when they leave, and how it passes to somebody else.

Apps say so in a module ``hand_over`` of their own, which is found when the site starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser


class Piece(NamedTuple):
    """One thing that somebody holds: what it is called, and where it is seen."""

    label: str
    url: str = ""


def _anybody(user: AbstractBaseUser) -> bool:
    return True


def allowed(permission: str) -> Callable[[AbstractBaseUser], bool]:
    """Say that only those take something over who hold ``permission``."""
    return lambda user: user.has_perm(permission)


@dataclass(frozen=True)
class Holding:
    """One kind of thing that a member of staff may hold.

    ``pieces`` lists what ``user`` holds of it. ``pass_on`` gives all of that to somebody else who
    ``may_take`` it over; ``end`` stops it where nobody can take it over. With neither, it
    stays as it is. ``note`` tells which, as a sentence. Both run in the transaction in which the
    account is closed, return how many there were, and do nothing when they run again.
    """

    key: str
    label: str
    note: str
    pieces: Callable[[AbstractBaseUser], Iterable[Piece]]
    pass_on: Callable[[AbstractBaseUser, AbstractBaseUser], int] | None = None
    end: Callable[[AbstractBaseUser], int] | None = None
    may_take: Callable[[AbstractBaseUser], bool] = _anybody


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Ask about ``holding`` whenever somebody leaves. Safe to repeat."""
    _holdings[holding.key] = holding


def holdings() -> list[Holding]:
    return list(_holdings.values())
