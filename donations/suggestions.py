"""Where a payment that was not placed by itself may belong, most certain first, and why.

Suggestions are for a person, who decides; nothing is ever booked by one. Names of pledges are
encrypted, so they are read of a bounded number of pledges only: those on the same account whose
amount is the payment's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

from django.db.models import DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from donations.communications import plain
from donations.models import Allocation, Appeal, BankEntry, Pledge
from donations.particulars import Particulars
from donations.references import check_digits
from donations.services.matching import EURO, unplaced
from supporters.models import Supporter

Kind, Rule = Allocation.Kind, Allocation.Rule
# As many as there are digits to choose them with.
MOST = 9
# Of those that nothing but the amount speaks for.
_MOST_BY_AMOUNT = 5
# How many names are decrypted, and how many gifts of a known account are looked at.
_CANDIDATES = 200
# How long after a gift a bank may still send it back unasked (SEPA: returns within days, recalls
# within 13 months); a gift that nothing but the amount speaks for is looked for in this time.
_RETURN_DAYS = 90
# Twelve digits, however a payer groups them.
_TWELVE_DIGITS = re.compile(r"(?<![0-9])(?:[0-9][\s/.*+-]{0,2}){11}[0-9](?![0-9])")
# How alike, in percent, a text and a communication, or two names, have to be.
_SIMILAR_TEXT, _SIMILAR_NAME = 70, 84
# How many words of a text are looked at, in runs.
_MOST_WORDS = 40


@dataclass
class Suggestion:
    """One place for a payment: a pledge, several, an appeal, or the gift that was sent back.

    ``score`` is 0 to 100 and only orders them; ``reasons`` are sentences in the active language.
    """

    rule: str
    score: int
    reasons: list[str] = field(default_factory=list)
    pledges: tuple[Pledge, ...] = ()
    appeal: Appeal | None = None
    # Whose gift it is where it is placed on an appeal: somebody who gave from this account before.
    supporter: Supporter | None = None
    gift: Allocation | None = None

    @property
    def pledge(self) -> Pledge | None:
        return self.pledges[0] if len(self.pledges) == 1 else None

    @property
    def key(self) -> str:
        """What a form sends to choose it."""
        if self.gift is not None:
            return f"gift-{self.gift.pk}"
        if self.appeal is not None:
            person = f"-{self.supporter.pk}" if self.supporter else ""
            return f"appeal-{self.appeal.pk}{person}"
        return "-".join(["pledge", *(str(pledge.pk) for pledge in self.pledges)])


def suggestions(entry: BankEntry) -> list[Suggestion]:
    """Return at most nine places for what is left of a payment; none for another currency."""
    left = unplaced(entry)
    if not left or entry.currency != EURO:
        return []
    clues = _Clues(entry, left, Particulars.from_text(entry.particulars))
    found = _Found()
    for search in _FOR_MONEY_IN if left > 0 else _FOR_MONEY_OUT:
        search(clues, found)
    return found.best()


@dataclass(frozen=True)
class _Clues:
    entry: BankEntry
    left: Decimal
    said: Particulars

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.said.structured_reference, self.said.text, self.said.end_to_end_reference)


class _Found:
    """Collects suggestions; one that is found twice has both reasons."""

    def __init__(self) -> None:
        self._by_key: dict[str, Suggestion] = {}

    def add(self, suggestion: Suggestion) -> None:
        known = self._by_key.setdefault(suggestion.key, suggestion)
        if known is suggestion:
            return
        known.reasons += [one for one in suggestion.reasons if one not in known.reasons]
        if suggestion.score > known.score:
            known.rule = suggestion.rule
        known.score = min(99, max(known.score, suggestion.score) + 1)

    def add_new(self, suggestion: Suggestion) -> None:
        """Add a weak one, unless there are better reasons for the same already."""
        self._by_key.setdefault(suggestion.key, suggestion)

    def add_pledge(self, pledge: Pledge, score: int, reason: str, rule: str) -> None:
        self.add(Suggestion(rule, score, [reason], pledges=(pledge,)))

    def best(self) -> list[Suggestion]:
        ordered = sorted(self._by_key.values(), key=lambda one: -one.score)[:MOST]
        _load(ordered)
        return ordered


def _load(chosen: list[Suggestion]) -> None:
    """Put whole pledges, with what a screen shows of them, in the place of the bare ones."""
    ids = {pledge.pk for one in chosen for pledge in one.pledges}
    related = ("appeal", "reward", "account", "earmark")
    whole = Pledge.objects.select_related(*related).in_bulk(ids)
    for one in chosen:
        one.pledges = tuple(whole[pledge.pk] for pledge in one.pledges if pledge.pk in whole)


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _bare_pledges() -> QuerySet[Pledge]:
    return Pledge.objects.defer("name")


def _on_account(entry: BankEntry) -> Q:
    shown = Q(account=entry.account_id)
    return shown | Q(account=None, appeal__account=entry.account_id)


def _of_amount(left: Decimal) -> Q:
    """Pledges of which exactly this is still to come; a monthly one is due each month."""
    once = Q(frequency=Pledge.Frequency.ONCE, amount_eur=F("received_eur") + left)
    return once | Q(frequency=Pledge.Frequency.MONTHLY, amount_eur=left)


def _fits(pledge: Pledge, left: Decimal) -> bool:
    due = pledge.amount_eur if pledge.frequency == Pledge.Frequency.MONTHLY else pledge.owed_eur
    return due == left


def _written(texts: Iterable[str]) -> Iterator[str]:
    """Yield each twelve digits that stand in the texts, whatever their check digits."""
    for text in texts:
        for match in _TWELVE_DIGITS.findall(text):
            yield "".join(character for character in match if character.isdecimal())


def _is_valid(digits: str) -> bool:
    return int(digits[10:]) == check_digits(int(digits[:10]))


def _named_numbers(clues: _Clues) -> set[int]:
    named = {int(digits[:10]) for digits in _written(clues.texts) if _is_valid(digits)}
    if clues.entry.reference_number is not None:
        named.add(clues.entry.reference_number)
    return named


def near_numbers(digits: str) -> dict[int, str]:
    """Return the numbers that twelve mistyped digits may mean, each with what went wrong.

    One digit is another ("wrong"), or two neighbours changed places ("swapped"). Modulus 97 finds
    both mistakes, so right digits are never one such mistake away from other right ones.
    """
    found: dict[int, str] = {}
    for at in range(len(digits) - 1):
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        if swapped != digits and _is_valid(swapped):
            found.setdefault(int(swapped[:10]), "swapped")
    for at in range(len(digits)):
        for digit in "0123456789":
            other = digits[:at] + digit + digits[at + 1 :]
            if digit != digits[at] and _is_valid(other):
                found.setdefault(int(other[:10]), "wrong")
    return found


def _by_communication(clues: _Clues, found: _Found) -> None:
    """Pledges that the payer named, one or several: together they may be the amount."""
    pledges = list(_bare_pledges().filter(reference_number__in=_named_numbers(clues))[:MOST])
    for pledge in pledges:
        found.add_pledge(
            pledge, 96, _("The payer wrote the communication of this promise."), Rule.REFERENCE
        )
    owing = [pledge for pledge in pledges if pledge.owed_eur]
    if len(owing) > 1 and sum(pledge.owed_eur for pledge in owing) == clues.left:
        reason = _(
            "The payer wrote the communications of all of them, and together they "
            "make up the amount."
        )
        found.add(Suggestion(Rule.REFERENCE, 98, [reason], pledges=tuple(owing)))


def _by_near_communication(clues: _Clues, found: _Found) -> None:
    near: dict[int, str] = {}
    for digits in _written(clues.texts):
        if not _is_valid(digits):
            near |= near_numbers(digits)
    reasons = {
        "swapped": _("The communication is that of this promise with two digits swapped."),
        "wrong": _("The communication is that of this promise with one wrong digit."),
    }
    for pledge in _bare_pledges().filter(reference_number__in=near):
        score = 92 if _fits(pledge, clues.left) else 62
        found.add_pledge(pledge, score, reasons[near[pledge.reference_number]], Rule.SIMILAR)


def _gifts_of_account(entry: BankEntry) -> QuerySet[Allocation]:
    gifts = Allocation.objects.filter(
        kind=Kind.GIFT, undone_at=None, entry__counterparty_hash=entry.counterparty_hash
    )
    return gifts.exclude(entry=entry).order_by("-on", "-pk")


def _by_account(clues: _Clues, found: _Found) -> None:
    """What whoever gave from this account before has promised, and what they gave to."""
    if not clues.entry.counterparty_hash:
        return
    earlier = _gifts_of_account(clues.entry).select_related("appeal", "supporter")[:_CANDIDATES]
    gifts = list(earlier)
    people = {gift.supporter_id for gift in gifts} - {None}
    paid = {gift.pledge_id for gift in gifts} - {None}
    theirs = _bare_pledges().filter(Q(supporter__in=people) | Q(pk__in=paid))
    waited_for = Q(status__in=Pledge.AWAITED) | Q(
        frequency=Pledge.Frequency.MONTHLY, status=Pledge.Status.PAID
    )
    late = Q(status__in=[Pledge.Status.EXPIRED, Pledge.Status.CANCELLED], amount_eur=clues.left)
    for pledge in theirs.filter(waited_for | late).order_by("-pk")[:_CANDIDATES]:
        if _fits(pledge, clues.left):
            reason = _("This account gave for the same person before, and the amount fits.")
            found.add_pledge(pledge, 94, reason, Rule.ACCOUNT_AMOUNT)
        else:
            reason = _("This account gave for the same person before.")
            found.add_pledge(pledge, 68, reason, Rule.BY_HAND)
    reason = _("This account gave to this appeal before.")
    for gift in list({gift.appeal_id: gift for gift in reversed(gifts)}.values())[-2:]:
        place = Suggestion(Rule.BY_HAND, 55, [reason], appeal=gift.appeal, supporter=gift.supporter)
        found.add(place)


def _by_appeal(clues: _Clues, found: _Found) -> None:
    """Appeals whose communication the payer may have meant, and those that the payer names."""
    said = " ".join(clues.texts)
    text = plain(said)
    if not text:
        return
    for appeal in Appeal.objects.filter(account=clues.entry.account_id):
        likeness = _likeness(appeal.communication, said)
        if likeness:
            reason = _("The text is like the communication of this appeal, “%(communication)s”.")
            reason %= {"communication": appeal.communication}
            score = 40 + likeness * 45 // 100
            found.add(Suggestion(Rule.SIMILAR, score, [reason], appeal=appeal))
        names = {plain(name) for name in (appeal.name_en, appeal.name_fr, appeal.name_nl)}
        if any(len(name) > 4 and name in text for name in names):
            reason = _("The payer named this appeal.")
            found.add(Suggestion(Rule.SIMILAR, 66, [reason], appeal=appeal))


def _likeness(communication: str, text: str) -> int:
    """Return how alike they are in percent, or 0 where that is too little to speak of.

    The most alike run of words counts: a payer may write more around the communication.
    """
    wanted = plain(communication)
    if not wanted:
        return 0
    said = [plain(word) for word in re.split(r"[\W_]+", text)[:_MOST_WORDS]]
    runs = ("".join(said[start:end]) for start, end in combinations(range(len(said) + 1), 2))
    likeness = max((fuzz.ratio(wanted, run) for run in runs), default=0)
    return int(likeness) if likeness >= _SIMILAR_TEXT else 0


def _by_amount(clues: _Clues, found: _Found) -> None:
    """Pledges of this amount: with a name like the payer's, or, a weak clue, without."""
    unpaid_late = Q(status__in=[Pledge.Status.EXPIRED, Pledge.Status.CANCELLED])
    pledges = Pledge.objects.filter(
        _on_account(clues.entry),
        _of_amount(clues.left),
        Q(status__in=Pledge.AWAITED) | unpaid_late,
        # Promised before the money left, or on that day.
        created_hour__date__lte=clues.entry.booked_on,
    )
    weak = 0
    said = _words(f"{clues.said.name} {clues.said.text}")
    for pledge in pledges.order_by("-created_hour", "-pk")[:_CANDIDATES]:
        alike = _name_likeness(_words(pledge.name), _words(clues.said.name), said)
        if alike:
            reason = _("The amount fits, and the names are alike.")
            score = 58 + (alike - _SIMILAR_NAME) - (0 if pledge.is_awaited else 5)
            found.add_pledge(pledge, score, reason, Rule.SIMILAR)
        elif pledge.is_awaited and weak < _MOST_BY_AMOUNT:
            weak += 1
            reason = _("The amount fits; nothing else speaks for it.")
            found.add_pledge(pledge, 30 - weak, reason, Rule.BY_HAND)


