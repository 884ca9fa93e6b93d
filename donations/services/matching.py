"""People place payments: on a promise, on an appeal, as money sent back, as none of these.

Every verb holds the payment's row, undoes lines of the ledger and adds others that amount to the
same, so that the sum of the ledger stays the sum of the statements, and can itself be undone.
``seen`` is the newest line that the reader had before them (``newest_line``): whoever decides on
what has changed meanwhile is told so, and nothing is changed. ``obstacle`` stays as the import left
it, since it tells why a payment was not placed by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from donations.models import Allocation, Appeal, BankEntry, Pledge
from donations.services.automatic import circumstance_of
from donations.services.errors import DonationError
from donations.services.ledger import settle
from donations.services.rewarding import arrange_after_payment, release_reward
from donations.services.thanking import thank_later
from supporters.models import Supporter

Kind, Rule, Circumstance = Allocation.Kind, Allocation.Rule, Allocation.Circumstance
State = BankEntry.State
EURO = "EUR"
_NOTHING = Decimal(0)
# An erasure locks the person before what they gave; in another order two would wait for each other.
_KEEP_PEOPLE = """
SELECT id FROM supporters_supporter
WHERE id IN (SELECT supporter_id FROM donations_pledge WHERE id = ANY(%s)) OR id = %s
ORDER BY id FOR KEY SHARE
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a part of a payment goes; ``amount`` is signed, in the currency of the payment.

    A gift or its return has a pledge, whose appeal it takes, or an appeal alone.
    """

    kind: str
    amount: Decimal
    pledge: Pledge | None = None
    appeal: Appeal | None = None
    supporter: Supporter | None = None
    returned_gift: Allocation | None = None


def newest_line(entry: BankEntry) -> int:
    """Return the number of the newest line of a payment that stands; 0 where there is none."""
    return max((line.pk for line in _standing(entry)), default=0)


def unplaced(entry: BankEntry) -> Decimal:
    """Return how much of a payment nobody has placed yet, signed, in its currency."""
    return sum((line.amount for line in _standing(entry) if line.kind == Kind.SUSPENSE), _NOTHING)


@transaction.atomic
def place(
    *,
    entry: BankEntry,
    lines: Sequence[Line],
    by: AbstractBaseUser | None,
    rule: str = Rule.BY_HAND,
    seen: int | None = None,
) -> BankEntry:
    """Put a payment where ``lines`` say, in place of all that stood; the rest is to be placed.

    Thanks and the question about a reward follow. Raises ``DonationError`` when the lines are more
    than the payment, or no gift in euros can be made of it.
    """
    pledges = [line.pledge for line in lines if line.pledge]
    held, standing = _hold(entry, seen, pledges=pledges)
    return _rewrite(held, standing, lines, by=by, rule=rule, action="donations.place")


@transaction.atomic
def place_rest(
    *,
    entry: BankEntry,
    lines: Sequence[Line],
    by: AbstractBaseUser | None,
    rule: str = Rule.BY_HAND,
    seen: int | None = None,
) -> BankEntry:
    """Put what is left of a payment where ``lines`` say; what is placed already stays.

    Raises ``DonationError`` when the lines are more than what is left.
    """
    pledges = [line.pledge for line in lines if line.pledge]
    held, standing = _hold(entry, seen, pledges=pledges)
    _part(standing, None)
    suspense = [line for line in standing if line.kind == Kind.SUSPENSE]
    return _rewrite(held, suspense, lines, by=by, rule=rule, action="donations.place")


@transaction.atomic
def place_on_pledge(
    *,
    entry: BankEntry,
    pledge: Pledge,
    by: AbstractBaseUser | None,
    rule: str = Rule.BY_HAND,
    amount: Decimal | None = None,
    seen: int | None = None,
) -> BankEntry:
    """Put what is left of a payment, or ``amount`` of it, on a pledge.

    Of a payment for several pledges the lines are placed one after the other. Money for somebody
    who was erased is booked, and what the bank says of the payer is erased with it, for good.
    """
    held, standing = _hold(entry, seen, pledges=[pledge])
    line = Line(Kind.GIFT, _part(standing, amount), pledge=pledge)
    return _add(held, standing, line, by=by, rule=rule, action="donations.place")


@transaction.atomic
def place_on_appeal(
    *,
    entry: BankEntry,
    appeal: Appeal,
    by: AbstractBaseUser | None,
    rule: str = Rule.BY_HAND,
    amount: Decimal | None = None,
    supporter: Supporter | None = None,
    seen: int | None = None,
) -> BankEntry:
    """Book what is left of a payment, or ``amount`` of it, as a gift without a promise."""
    held, standing = _hold(entry, seen, supporter_id=supporter and supporter.pk)
    person = Supporter.objects.filter(pk=supporter.pk).first() if supporter else None
    line = Line(Kind.GIFT, _part(standing, amount), appeal=appeal, supporter=person)
    return _add(held, standing, line, by=by, rule=rule, action="donations.place")


@transaction.atomic
def place_return(
    *,
    entry: BankEntry,
    original: Allocation,
    by: AbstractBaseUser | None,
    amount: Decimal | None = None,
    seen: int | None = None,
) -> BankEntry:
    """Say which gift the money that went out takes back; its pledge is not paid any more.

    ``amount``, negative, is a part of the payment. A reward that was set aside for a gift that came
    back in full is free again. Raises ``DonationError`` when the gift was undone meanwhile, or is
    less than what goes back.
    """
    held, standing = _hold(entry, seen, supporter_id=original.supporter_id)
    gift = _still_given(original)
    sent_back = _part(standing, amount)
    if sent_back < 0 and -sent_back > gift.amount - _sent_back_of(gift):
        raise DonationError(_("This is more than is left of the gift. Place a part of it."))
    line = Line(Kind.RETURN, sent_back, gift.pledge, gift.appeal, gift.supporter, gift)
    return _add(held, standing, line, by=by, rule=Rule.BY_HAND, action="donations.return")


@transaction.atomic
def set_not_a_gift(
    *, entry: BankEntry, by: AbstractBaseUser | None, seen: int | None = None
) -> BankEntry:
    """Say that what is left of a payment is no gift: bank costs, a transfer of our own, a sale."""
    held, standing = _hold(entry, seen)
    line = Line(Kind.OTHER, _part(standing, None))
    return _add(held, standing, line, by=by, rule=Rule.BY_HAND, action="donations.not_a_gift")


@transaction.atomic
def set_unmatched(
    *, entry: BankEntry, by: AbstractBaseUser | None, seen: int | None = None
) -> BankEntry:
    """Put a payment that nobody can place out of the way; it stays in the ledger as it is."""
    held, standing = _hold(entry, seen)
    if held.state != State.TO_MATCH:
        raise _placed()
    suspense = [line for line in standing if line.kind == Kind.SUSPENSE]
    return _rewrite(
        held, suspense, (), by=by, rule="", action="donations.unmatched", rest=State.UNMATCHED
    )


@transaction.atomic
def undo(*, entry: BankEntry, by: AbstractBaseUser | None, seen: int | None = None) -> BankEntry:
    """Take every line of a payment back, whoever or whatever placed it: it is to be matched again.

    Raises ``DonationError`` when nothing is decided, or when a gift was sent back meanwhile.
    """
    held, standing = _hold(entry, seen)
    if held.state == State.TO_MATCH and all(line.kind == Kind.SUSPENSE for line in standing):
        raise DonationError(_("Nothing is decided about this payment that could be undone."))
    return _rewrite(held, standing, (), by=by, rule="", action="donations.undo")


def _standing(entry: BankEntry) -> list[Allocation]:
    return list(entry.allocations.filter(undone_at=None).order_by("pk"))


def _hold(
    entry: BankEntry,
    seen: int | None,
    *,
    pledges: Iterable[Pledge] = (),
    supporter_id: int | None = None,
) -> tuple[BankEntry, list[Allocation]]:
    """Lock a payment and return it as it is now, with the lines that stand.

    Of the people whose gift it is to be, whoever is being erased is waited for first: they are
    gone then, and their gift is booked without them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_PEOPLE, [[pledge.pk for pledge in pledges], supporter_id])
    held = BankEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if held.state == State.BATCH:
        raise DonationError(_("This is a batch of payments: place each of its parts."))
    standing = _standing(held)
    if seen is not None and seen != max((line.pk for line in standing), default=0):
        raise DonationError(
            _("Somebody else has decided on this payment meanwhile. Nothing was changed.")
        )
    return held, standing


