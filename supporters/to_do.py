"""What waits for those who look after people's data: their requests, and mails that failed."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staff.to_do import Item, waits_since
from supporters.admin_views import VIEW_MAILS, VIEW_REQUESTS
from supporters.models import DataRequest, FailedMail

# From here on a request stands above everything else.
_FEW_DAYS = 7


def requests_to_do(request: HttpRequest) -> Iterator[Item]:
    """Requests about somebody's own data, with the days the law leaves; one query."""
    if not request.user.has_perm(VIEW_REQUESTS):
        return
    waiting = DataRequest.objects.waiting().aggregate(number=Count("pk"), due=Min("due_on"))
    number, due = waiting["number"], waiting["due"]
    days = (due - timezone.localdate()).days if due else None
    yield Item(
        key="data-requests",
        label=ngettext("request to answer", "requests to answer", number),
        number=number,
        url=reverse("requests_admin:index"),
        note=_time_left(days),
        is_urgent=days is not None and days <= _FEW_DAYS,
        keep_when_done=True,
    )


def _time_left(days: int | None) -> str:
    """What the law leaves for the first answer (GDPR, art. 12(3))."""
    if days is None:
        return ""
    if days < 0:
        sentence = ngettext(
            "The law’s time ended %(days)d day ago.",
            "The law’s time ended %(days)d days ago.",
            -days,
        )
        return sentence % {"days": -days}
    if days == 0:
        return _("The law’s time ends today.")
    sentence = ngettext(
        "The law leaves %(days)d day for the first.",
        "The law leaves %(days)d days for the first.",
        days,
    )
    return sentence % {"days": days}


def mails_to_do(request: HttpRequest) -> Iterator[Item]:
    """Mails that could not leave or came back; one query."""
    if not request.user.has_perm(VIEW_MAILS):
        return
    failed = FailedMail.objects.waiting().aggregate(number=Count("pk"), oldest=Min("failed_hour"))
    yield Item(
        key="failed-mails",
        label=ngettext("email that failed", "emails that failed", failed["number"]),
        number=failed["number"],
        url=reverse("people_admin:failed_mails"),
        note=waits_since(failed["oldest"]),
    )