def _name_likeness(promised: str, payer: str, said: str) -> int:
    """Return how alike two names are, in percent, whatever the order of their words; else 0.

    A bank may add the second holder of the account, and the payer may write for whom it is.
    """
    if len(promised) < 3:
        return 0
    alike = fuzz.token_sort_ratio(promised, payer)
    if " " in promised and set(promised.split()) <= set(said.split()):
        alike = max(alike, 98)
    return int(alike) if alike >= _SIMILAR_NAME else 0


def _returned_by_communication(clues: _Clues, found: _Found) -> None:
    numbers = _named_numbers(clues)
    gifts = _gifts().filter(pledge__reference_number__in=numbers) if numbers else _gifts().none()
    for gift in gifts[:MOST]:
        reason = _("It names the communication of the promise that this gift was for.")
        score = 95 if gift.kept == -clues.left else 75
        found.add(Suggestion(Rule.REFERENCE, score, [reason], gift=gift))


def _returned_by_account(clues: _Clues, found: _Found) -> None:
    if not clues.entry.counterparty_hash:
        return
    gifts = _gifts().filter(
        entry__counterparty_hash=clues.entry.counterparty_hash, kept__gte=-clues.left
    )
    for gift in gifts[:MOST]:
        if gift.kept == -clues.left:
            reason = _(
                "This gift came from the account that the money went to, and the "
                "amount is the same."
            )
            found.add(Suggestion(Rule.ACCOUNT_AMOUNT, 90, [reason], gift=gift))
        else:
            reason = _("This gift came from the account that the money went to.")
            found.add(Suggestion(Rule.BY_HAND, 60, [reason], gift=gift))


