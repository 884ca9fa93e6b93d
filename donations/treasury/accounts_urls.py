"""Addresses of the treasurer's screens: accounts."""

from django.urls import path

from donations.treasury import accounts

urlpatterns = [
    path("accounts/", accounts.index, name="accounts"),
    path("accounts/new/", accounts.new, name="account_new"),
    path("accounts/<int:account_id>/", accounts.account, name="account"),
    path("accounts/<int:account_id>/change/", accounts.propose, name="account_propose"),
    path("accounts/<int:account_id>/describe/", accounts.describe, name="account_describe"),
    path("accounts/changes/<int:change_id>/", accounts.change, name="account_change"),
    path("accounts/changes/<int:change_id>/approve/", accounts.approve, name="account_approve"),
    path("accounts/changes/<int:change_id>/refuse/", accounts.refuse, name="account_refuse"),
    path("accounts/changes/<int:change_id>/withdraw/", accounts.withdraw, name="account_withdraw"),
]