def _part(standing: Iterable[Allocation], amount: Decimal | None) -> Decimal:
    """Return ``amount``, else all that is left; there must be something left."""
    left = sum((line.amount for line in standing if line.kind == Kind.SUSPENSE), _NOTHING)
    if not left:
        raise _placed()
    return left if amount is None else amount


def _placed() -> DonationError:
    return DonationError(
        _("This payment is placed already. To place it elsewhere, undo that first.")
    )


def _still_given(original: Allocation) -> Allocation:
    """Lock a gift, so that nobody undoes it while its return is booked."""
    gifts = Allocation.objects.select_for_update(no_key=True).filter(kind=Kind.GIFT, undone_at=None)
    gift = gifts.filter(pk=original.pk).first()
    if gift is None:
        raise DonationError(_("This gift was undone meanwhile. Nothing was changed."))
    return gift


def _sent_back_of(gift: Allocation) -> Decimal:
    returns = gift.returns.filter(undone_at=None)
    return -(returns.aggregate(amount=Sum("amount"))["amount"] or _NOTHING)


def _add(held, standing, line, **values) -> BankEntry:
    """Put one line in place of what was not placed yet; what is placed stays."""
    suspense = [one for one in standing if one.kind == Kind.SUSPENSE]
    return _rewrite(held, suspense, [line], **values)


