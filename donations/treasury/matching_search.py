"""Promises that a treasurer looks for: by communication, email address, amount or name."""

from contextlib import suppress

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz

from donations.amounts import AmountError, read_euros
from donations.communications import plain
from donations.models import BankEntry, Pledge
from donations.references import read_communication
from supporters.services import find_supporter

MOST = 20
# Names are encrypted: so many promises at most are read to find one by its name.
_NAMES_READ = 500
_SIMILAR = 85


def find_pledges(text: str, entry: BankEntry) -> list[Pledge]:
    """Return at most twenty promises that ``text`` may mean, the newest first.

    A whole communication or an email address is looked for among all of them; an amount and a name
    among those on the account of the payment that are waited for, expired or taken back.
    """
    text = " ".join(text.split())
    pledges = Pledge.objects.select_related("appeal", "reward", "account", "earmark")
    with suppress(ValueError):
        return list(pledges.filter(reference_number=read_communication(text)))
    if "@" in text:
        person = find_supporter(text)
        return list(pledges.filter(supporter=person).order_by("-pk")[:MOST]) if person else []
    near = pledges.filter(
        Q(account=entry.account_id) | Q(account=None, appeal__account=entry.account_id)
    ).order_by("-pk")
    try:
        return list(near.filter(amount_eur=read_euros(text))[:MOST])
    except AmountError:
        return _by_name(text, near)


def _by_name(text: str, pledges: QuerySet[Pledge]) -> list[Pledge]:
    wanted = plain(text)
    if len(wanted) < 2:
        return []
    ended = (Pledge.Status.EXPIRED, Pledge.Status.CANCELLED)
    open_ones = pledges.filter(status__in=[*Pledge.AWAITED, *ended])[:_NAMES_READ]
    named = [(pledge, plain(pledge.name)) for pledge in open_ones]
    within = [pledge for pledge, name in named if wanted in name]
    alike = [
        pledge
        for pledge, name in named
        if name and wanted not in name and fuzz.ratio(wanted, name) >= _SIMILAR
    ]
    return [*within, *alike][:MOST]
