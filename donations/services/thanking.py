"""Thanks for money that has arrived: soon, but late enough for a slip to be undone before.

Nobody is thanked twice for one payment, whatever it is split into or moved to. Of monthly gifts
the first is thanked for, then one a year, with what came in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import override

from campaign_site import mail
from donations.mail_values import values_of_thanks
from donations.models import Allocation, BankEntry, Pledge
from supporters.mail_words import opening
from supporters.models import Supporter

# Between two thanks for one monthly gift; the twelfth instalment after a thanks brings the next.
_THANKS_FOR_MONTHLY_EVERY = timedelta(days=330)
# A mail that came back is sent anew for as long as it still makes sense to somebody.
_RECENT = timedelta(days=60)


@dataclass(frozen=True)
class Gift:
    """One line that somebody is thanked for, and how it stands to what they promised."""

    amount_eur: Decimal
    on: date
    appeal: object
    earmark: object | None
    circumstance: str
    pledge: Pledge | None
    # The payment page, absolute; empty without a promise.
    link: str

    @property
    def is_all(self) -> bool:
        """Whether nothing of the promise is missing, nor too much."""
        return self.circumstance in ("exact", "rest")

    @property
    def over_eur(self) -> Decimal:
        """How much more has come than was promised."""
        return max(self.pledge.received_eur - self.pledge.amount_eur, Decimal(0))

    @property
    def reward(self):
        """The reward whose delivery is asked about in a second mail, or None."""
        pledge = self.pledge
        if pledge is None or not pledge.holds_reward:
            return None
        return pledge.reward if pledge.reward.is_earned_by(pledge.received_eur) else None


def thank_later(allocation_ids: Iterable[int]) -> None:
    """Queue the thanks for these lines, ``THANKS_DELAY_SECONDS`` from now; in a transaction.

    Lines that are no gifts, undone, of nobody known or thanked for are passed over here already,
    and looked at again before the mail leaves. Calling again may queue more; one mail leaves.
    """
    from donations.gift_tasks import send_thanks

    lines = _to_thank_for().filter(pk__in=list(allocation_ids))
    arguments = [{"allocation_id": pk} for pk in lines.order_by("pk").values_list("pk", flat=True)]
    if not arguments:
        return
    delay = settings.THANKS_DELAY_SECONDS
    task = send_thanks.configure(schedule_in={"seconds": delay}) if delay else send_thanks
    task.batch_defer(*arguments)


def _to_thank_for() -> QuerySet:
    lines = Allocation.objects.filter(kind=Allocation.Kind.GIFT, undone_at=None, thanked_at=None)
    return lines.exclude(supporter=None)


@transaction.atomic
def thank_for(allocation_id: int) -> bool:
    """Mail the thanks for the payment that a line belongs to; return whether a mail left.

    All that the payment brought from this person stands in one mail. Nothing leaves for a line
    that was undone meanwhile, for a payment that was thanked for, or for an instalment between
    two thanks. Tasks for lines of one payment wait for each other. A worker that is killed between
    sending and noting it sends the mail once more.
    """
    line = _to_thank_for().filter(pk=allocation_id).select_related("supporter").first()
    if line is None or not line.supporter.email:
        return False
    BankEntry.objects.select_for_update(no_key=True).get(pk=line.entry_id)
    lines = _lines_of(line.entry_id, line.supporter)
    if not any(other.pk == line.pk for other in lines):
        return False
    if _was_thanked(line) or not _is_time_for(lines):
        return False
    _send(line.supporter, lines)
    Allocation.objects.filter(pk__in=[other.pk for other in lines]).update(
        thanked_at=timezone.now()
    )
    return True


def thank_anew(supporter_id: int) -> bool:
    """Send the last thanks of a person once more, after it came back; return whether it left."""
    since = timezone.now() - _RECENT
    thanked = Allocation.objects.filter(supporter=supporter_id, thanked_at__gte=since)
    line = thanked.filter(undone_at=None).select_related("supporter").order_by("thanked_at").last()
    if line is None or not line.supporter.email:
        return False
    _send(line.supporter, _lines_of(line.entry_id, line.supporter))
    return True


def _lines_of(entry_id: int, supporter: Supporter) -> list[Allocation]:
    lines = Allocation.objects.filter(
        entry=entry_id, supporter=supporter, kind=Allocation.Kind.GIFT, undone_at=None
    )
    joins = ("appeal", "pledge__reward", "pledge__earmark", "pledge__appeal", "entry__account")
    return list(lines.select_related(*joins).order_by("pk"))


def _was_thanked(line: Allocation) -> bool:
    """Whether this person was thanked for this payment, perhaps where it stood before."""
    same = Allocation.objects.filter(entry=line.entry_id, supporter=line.supporter_id)
    return same.exclude(thanked_at=None).exists()


def _is_time_for(lines: list[Allocation]) -> bool:
    """False when all there is are instalments, and each one's last thanks is not a year ago."""
    since = timezone.now() - _THANKS_FOR_MONTHLY_EVERY
    for line in lines:
        if line.circumstance != Allocation.Circumstance.INSTALMENT or line.pledge_id is None:
            return True
        if not Allocation.objects.filter(pledge=line.pledge_id, thanked_at__gte=since).exists():
            return True
    return False


def _send(supporter: Supporter, lines: list[Allocation]) -> None:
    pledge = next((line.pledge for line in lines if line.pledge_id), None)
    language = pledge.language if pledge else supporter.language
    with override(language):
        gifts = [_gift(line) for line in lines]
        values = values_of_thanks(pledge.name if pledge else "")
    mail.send(
        "gift_thanks",
        to=supporter.email,
        context={
            **opening("gift_thanks", language, values),
            "gifts": gifts,
            "total": sum(gift.amount_eur for gift in gifts),
            "rewards": list(dict.fromkeys(gift.reward for gift in gifts if gift.reward)),
            "in_the_year": _in_the_year(lines),
            "is_demo": any(line.entry.account.is_demo for line in lines),
        },
        language=language,
        reference=supporter.public_id.hex,
    )


def _gift(line: Allocation) -> Gift:
    pledge = line.pledge
    return Gift(
        amount_eur=line.amount,
        on=line.on,
        appeal=line.appeal,
        earmark=pledge.earmark if pledge else None,
        circumstance=line.circumstance,
        pledge=pledge,
        link=mail.absolute_url(pledge.get_absolute_url()) if pledge else "",
    )


def _in_the_year(lines: list[Allocation]) -> dict[str, object] | None:
    """What a monthly gift brought since its last thanks: number and sum; None for the first."""
    instalments = [
        line for line in lines if line.circumstance == Allocation.Circumstance.INSTALMENT
    ]
    if not instalments or instalments[0].pledge_id is None:
        return None
    of_pledge = Allocation.objects.filter(
        pledge=instalments[0].pledge_id, kind=Allocation.Kind.GIFT, undone_at=None
    )
    entry_id = instalments[0].entry_id
    thanked = of_pledge.exclude(thanked_at=None).exclude(entry=entry_id)
    last = thanked.order_by("on", "pk").last()
    if last is None:
        return None
    later = of_pledge.filter(on__gte=last.on).exclude(pk=last.pk)
    return {"number": later.count(), "sum": later.aggregate(sum=Sum("amount"))["sum"]}