def _returned_by_amount(clues: _Clues, found: _Found) -> None:
    since = clues.entry.booked_on - timedelta(days=_RETURN_DAYS)
    gifts = _gifts().filter(
        entry__account=clues.entry.account_id,
        kept=-clues.left,
        on__gte=since,
        on__lte=clues.entry.booked_on,
    )
    for place, gift in enumerate(gifts[:_MOST_BY_AMOUNT]):
        reason = _("The amount is the same; nothing else speaks for it.")
        found.add_new(Suggestion(Rule.BY_HAND, 30 - place, [reason], gift=gift))


def _gifts() -> QuerySet[Allocation]:
    """Gifts that can still be sent back, latest first; ``kept`` is what has not been yet."""
    sent_back = Coalesce(
        Sum("returns__amount", filter=Q(returns__undone_at=None)),
        Value(Decimal(0)),
        output_field=DecimalField(),
    )
    gifts = Allocation.objects.filter(kind=Kind.GIFT, undone_at=None)
    kept = gifts.annotate(kept=F("amount") + sent_back).filter(kept__gt=0)
    return kept.select_related("appeal", "pledge", "entry").order_by("-on", "-pk")


_FOR_MONEY_IN = (_by_communication, _by_near_communication, _by_account, _by_appeal, _by_amount)
_FOR_MONEY_OUT = (_returned_by_communication, _returned_by_account, _returned_by_amount)
