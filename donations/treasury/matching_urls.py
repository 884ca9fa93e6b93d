"""Addresses of the treasurer's screens: matching."""

from django.urls import path

from donations.treasury import matching, matching_lists


def _listed(address: str, name: str, view) -> list:
    return [
        path(address, view.as_view(), name=name),
        path(f"{address}results/", view.as_view(results_only=True), name=f"{name}_results"),
    ]


urlpatterns = [
    path("payments/to-match/", matching.to_match, name="to_match"),
    *_listed("payments/", "payments", matching_lists.PaymentsView),
    *_listed("payments/waiting/", "payments_waiting", matching_lists.ToMatchView),
    *_listed("payments/unmatched/", "payments_unmatched", matching_lists.UnmatchedView),
    path("payments/<int:entry_id>/", matching.payment, name="payment"),
    path("payments/<int:entry_id>/place/", matching.place, name="place"),
    path("payments/<int:entry_id>/not-a-gift/", matching.not_a_gift, name="not_a_gift"),
    path("payments/<int:entry_id>/nobody-knows/", matching.nobody_knows, name="nobody_knows"),
    path("payments/<int:entry_id>/undo/", matching.undo, name="undo_match"),
]
