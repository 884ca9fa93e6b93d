"""Addresses of pledges. A token is that of the pledge or of the delivery."""

from django.urls import path

from donations import (
    payment_views,
    pledge_views,
    reminder_views,
    reward_views,
    totals_views,
)

app_name = "donations"
urlpatterns = [
    path("totals/", totals_views.totals, name="totals"),
    path("totals.csv", totals_views.totals_csv, name="totals-csv"),
    path("reminders/stop/<str:token>/", reminder_views.stop, name="reminder-stop"),
    path("<slug:slug>/", pledge_views.pledge, name="pledge"),
    path("pledge/<str:token>/", payment_views.payment, name="payment"),
    path("pledge/<str:token>/qr.svg", payment_views.payment_svg, name="payment-svg"),
    path("pledge/<str:token>/qr.png", payment_views.payment_png, name="payment-png"),
    path("reward/<str:token>/", reward_views.reward, name="reward"),
    path("<slug:slug>/card/", payment_views.gift_card, name="card"),
    path("<slug:slug>/card/qr.svg", payment_views.gift_card_svg, name="card-svg"),
    path("<slug:slug>/card/qr.png", payment_views.gift_card_png, name="card-png"),
]
