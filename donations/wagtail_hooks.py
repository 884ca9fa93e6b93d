"""Register the staff screens of this app with Wagtail."""

from django.contrib.auth.models import Permission
from django.urls import include, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from donations import log_actions  # noqa: F401  # its hooks
from donations.admin_views import (
    AppealChooserViewSet,
    DonationsViewSetGroup,
    appeal_chooser,
)
from donations.models import Pledge
from donations.treasury.pledges import ReceivedOnlyPolicy
from donations.treasury.to_do import accounts_to_do, payments_to_do, rewards_to_do
from staff import to_do

register_permission_policy(Pledge, ReceivedOnlyPolicy(Pledge))
to_do.register(payments_to_do, order=30)
to_do.register(accounts_to_do, order=40)
to_do.register(rewards_to_do, order=50)


@hooks.register("register_admin_urls")
def register_treasury_urls():
    return [path("treasury/", include("donations.treasury.urls"))]


@hooks.register("register_permissions")
def register_treasury_permissions():
    return Permission.objects.filter(
        content_type__app_label="donations",
        codename__in=[
            "import_statement",
            "match_payment",
            "fulfil_reward",
            "approve_accountchange",
            "export_pledge",
        ],
    )


@hooks.register("register_admin_viewset")
def register_donations_screens() -> DonationsViewSetGroup:
    return DonationsViewSetGroup()


@hooks.register("register_admin_viewset")
def register_appeal_chooser() -> AppealChooserViewSet:
    return appeal_chooser
