"""What waits for those who moderate photos and for those who approve what is delivered."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solidarity.editions_admin import APPROVE
from solidarity.models import Edition, Photo
from solidarity.moderation.access import MODERATE
from solidarity.moderation.queue import reported_photos
from staff.to_do import Item, waits_since


def photos_to_do(request: HttpRequest) -> Iterator[Item]:
    """Photos that somebody reported, and those that nobody has looked at yet; two queries."""
    if not request.user.has_perm(MODERATE):
        return
    reported = reported_photos().count()
    yield Item(
        key="photos-reported",
        label=ngettext("reported photo", "reported photos", reported),
        number=reported,
        url=reverse("solidarity_photos:reported"),
        note=_("Read what people say about it, and decide."),
        is_urgent=True,
    )
    pending = Photo.objects.pending().aggregate(number=Count("pk"), oldest=Min("created_hour"))
    yield Item(
        key="photos",
        label=ngettext("photo to moderate", "photos to moderate", pending["number"]),
        number=pending["number"],
        url=reverse("solidarity_photos:queue"),
        note=waits_since(pending["oldest"]),
        keep_when_done=True,
    )


def editions_to_do(request: HttpRequest) -> Iterator[Item]:
    """Dossiers that this person may approve: those that somebody else froze; one query."""
    if not request.user.has_perm(APPROVE):
        return
    frozen = Edition.objects.filter(status=Edition.Status.FROZEN).exclude(frozen_by=request.user)
    waiting = frozen.aggregate(number=Count("pk"), oldest=Min("frozen_at"), first=Min("pk"))
    address = reverse("solidarity_editions:index")
    if waiting["number"] == 1:
        address = reverse("solidarity_editions:edition", args=[waiting["first"]])
    yield Item(
        key="editions",
        label=ngettext("dossier to approve", "dossiers to approve", waiting["number"]),
        number=waiting["number"],
        url=address,
        note=waits_since(waiting["oldest"]),
    )
