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
from donations.treasury.accounts import AccountChangesSummary
from donations.treasury.matching_summary import PaymentsToMatchSummary
from donations.treasury.pledges import ReceivedOnlyPolicy
from donations.treasury.rewards import RewardsToSendSummary

register_permission_policy(Pledge, ReceivedOnlyPolicy(Pledge))


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


@hooks.register("construct_homepage_summary_items")
def count_what_waits_for_the_treasurer(request, items) -> None:
    items += [
        AccountChangesSummary(request),
        PaymentsToMatchSummary(request),
        RewardsToSendSummary(request),
    ]
