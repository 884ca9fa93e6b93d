"""Staff screens: appeals and accounts to keep, beside the pledges of ``donations.treasury``.

Everything is guarded by the models' permissions: treasurers and administrators see pledges, only
administrators change an account.
"""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSetGroup

from donations.models import Appeal
from donations.treasury.access import SEE_APPEALS
from donations.treasury.accounts import AccountsViewSet
from donations.treasury.appeals_admin import AppealViewSet
from donations.treasury.menu import with_treasury
from donations.treasury.pledges import PledgeViewSet
from donations.treasury.rewards_admin import RewardViewSet


class AppealChooserViewSet(ChooserViewSet):
    """Lets editors choose the appeal of a gift card."""

    model = Appeal
    icon = "openquote"
    register_widget = False


appeal_chooser = AppealChooserViewSet("appeal_chooser")


class MilestonesMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm(SEE_APPEALS)


class MilestonesViewSet(ViewSet):
    """Puts what appeals have reached into the menu."""

    name = "donations_milestones"
    icon = "success"
    menu_label = _("Milestones")
    menu_item_class = MilestonesMenuItem

    @cached_property
    def menu_url(self) -> str:
        return reverse("donations_treasury:milestones")


class DonationsViewSetGroup(ModelViewSetGroup):
    menu_label = _("Gifts")
    menu_icon = "clipboard-list"
    menu_order = 300
    items = (PledgeViewSet, AppealViewSet, MilestonesViewSet, RewardViewSet, AccountsViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        return with_treasury(super().get_submenu_items())
