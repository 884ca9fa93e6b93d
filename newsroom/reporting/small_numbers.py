"""Small numbers are not told: behind four people of one poster, each may be known.

The rule of the public pages (``events.crowd``, ``donations.totals``) holds for reports too, since
they are handed round: fewer than five are told as "fewer than 5", and no part of a whole is told
from which a smaller one could be worked out.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from campaign_site.templatetags.campaign import whole
from events.crowd import LEAST_COUNTED
from events.services.totals import OTHER, by_language


def told(number: int) -> str:
    """Return a number as a report writes it."""
    if 0 < number < LEAST_COUNTED:
        return _("fewer than %(least)d") % {"least": LEAST_COUNTED}
    return whole(number)


def is_told(number: int) -> bool:
    return number >= LEAST_COUNTED


def groups(numbers: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the parts of a whole that may be told, the largest first, each with its members.

    Parts too small to be told stand together as ``OTHER``; where even that would tell too much,
    there are none.
    """
    shown = by_language(numbers)
    alone = [name for name in shown if name != OTHER]
    rest = [name for name, number in numbers.items() if number and name not in alone]
    ordered = sorted(alone, key=lambda name: (-numbers[name], name))
    found = {name: [name] for name in ordered}
    if OTHER in shown:
        found[OTHER] = rest
    return found
