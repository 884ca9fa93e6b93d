"""Addresses of the treasurer's screens: gifts, pledges and their files."""

from django.urls import path

from donations.treasury import gifts, pledges
from donations.treasury.exports import view_of
from donations.treasury.payment_export import PAYMENTS

urlpatterns = [
    path("gifts/", gifts.GiftsView.as_view(), name="gifts"),
    path("gifts/results/", gifts.GiftsView.as_view(results_only=True), name="gifts_results"),
    path("gifts/export/", view_of(gifts.GIFTS), name="gifts_export"),
    path("pledges/export/", view_of(pledges.PLEDGES), name="pledges_export"),
    path("pledges/<int:pledge_id>/resend/", pledges.resend, name="pledge_resend"),
    path("pledges/<int:pledge_id>/take-back/", pledges.cancel, name="pledge_take_back"),
    path("payments/export/", view_of(PAYMENTS), name="payments_export"),
]
