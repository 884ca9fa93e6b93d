"""Addresses of the staff screens about appeals."""

from django.urls import path

from donations.treasury import appeals

urlpatterns = [
    path("milestones/", appeals.milestones, name="milestones"),
    path("milestones/<int:milestone_id>/", appeals.decide_milestone, name="decide_milestone"),
    path("standing-orders/", appeals.standing_orders, name="standing_orders"),
]
