"""What waits in the newsroom itself and in the staff's own accounts."""

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.models import CampaignUpdate
from staff.models import Invitation
from staff.to_do import Item, waits_since

_SEND = "newsroom.send_campaignupdate"
_MANAGE = "staff.manage_members"


def updates_to_do(request: HttpRequest) -> Iterator[Item]:
    """Updates by mail that were stopped on their way, or by the site at their moment; one query."""
    if not request.user.has_perm(_SEND):
        return
    state = CampaignUpdate.State
    called_off = Q(state=state.DRAFT, begins_at__isnull=False)
    stopped = CampaignUpdate.objects.filter(Q(state=state.STOPPED) | called_off).aggregate(
        number=Count("pk"), begun=Count("pk", filter=Q(state=state.STOPPED))
    )
    yield Item(
        key="updates",
        label=ngettext(
            "update by email that was stopped",
            "updates by email that were stopped",
            stopped["number"],
        ),
        number=stopped["number"],
        url=reverse("newsroom_updating:index"),
        note=_("Part of the people have not had it yet.") if stopped["begun"] else "",
    )


def invitations_to_do(request: HttpRequest) -> Iterator[Item]:
    """Invitations of new members that ran out before anybody took them up; one query."""
    if not request.user.has_perm(_MANAGE):
        return
    over = Invitation.objects.filter(
        accepted_at=None, withdrawn_at=None, expires_at__lte=timezone.now()
    ).aggregate(number=Count("pk"), oldest=Min("made_at"))
    yield Item(
        key="invitations",
        label=ngettext(
            "invitation that nobody accepted in time",
            "invitations that nobody accepted in time",
            over["number"],
        ),
        number=over["number"],
        url=reverse("staff_members:index"),
        note=waits_since(over["oldest"]),
    )
