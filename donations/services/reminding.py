"""Reminders of promises that no money came for, and the end of those that nobody waits for.

A reminder goes out only where the bank says that nothing came: while no statement of the account
has been read lately, we cannot know, and write to nobody. A promise that expires is told to
nobody: nothing is asked of its donor any more, and money that comes all the same is booked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from campaign_site import links, mail
from campaign_site.hours import this_hour
from donations.mail_values import values_of_pledge
from donations.models import (
    PLEDGE_LIFETIME,
    Allocation,
    BankAccount,
    BankEntry,
    BankStatement,
    Pledge,
)
from donations.payment_details import account_for
from donations.services.ledger import settle
from supporters.mail_words import opening
from supporters.models import Supporter

# Days after the promise; banks take up to three working days, people longer.
FIRST_AFTER = timedelta(days=14)
SECOND_AFTER = timedelta(days=35)
# A second reminder leaves so long after the first at the earliest, however late that was.
BETWEEN_REMINDERS = timedelta(days=14)
# Nobody gets two reminders in this time, of whatever promises.
_ONE_A_DAY = timedelta(hours=20)
# The bank was read at least so long after the promise, and at most so long ago.
_BANK_READ_AFTER = timedelta(days=4)
_BANK_READ_WITHIN = timedelta(days=5)
_BATCH = 200

STOP_PURPOSE = "reminder-stop"


@dataclass(frozen=True)
class HeldBack:
    """Reminders that wait for a statement of ``account``, read until ``read_until`` (or never)."""

    account: BankAccount
    number: int
    read_until: date | None


def read_until() -> dict[int, date]:
    """Return for each account the last day of which the bank's booked statements tell.

    A quiet account has statements whose closing day comes after their last entry, or that have
    no entry at all.
    """
    told: dict[int, date] = {}
    days = (
        BankStatement.objects.order_by()
        .values("account")
        .annotate(day=Max(Greatest("last_booked_on", "closing_on"))),
        BankEntry.objects.order_by().values("account").annotate(day=Max("booked_on")),
    )
    for rows in days:
        for row in rows:
            if row["day"]:
                told[row["account"]] = max(row["day"], told.get(row["account"], row["day"]))
    return told


def _gave_since() -> Exists:
    """Whether the person of a pledge gave anything on the day of the promise or later."""
    return Exists(
        Allocation.objects.filter(
            supporter=OuterRef("supporter"),
            kind=Allocation.Kind.GIFT,
            undone_at=None,
            on__gte=OuterRef("created_hour__date"),
        )
    )


def _may_be_here() -> Exists:
    """Whether a payment of this amount waits for a person to say whose it is."""
    return Exists(
        BankEntry.objects.filter(
            state=BankEntry.State.TO_MATCH,
            account=OuterRef("payee_id"),
            currency="EUR",
            amount=OuterRef("amount_eur"),
            booked_on__gte=OuterRef("created_hour__date"),
        )
    )


def _unpaid() -> QuerySet:
    """Single promises of people who may be reminded, gave nothing since, and whose money is not
    among what is to be matched, as far as the amount tells.
    """
    today = timezone.localdate()
    unpaid = Pledge.objects.filter(
        Q(appeal__closes_on=None) | Q(appeal__closes_on__gte=today),
        Q(expires_on=None) | Q(expires_on__gte=today),
        status=Pledge.Status.PROMISED,
        ended="",
        frequency=Pledge.Frequency.ONCE,
        wants_reminders=True,
        appeal__is_closed=False,
    ).exclude(supporter=None)
    told = unpaid.annotate(payee_id=Coalesce("account", "appeal__account"))
    return told.exclude(_gave_since()).exclude(_may_be_here())


def _due(now: datetime) -> QuerySet:
    first = Q(reminder_count=0, created_hour__lte=now - FIRST_AFTER)
    second = Q(
        reminder_count=1,
        created_hour__lte=now - SECOND_AFTER,
        reminded_at__lte=now - BETWEEN_REMINDERS,
    )
    return _unpaid().filter(first | second).exclude(payee_id=None)


def _knows(day: date | None, now: datetime) -> Q:
    """Pledges of which a bank that was read until ``day`` knows that nothing came."""
    if day is None or day < timezone.localdate(now) - _BANK_READ_WITHIN:
        return Q(pk__in=[])
    return Q(created_hour__date__lte=day - _BANK_READ_AFTER)


def remind_due(now: datetime) -> int:
    """Queue the reminders that are due; return how many. Safe to run twice, also at once.

    One promise of a person at a time; a promise that another run has taken is passed over.
    """
    number = 0
    for account, day in read_until().items():
        known = _due(now).filter(_knows(day, now), payee_id=account)
        done: set[int] = set()
        while taken := _take(known.exclude(supporter__in=_reminded_lately(now)), done):
            number += len(taken)
    return number


def _reminded_lately(now: datetime) -> QuerySet:
    lately = Pledge.objects.filter(reminded_at__gt=now - _ONE_A_DAY).exclude(supporter=None)
    return lately.values("supporter")


@transaction.atomic
def _take(due: QuerySet, done: set[int]) -> list[int]:
    """Count and queue a reminder of up to a batch of pledges, one a person; return their numbers.

    ``done`` are the people who had their turn in this run, and grows.
    """
    from donations.gift_tasks import send_pledge_reminder

    locked = (
        due.exclude(supporter__in=done)
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    chosen = {}
    for pledge in locked[:_BATCH]:
        if pledge.supporter_id not in done:
            done.add(pledge.supporter_id)
            chosen[pledge.pk] = pledge
    # The moment of sending is noted by the task; until then none is.
    Pledge.objects.filter(pk__in=chosen).update(
        reminder_count=F("reminder_count") + 1, reminded_at=None
    )
    if chosen:
        send_pledge_reminder.batch_defer(*({"pledge_id": pk} for pk in chosen))
    return list(chosen)


@transaction.atomic
def remind(pledge_id: int) -> bool:
    """Mail the reminder that ``remind_due`` counted; return whether it left.

    Looks again whether there is anything to remind of: money may have come since. Mails to one
    person wait for each other; the second of a day is put off until the next run, and so is one
    for which no account takes gifts. A worker that is killed between sending and noting it sends
    the mail once more.
    """
    counted = _unpaid().filter(reminder_count__gt=0, reminded_at=None, pk=pledge_id)
    pledge = counted.select_related("supporter", "appeal__account", "account").first()
    if pledge is None or not pledge.supporter.email or pledge.payee is None:
        return False
    Supporter.objects.select_for_update(no_key=True).get(pk=pledge.supporter_id)
    if not counted.filter(reminder_count=pledge.reminder_count).exists():
        return False
    people = _reminded_lately(timezone.now())
    account = account_for(pledge)
    if account is None or people.filter(supporter=pledge.supporter_id).exists():
        _put_off(pledge)
        return False
    stop = mail.absolute_url(stop_path(pledge))
    with override(pledge.language):
        words = opening("pledge_reminder", pledge.language, values_of_pledge(pledge))
    mail.send(
        "pledge_reminder",
        to=pledge.supporter.email,
        context={
            **words,
            "pledge": pledge,
            "account": account,
            "link": mail.absolute_url(_in_language(pledge)),
            "stop_link": stop,
            "is_last": pledge.reminder_count > 1,
        },
        language=pledge.language,
        headers=mail.unsubscribe_headers(stop),
        reference=pledge.public_id.hex,
    )
    Pledge.objects.filter(pk=pledge.pk).update(reminded_at=this_hour())
    return True


def _put_off(pledge: Pledge) -> None:
    """Let the next run count this reminder again; a second one keeps its distance to the first."""
    before = None if pledge.reminder_count == 1 else timezone.now() - BETWEEN_REMINDERS
    Pledge.objects.filter(pk=pledge.pk).update(
        reminder_count=F("reminder_count") - 1, reminded_at=before
    )


def _in_language(pledge: Pledge) -> str:
    with override(pledge.language):
        return pledge.get_absolute_url()


def stop_path(pledge: Pledge) -> str:
    """Return the standing address that ends reminders, in the language of the promise."""
    token = links.make_token(STOP_PURPOSE, pledge.public_id, pledge.link_version)
    with override(pledge.language):
        return reverse("donations:reminder-stop", args=[token])


@transaction.atomic
def stop_reminders(pledge: Pledge) -> int:
    """Remind this person of no promise made so far; return how many that changed.

    The promises themselves stand. Stopping again changes nothing.
    """
    same = Q(supporter=pledge.supporter_id) if pledge.supporter_id else Q(pk=pledge.pk)
    return Pledge.objects.filter(same, wants_reminders=True).update(wants_reminders=False)


def reminders_held_back(now: datetime) -> list[HeldBack]:
    """Return what waits because the bank has not been read: for staff, who can read it."""
    told = read_until()
    waiting = _due(now).order_by().values("payee_id").annotate(number=Count("pk"))
    accounts = BankAccount.objects.in_bulk(row["payee_id"] for row in waiting)
    held = []
    for row in waiting:
        account, day = accounts[row["payee_id"]], told.get(row["payee_id"])
        known = _due(now).filter(_knows(day, now), payee_id=account.pk).count()
        if row["number"] > known:
            held.append(HeldBack(account, row["number"] - known, day))
    return held


def expire_due(now: datetime) -> int:
    """End the promises whose last day has passed; return how many. Safe to run twice, at once.

    What was set aside for them is free again, unless what did arrive has earned it. A monthly gift
    has no last day, but nothing stays set aside for one that has not begun by then.
    """
    today = timezone.localdate(now)
    number = 0
    while taken := _expire_batch(today):
        number += len(taken)
    for pledge_id in _monthly_that_never_began(today).values_list("pk", flat=True):
        _release_reward(pledge_id)
    return number


def _monthly_that_never_began(today: date) -> QuerySet:
    return Pledge.objects.filter(
        holds_reward=True,
        status=Pledge.Status.PROMISED,
        frequency=Pledge.Frequency.MONTHLY,
        created_hour__date__lt=today - PLEDGE_LIFETIME,
    ).order_by("reward", "pk")


@transaction.atomic
def _expire_batch(today: date) -> Iterable[int]:
    over = Pledge.objects.filter(
        expires_on__lt=today,
        ended="",
        status__in=Pledge.AWAITED,
        frequency=Pledge.Frequency.ONCE,
    )
    locked = over.order_by("pk").select_for_update(of=("self",), skip_locked=True, no_key=True)
    pledges = list(locked[:_BATCH])
    ids = [pledge.pk for pledge in pledges]
    Pledge.objects.filter(pk__in=ids).update(ended=Pledge.Status.EXPIRED)
    settle(ids)
    # Rewards in one order for everybody: two transactions would wait for each other.
    for pledge in sorted(pledges, key=lambda pledge: (pledge.reward_id or 0, pledge.pk)):
        if pledge.holds_reward and not pledge.reward.is_earned_by(pledge.received_eur):
            _release_reward(pledge.pk)
    return ids


def _release_reward(pledge_id: int) -> None:
    from donations.services.rewarding import release_reward

    release_reward(pledge_id)
