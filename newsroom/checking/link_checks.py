"""What the nights find out about links that lead to other sites."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from wagtail.models import Page

from newsroom.checking.asking import Answer, ask
from newsroom.checking.campaigns import draft_of
from newsroom.checking.page_links import is_elsewhere, targets
from newsroom.checking.texts import leaves
from newsroom.models import LinkCheck

# One failure a night: whatever was asked since then is not asked again.
_A_NIGHT = timedelta(hours=12)
# From so many addresses on, silence from all of them is no failure of theirs.
_ENOUGH_TO_DOUBT = 5


def is_wanted() -> bool:
    """Whether this site asks others at all; a development site does not, unless it is told to."""
    return getattr(settings, "CHECKS_EXTERNAL_LINKS", not settings.IS_DEVELOPMENT_SITE)


def note_addresses() -> int:
    """Make the rows those of the addresses on pages and drafts today; return how many there are.

    What was found out about an address that stays is kept; safe to repeat.
    """
    used: set[str] = set()
    for page in Page.objects.filter(depth__gt=1).specific().iterator(chunk_size=200):
        used |= addresses_of(page)
        if page.has_unpublished_changes:
            used |= addresses_of(draft_of(page))
    LinkCheck.objects.exclude(url__in=used).delete()
    LinkCheck.objects.bulk_create(
        [LinkCheck(url=url) for url in sorted(used)], ignore_conflicts=True
    )
    return len(used)


def addresses_of(page: Page) -> set[str]:
    """Return the addresses on other sites that a specific page links to."""
    return {target.url for target in targets(leaves(page)) if is_elsewhere(target.url)}


def due(now: datetime) -> models.QuerySet[LinkCheck]:
    """The addresses that were not asked this night yet, those never asked first."""
    waiting = LinkCheck.objects.filter(Q(checked_at=None) | Q(checked_at__lt=now - _A_NIGHT))
    return waiting.order_by(models.F("checked_at").asc(nulls_first=True), "pk")


def note_answer(check: LinkCheck, answer: Answer, now: datetime) -> LinkCheck:
    """Keep what an address answered. A success ends the failures; silence changes nothing."""
    check.checked_at, check.status, check.error = now, answer.status, answer.error
    if answer.is_there:
        check.failures, check.failing_since = 0, None
    elif not answer.says_nothing:
        check.failures += 1
        check.failing_since = check.failing_since or now
    check.save(update_fields=["checked_at", "status", "error", "failures", "failing_since"])
    return check


def check_next(
    number: int,
    *,
    now: Callable[[], datetime],
    pause: Callable[[], None],
    asked: Callable[[str], Answer] = ask,
) -> int:
    """Ask the next ``number`` addresses, with a ``pause`` between; return how many were asked.

    Each answer is kept at once, so a night that breaks off goes on where it was.
    """
    checks = list(due(now())[:number])
    before = [(check.pk, check.failures, check.failing_since) for check in checks]
    answered = False
    for place, check in enumerate(checks):
        if place:
            pause()
        answer = asked(check.url)
        answered |= answer.status is not None
        note_answer(check, answer, now())
    if len(checks) >= _ENOUGH_TO_DOUBT and not answered:
        # When nobody at all answers, it is our own line that is cut.
        for pk, failures, since in before:
            LinkCheck.objects.filter(pk=pk).update(failures=failures, failing_since=since)
    return len(checks)
