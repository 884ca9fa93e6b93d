"""Looks whether something is wrong with the site, remembers it, and has people told.

Called every minute by a task and by a timer of the system on each machine, of which the second
goes on when worker and database are dead. Where the database answers, it holds what is wrong for
all machines; where it does not, a file of this machine does, and the database learns of it later.
Repeating a check changes nothing that is still so.
"""

import contextlib
import hashlib
import logging
import socket
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q
from django.utils import timezone

from campaign_site.advisory_locks import try_hold
from campaign_site.database_probe import is_reachable
from watching import alert_file, certificate, error_rate, notices
from watching.alert_file import Memory
from watching.measures import Readings, read_all
from watching.models import Alert
from watching.rules import DATABASE_REACHABLE, MEASURES_UNREAD
from watching.verdicts import State, Verdict, judge

logger = logging.getLogger(__name__)

# A rule must be kept for so long before its alert ends: something that comes and goes is one alert.
CALM_SECONDS = 180
_KEPT_DAYS = 90
_MAIL_ENDS_OF = timedelta(days=1)
_LOCK = hashlib.sha256(b"watching.checking").digest()


def check(now: datetime | None = None) -> list[Alert] | None:
    """Begin and end alerts by what is measured now; return those that are open.

    None when another process is at it. Raises nothing for a mail that cannot leave: it is sent
    with the next check.
    """
    now = now or timezone.now()
    with alert_file.alone() as is_ours:
        return _check(now) if is_ours else None


def _check(now: datetime) -> list[Alert] | None:
    reachable = is_reachable()
    verdicts = judge(measure(reachable=reachable))
    memory = alert_file.load()
    changes = _changes(verdicts, memory, now)
    if reachable:
        try:
            open_alerts = _keep_in_database(changes, memory, now)
        except (DatabaseError, InterfaceError):
            logger.warning("alerts cannot be kept in the database", exc_info=True)
        else:
            alert_file.save(memory)
            return open_alerts
    open_alerts = _keep_in_file(changes, memory, now)
    if not alert_file.save(memory):
        logger.error("alerts can be remembered nowhere: mails about them will repeat")
    return open_alerts


def measure(*, reachable: bool) -> Readings:
    """Read everything that rules are about, what has to be looked up outside included."""
    for look in (certificate.look, error_rate.note):
        with contextlib.suppress(OSError):
            look()
    readings = read_all(with_database=reachable)
    readings.numbers[DATABASE_REACHABLE] = {(): float(reachable)}
    readings.numbers[MEASURES_UNREAD] = {(): float(len(readings.unread) if reachable else 0)}
    return readings


def _changes(verdicts: list[Verdict], memory: Memory, now: datetime) -> list[Verdict]:
    """Return the verdicts that have stood for long enough; note since when each stands."""
    settled = []
    moment = now.timestamp()
    for verdict in verdicts:
        key = f"{verdict.rule.key} {verdict.host}".strip()
        if verdict.state is State.UNKNOWN:
            continue
        is_broken = verdict.state is State.BROKEN
        stands, other = (memory.broken, memory.calm) if is_broken else (memory.calm, memory.broken)
        other.pop(key, None)
        since = stands.setdefault(key, moment)
        if moment - since >= (verdict.rule.for_seconds if is_broken else CALM_SECONDS):
            settled.append(verdict)
    return settled


def _keep_in_database(changes: list[Verdict], memory: Memory, now: datetime) -> list[Alert] | None:
    """Begin, end and mail alerts in one transaction, alone among all machines.

    The mails leave before it is committed: if that fails they leave again, rather than never.
    """
    with transaction.atomic():
        if not try_hold(_LOCK):
            return None
        for alert in memory.unsaved:
            _tell_database(alert)
        recent = Q(ended_at__gt=now - _MAIL_ENDS_OF, end_mailed_at=None)
        alerts = list(Alert.objects.filter(Q(ended_at=None) | recent).order_by("begun_at", "pk"))
        for alert in _each_once(_apply(changes, alerts, now) + notices.send(alerts, now)):
            alert.save()
    memory.unsaved = []
    still_open = [alert for alert in alerts if alert.ended_at is None]
    memory.known = [one for one in still_open if one.host in {"", socket.gethostname()}]
    return still_open


def _tell_database(alert: Alert) -> None:
    """Write what happened while the database was away."""
    opened = Alert.objects.open().filter(rule=alert.rule, host=alert.host).first()
    if opened is None:
        alert.save(force_insert=True)
        return
    opened.mailed_at = alert.mailed_at or opened.mailed_at
    opened.ended_at, opened.end_mailed_at = alert.ended_at, alert.end_mailed_at
    opened.save()


def _keep_in_file(changes: list[Verdict], memory: Memory, now: datetime) -> list[Alert]:
    """Begin, end and mail alerts with nothing but this machine's own memory."""
    alerts = [*memory.known, *memory.unsaved]
    changed = _apply(changes, alerts, now) + notices.send(alerts, now)
    memory.known = [one for one in memory.known if one not in changed]
    memory.unsaved = _each_once([*memory.unsaved, *changed])
    return [one for one in alerts if one.ended_at is None]


def _each_once(alerts: list[Alert]) -> list[Alert]:
    """Without repetition. (Rows without a number have no hash, and equal only themselves.)"""
    found: list[Alert] = []
    for alert in alerts:
        if alert not in found:
            found.append(alert)
    return found


def _apply(changes: list[Verdict], alerts: list[Alert], now: datetime) -> list[Alert]:
    """Begin what is broken and end what no longer is; add to ``alerts``, return what changed."""
    opened = {(one.rule, one.host): one for one in alerts if one.ended_at is None}
    changed = []
    for verdict in changes:
        key = (verdict.rule.key, verdict.host)
        alert = opened.get(key)
        if verdict.state is State.BROKEN and alert is None:
            alert = Alert(rule=key[0], host=key[1], value=verdict.value, begun_at=now)
            alerts.append(alert)
            changed.append(alert)
        elif verdict.state is State.KEPT and alert is not None:
            alert.ended_at = now
            changed.append(alert)
    return changed


def forget_old() -> None:
    """Remove alerts that ended three months ago. Safe to repeat."""
    Alert.objects.filter(ended_at__lt=timezone.now() - timedelta(days=_KEPT_DAYS)).delete()
