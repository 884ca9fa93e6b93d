"""Register the staff screens of this app with Wagtail."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy

from donations.admin_views import (
    AppealChooserViewSet,
    DonationsViewSetGroup,
    ReceivedOnlyPolicy,
    appeal_chooser,
)
from donations.models import Pledge

register_permission_policy(Pledge, ReceivedOnlyPolicy(Pledge))


@hooks.register("register_admin_viewset")
def register_donations_screens() -> DonationsViewSetGroup:
    return DonationsViewSetGroup()


@hooks.register("register_admin_viewset")
def register_appeal_chooser() -> AppealChooserViewSet:
    return appeal_chooser
