"""What a member of staff holds among photos: editions that wait for a second person."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solidarity.models import Edition
from staff.hand_over import Holding, Piece, register


def _prepared(user: AbstractBaseUser) -> Iterator[Piece]:
    waiting = Edition.objects.filter(frozen_by=user, approved_at=None).select_related("call")
    for edition in waiting.order_by("pk"):
        yield Piece(str(edition), reverse("solidarity_editions:edition", args=[edition.pk]))


# Not passed on: who prepared an edition is what makes whoever approves it the second person.
register(
    Holding(
        "editions",
        _("editions that wait for approval"),
        _("A second person approves them, or opens them again to go on with them."),
        _prepared,
    )
)