def _rewrite(
    entry: BankEntry,
    old: Sequence[Allocation],
    new: Sequence[Line],
    *,
    by: AbstractBaseUser | None,
    rule: str,
    action: str,
    rest: str = State.TO_MATCH,
) -> BankEntry:
    """Undo the ``old`` lines of a payment that is locked and add ``new`` ones of the same sum."""
    free = sum((line.amount for line in old), _NOTHING)
    _refuse(entry, free, new)
    _refuse_what_was_sent_back(old)
    concerned = {line.pledge_id for line in old} | {line.pledge and line.pledge.pk for line in new}
    pledge_ids = concerned - {None}
    # In the order of their numbers, as everybody takes them.
    locked = Pledge.objects.filter(pk__in=pledge_ids).order_by("pk")
    list(locked.select_for_update(no_key=True).values("pk"))
    now = timezone.now()
    Allocation.objects.filter(pk__in=[line.pk for line in old]).update(undone_at=now, undone_by=by)
    settle(pledge_ids)
    pledges = Pledge.objects.defer("name").in_bulk(pledge_ids)
    made = [_write(entry, line, pledges, by=by, rule=rule) for line in new]
    left = free - sum((line.amount for line in new), _NOTHING)
    if left:
        _write(entry, Line(Kind.SUSPENSE, left), pledges, by=by, rule="")
    entry.state = rest if left else _state_of(entry)
    entry.save(update_fields=["state"])
    settle(pledge_ids)
    _refuse_more_sent_back_than_given(pledge_ids)
    log(instance=entry, action=action, user=by, data=_log_data(made))
    _follow_up(made, pledge_ids)
    return entry


