"""What the screens of matching say about payments, promises and what follows."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign_site.templatetags.campaign import NARROW_SPACE, NO_BREAK_SPACE, day, euros
from donations.models import Allocation, BankEntry, Pledge
from donations.services.automatic import circumstance_of
from donations.services.matching import EURO

Circumstance, Kind = Allocation.Circumstance, Allocation.Kind
Obstacle = BankEntry.Obstacle

# Why a payment was not placed by itself, in a sentence.
_OBSTACLES = {
    Obstacle.NO_REFERENCE: gettext_lazy("The payer wrote no communication of ours."),
    Obstacle.BAD_CHECK: gettext_lazy(
        "The check digits of the communication are wrong: a digit was mistyped."
    ),
    Obstacle.TWO_REFERENCES: gettext_lazy("The payer wrote more than one communication."),
    Obstacle.UNKNOWN_REFERENCE: gettext_lazy(
        "The communication is well formed, but we never gave it to anybody."
    ),
    Obstacle.CURRENCY: gettext_lazy(
        "It is not in euros, so it cannot be counted as a gift. It stays in the ledger as it is."
    ),
    Obstacle.RETURN: gettext_lazy("The bank sent money back."),
    Obstacle.MONEY_OUT: gettext_lazy("Money went out of the account."),
}


def money(amount: Decimal, currency: str) -> str:
    """An amount as the reader's language writes it, with a minus sign for money that went out."""
    size = abs(amount)
    cents = size.quantize(Decimal("0.01"))
    exact = cents if cents == size else size
    text = euros(size) if currency == EURO else f"{exact:f}{NO_BREAK_SPACE}{currency}"
    return f"−{NARROW_SPACE}{text}" if amount < 0 else text


def why(entry: BankEntry, *, was_undone: bool) -> str:
    """Say why a payment waits for a person."""
    if was_undone:
        return _("It had been placed, and that was undone.")
    return str(_OBSTACLES.get(entry.obstacle) or _("Nothing says where it belongs."))


def name_of(pledge: Pledge) -> str:
    return pledge.name or _("a person who was erased")


def pledge_facts(pledge: Pledge) -> list[str]:
    """What tells one promise from another: appeal, amount, day, how it stands."""
    amount = euros(pledge.amount_eur)
    if pledge.frequency == Pledge.Frequency.MONTHLY:
        amount = _("%(amount)s every month") % {"amount": amount}
    facts = [
        pledge.appeal.name,
        amount,
        _("promised on %(day)s") % {"day": day(pledge.created_hour)},
    ]
    if pledge.status != Pledge.Status.PROMISED:
        facts.append(pledge.get_status_display())
    if pledge.received_eur:
        facts.append(_("%(amount)s received") % {"amount": euros(pledge.received_eur)})
    if pledge.reward:
        facts.append(_("with %(reward)s") % {"reward": pledge.reward.name})
    return facts


def follows(pledge: Pledge, amount: Decimal) -> str:
    """Say how the promise stands once ``amount`` is placed on it."""
    circumstance = circumstance_of(pledge, amount)
    difference = euros(abs(pledge.amount_eur - pledge.received_eur - amount))
    sentences = {
        Circumstance.EXACT: _("The promise is then received in full."),
        Circumstance.PART: _("Of the promise, %(difference)s is then still open."),
        Circumstance.REST: _("It is the rest: the promise is then received in full."),
        Circumstance.OVER: _("That is %(difference)s more than was promised."),
        Circumstance.DOUBLE: _("This promise is received already: the gift counts, as a second."),
        Circumstance.LATE: _("Nobody waits for this promise any more: the gift counts, late."),
        Circumstance.INSTALMENT: _("It counts as one of the monthly gifts."),
        Circumstance.ERASED: _(
            "The donor was erased: the gift counts, and what the bank says of the payer is erased "
            "for good."
        ),
    }
    return sentences[circumstance] % {"difference": difference}


def placed(line: Allocation) -> str:
    """Say in a few words where a line of the ledger went."""
    if line.kind == Kind.SUSPENSE:
        return _("not placed yet")
    if line.kind == Kind.OTHER:
        return _("not a gift")
    if line.pledge is not None:
        where = _("promise %(communication)s, %(appeal)s") % {
            "communication": line.pledge.communication,
            "appeal": line.appeal.name,
        }
    else:
        where = line.appeal.name
    if line.kind == Kind.RETURN:
        return _("sent back: %(where)s") % {"where": where}
    return where


def done(entry: BankEntry, lines: list[Allocation]) -> str:
    """Say what was just placed, and how it stands."""
    parts = [
        (
            _("%(amount)s: %(where)s (%(how)s).")
            if line.circumstance
            else _("%(amount)s: %(where)s.")
        )
        % {
            "amount": money(line.amount, entry.currency),
            "where": placed(line),
            "how": line.get_circumstance_display(),
        }
        for line in lines
    ]
    return " ".join(parts)
