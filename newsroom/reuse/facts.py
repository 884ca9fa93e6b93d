"""Make photo calls, events and appeals anew: the same words, other days, nobody yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils import timezone
from wagtail.log_actions import log

from donations.models import Appeal, Reward
from events.hosting.event_form import RESERVED_SLUGS as EVENT_SLUGS
from events.models import Event
from events.services.copying import copy_event, next_slug
from solidarity.models import PhotoCall

MAKE_APPEAL = "donations.add_appeal"
COPY_FACT = "newsroom.copy_fact"
_LONGEST_SLUG = 50
_NAMES = ("name_en", "name_fr", "name_nl")


@dataclass(frozen=True)
class Anew:
    """How days move: all by the same; those of calls and appeals may stay empty instead."""

    by: timedelta
    keeps_days: bool
    user: object

    def moved(self, day: date | None) -> date | None:
        return day + self.by if day and self.keeps_days else None


def copy_fact(fact: models.Model, anew: Anew) -> models.Model:
    """Return a new photo call, event or appeal. Raises ``SignUpError`` for an hour that is none."""
    return _COPY[type(fact)](fact, anew)


def _copy_call(call: PhotoCall, anew: Anew) -> PhotoCall:
    recipients = [f"recipient_{code}" for code in ("en", "fr", "nl")]
    slogans = [f"slogan_{code}" for code in ("en", "fr", "nl")]
    copy = PhotoCall.objects.create(
        slug=_free_slug(call, anew),
        opens_on=anew.moved(call.opens_on),
        closes_on=anew.moved(call.closes_on),
        **_same(call, (*_NAMES, *recipients, *slogans, "office", "is_demo")),
    )
    copy.partners.set(call.partners.all())
    log(instance=copy, action=COPY_FACT, user=anew.user, data={"from": call.pk})
    return copy


def _copy_event(event: Event, anew: Anew) -> Event:
    """An event has a day in any case: it is moved, and its hours stay."""
    return copy_event(
        event=event,
        day=event.day + anew.by,
        slug=_free_slug(event, anew, taken=EVENT_SLUGS),
        user=anew.user,
        with_pages=False,
    )


def _copy_appeal(appeal: Appeal, anew: Anew) -> Appeal:
    """The communication is another appeal's and cannot be had twice.

    An account is given only by whoever may make appeals; until then no gift can be promised.
    """
    may_make = anew.user.has_perm(MAKE_APPEAL)
    copy = Appeal.objects.create(
        slug=_free_slug(appeal, anew),
        opens_on=anew.moved(appeal.opens_on),
        closes_on=anew.moved(appeal.closes_on),
        account=appeal.account if may_make else None,
        **_same(
            appeal,
            (*_NAMES, "platform", "goal_eur", "shows_promised", "gives_certificates", "is_demo"),
        ),
    )
    for earmark in appeal.earmarks.filter(is_offered=True):
        earmark.pk, earmark.appeal = None, copy
        earmark.save(force_insert=True)
    for reward in appeal.rewards.filter(is_offered=True):
        _copy_reward(reward, copy)
    log(instance=copy, action=COPY_FACT, user=anew.user, data={"from": appeal.pk})
    return copy


def _copy_reward(reward: Reward, appeal: Appeal) -> None:
    """Nobody has counted yet how many there are this time: it is not offered until then."""
    options = list(reward.options.all())
    reward.pk, reward.appeal, reward.taken, reward.is_offered = None, appeal, 0, False
    reward.save(force_insert=True)
    for option in options:
        option.pk, option.reward, option.taken = None, reward, 0
        option.save(force_insert=True)


def _same(fact: models.Model, fields: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fields}


def _free_slug(fact: models.Model, anew: Anew, *, taken: tuple[str, ...] = ()) -> str:
    """An address with the new year, and with a number where that one is taken."""
    last = getattr(fact, "day", None) or getattr(fact, "closes_on", None)
    wanted = next_slug(fact.slug, last + anew.by if last else timezone.localdate() + anew.by)
    slug, number = wanted, 2
    while slug in taken or type(fact).objects.filter(slug=slug).exists():
        end = f"-{number}"
        slug, number = wanted[: _LONGEST_SLUG - len(end)] + end, number + 1
    return slug


_COPY: dict[type, Callable] = {
    PhotoCall: _copy_call,
    Event: _copy_event,
    Appeal: _copy_appeal,
}
