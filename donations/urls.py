"""Addresses of pledges. A token is that of the pledge or of the delivery."""

from django.urls import path

from donations import pledge_views, reminder_views, reward_views, totals_views, views

app_name = "donations"
urlpatterns = [
    path("totals/", totals_views.totals, name="totals"),
    path("totals.csv", totals_views.totals_csv, name="totals-csv"),
    path("reminders/stop/<str:token>/", reminder_views.stop, name="reminder-stop"),
    path("<slug:slug>/", pledge_views.pledge, name="pledge"),
    path("pledge/<str:token>/", views.payment, name="payment"),
    path("pledge/<str:token>/qr.svg", views.payment_svg, name="payment-svg"),
    path("pledge/<str:token>/qr.png", views.payment_png, name="payment-png"),
    path("reward/<str:token>/", reward_views.reward, name="reward"),
    path("<slug:slug>/card/", views.gift_card, name="card"),
    path("<slug:slug>/card/qr.svg", views.gift_card_svg, name="card-svg"),
    path("<slug:slug>/card/qr.png", views.gift_card_png, name="card-png"),
]
