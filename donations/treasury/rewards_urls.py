"""Addresses of the treasurer's screens: rewards."""

from django.urls import path

from donations.treasury import rewards

urlpatterns = [
    path("rewards/", rewards.index, name="rewards"),
    path("rewards/act/", rewards.act, name="rewards_act"),
    path("rewards/<int:delivery_id>/", rewards.delivery, name="reward_delivery"),
]
