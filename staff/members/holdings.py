"""What somebody holds who invited others: the links that nobody has taken up yet."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from staff.hand_over import Holding, Piece, register
from staff.members import invitations
from staff.models import Invitation


def _pieces(user: AbstractBaseUser) -> Iterator[Piece]:
    sent = Invitation.objects.filter(invited_by=user, accepted_at=None, withdrawn_at=None)
    for invitation in sent.order_by("pk"):
        yield Piece(invitation.name, reverse("staff_members:index"))


register(
    Holding(
        "invitations",
        _("invitations that nobody has taken up yet"),
        _("They are withdrawn. Invite again whoever is still to come."),
        _pieces,
        end=lambda user: invitations.withdraw_sent_by(user, by=None),
    )
)
