"""What a person sent us, for their overview."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from solidarity.models import Photo
from supporters.holdings import HeldItem
from supporters.models import Supporter


def describe_photos(supporter: Supporter) -> Iterator[HeldItem]:
    """Yield each photo of the person and how it stands, in the active language."""
    sentences = {
        Photo.Status.PENDING: _("We have your photo. Nobody sees it before we have looked at it."),
        Photo.Status.APPROVED: _("Your photo is approved. We use it as you agreed."),
        Photo.Status.REJECTED: _("We do not use your photo."),
        Photo.Status.WITHDRAWN: _("You took your photo back. We have erased it."),
    }
    for photo in Photo.objects.filter(supporter=supporter).select_related("call").order_by("-pk"):
        yield HeldItem(
            title=_("Photo: %(call)s") % {"call": photo.call.name},
            state=sentences[photo.status],
            url=photo.standing_url,
            is_over=photo.status == Photo.Status.WITHDRAWN,
        )