def _refuse(entry: BankEntry, free: Decimal, lines: Sequence[Line]) -> None:
    """Raise ``DonationError`` when these lines cannot be made of what is free of a payment."""
    sign = 1 if entry.amount > 0 else -1
    for line in lines:
        if line.kind in {Kind.GIFT, Kind.RETURN} and entry.currency != EURO:
            raise DonationError(
                _("Gifts are counted in euros. This payment stays as one in another currency.")
            )
        if line.kind == Kind.GIFT and entry.amount < 0:
            raise DonationError(_("This money went out, so it cannot be a gift."))
        if line.kind == Kind.RETURN and entry.amount > 0:
            raise DonationError(_("This money came in, so no gift was sent back with it."))
        if line.amount * sign <= 0:
            raise DonationError(_("Each part has to be more than nothing."))
    if sum((line.amount for line in lines), _NOTHING) * sign > free * sign:
        raise DonationError(_("This is more than what is left of the payment."))


def _refuse_what_was_sent_back(old: Iterable[Allocation]) -> None:
    """Lock the gifts that are to be undone, and raise when one of them went back to its donor."""
    gifts = [line.pk for line in old if line.kind == Kind.GIFT]
    list(Allocation.objects.select_for_update(no_key=True).filter(pk__in=gifts).order_by("pk"))
    if Allocation.objects.filter(returned_gift__in=gifts, undone_at=None).exists():
        raise DonationError(_("This gift was sent back. Undo the return first."))


def _refuse_more_sent_back_than_given(pledge_ids: Iterable[int]) -> None:
    if Pledge.objects.filter(pk__in=pledge_ids, received_eur__lt=0).exists():
        raise DonationError(
            _(
                "More would have been sent back for this promise than was given. Undo "
                "the return first."
            )
        )


def _write(
    entry: BankEntry,
    line: Line,
    pledges: dict[int, Pledge],
    *,
    by: AbstractBaseUser | None,
    rule: str,
) -> Allocation:
    """Add one line. The pledges are those that are locked; what they have received moves on."""
    pledge = pledges[line.pledge.pk] if line.pledge else None
    if pledge is not None:
        line = replace(line, appeal=pledge.appeal, supporter=pledge.supporter)
    circumstance = _circumstance(line, pledge)
    if pledge is not None:
        pledge.received_eur += line.amount
    if circumstance == Circumstance.ERASED:
        BankEntry.objects.filter(pk=entry.pk).forget_payer()
    return Allocation.objects.create(
        entry=entry,
        kind=line.kind,
        amount=line.amount,
        pledge=pledge,
        appeal=line.appeal,
        supporter=line.supporter,
        returned_gift=line.returned_gift,
        rule=rule,
        circumstance=circumstance,
        on=entry.booked_on,
        made_by=by,
    )


def _circumstance(line: Line, pledge: Pledge | None) -> str:
    if line.kind == Kind.RETURN:
        return Circumstance.RETURNED
    if line.kind != Kind.GIFT:
        return ""
    return Circumstance.FREE if pledge is None else circumstance_of(pledge, line.amount)


def _state_of(entry: BankEntry) -> str:
    """How a payment stands that is placed in full: no gift only where none of it is one."""
    kinds = entry.allocations.filter(undone_at=None).values_list("kind", flat=True)
    return State.NOT_A_GIFT if set(kinds) <= {Kind.OTHER} else State.MATCHED


def _log_data(made: Iterable[Allocation]) -> dict[str, object]:
    """What the log keeps: numbers of pledges and appeals, nobody's name."""
    lines = [
        {"kind": line.kind, "amount": str(line.amount), "pledge": line.pledge_id}
        | ({"appeal": line.appeal_id} if line.appeal_id else {})
        for line in made
    ]
    return {"lines": lines} if lines else {}


def _follow_up(made: Sequence[Allocation], pledge_ids: set[int]) -> None:
    """Thank, ask about rewards, and free those that nothing pays for any more."""
    thanked = [line.pk for line in made if line.kind == Kind.GIFT and line.supporter_id]
    if thanked:
        thank_later(thanked)
    if pledge_ids:
        arrange_after_payment(sorted(pledge_ids))
    over = Pledge.objects.filter(Q(status=Pledge.Status.RETURNED) | ~Q(ended=""), holds_reward=True)
    for pledge_id in over.filter(pk__in=pledge_ids).order_by("pk").values_list("pk", flat=True):
        release_reward(pledge_id)
