"""Addresses of pledges. A token is that of ``Pledge.token``."""

from django.urls import path

from donations import views

app_name = "donations"
urlpatterns = [
    path("<slug:slug>/", views.pledge, name="pledge"),
    path("pledge/<str:token>/", views.payment, name="payment"),
    path("pledge/<str:token>/qr.svg", views.payment_svg, name="payment-svg"),
    path("pledge/<str:token>/qr.png", views.payment_png, name="payment-png"),
]
