"""Addresses of the treasurer's screens, below the admin's."""

from donations.treasury import (
    accounts_urls,
    appeals_urls,
    gifts_urls,
    matching_urls,
    reports_urls,
    rewards_urls,
    statements_urls,
)

app_name = "donations_treasury"
urlpatterns = [
    *statements_urls.urlpatterns,
    *matching_urls.urlpatterns,
    *gifts_urls.urlpatterns,
    *rewards_urls.urlpatterns,
    *accounts_urls.urlpatterns,
    *appeals_urls.urlpatterns,
    *reports_urls.urlpatterns,
]
