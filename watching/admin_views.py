"""The screen that shows what is, and lately was, wrong with the site."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from watching.models import Alert
from watching.to_do import VIEW

_SHOWN_FOR = timedelta(days=14)


def index(request: HttpRequest) -> HttpResponse:
    """List the alerts: first those that are open, then those of the last two weeks."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    over = Alert.objects.filter(ended_at__gt=timezone.now() - _SHOWN_FOR)
    context = {
        "open_alerts": [_told(one) for one in Alert.objects.open().order_by("begun_at", "pk")],
        "past_alerts": [_told(one) for one in over.order_by("-ended_at", "-pk")],
    }
    return render(request, "watching/alerts.html", context)


def _told(alert: Alert) -> dict[str, object]:
    """An alert with its texts in the reader's language; without them when its rule is gone."""
    rule = alert.definition
    return {
        "alert": alert,
        "title": gettext(rule.title) if rule else alert.rule,
        "why": gettext(rule.why) if rule else "",
        "what_to_do": gettext(rule.what_to_do) if rule else "",
    }
