"""What is wrong with the site, for administrators."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from staff.to_do import Item
from watching.models import Alert

VIEW = "watching.view_alert"
ORDER = 5


def alerts_to_do(request: HttpRequest) -> Iterator[Item]:
    """Alerts that are open; one query."""
    if not request.user.has_perm(VIEW):
        return
    found = list(Alert.objects.open().order_by("begun_at", "pk"))
    known = [alert.definition for alert in found if alert.definition]
    first = next((rule for rule in known if rule.is_urgent), next(iter(known), None))
    yield Item(
        key="alerts",
        label=ngettext("alert about the site", "alerts about the site", len(found)),
        number=len(found),
        url=reverse("watching_admin:index"),
        note=f"{gettext(first.title)}." if first else "",
        is_urgent=any(rule.is_urgent for rule in known),
    )
