"""Names what treasurers do with payments, for the log."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


@hooks.register("register_log_actions")
def name_matches(actions) -> None:
    actions.register_action("donations.place", _("Place a payment"), _("Payment placed"))
    actions.register_action("donations.return", _("Book a return"), _("Gift sent back"))
    actions.register_action(
        "donations.not_a_gift", _("Say that it is no gift"), _("Said to be no gift")
    )
    actions.register_action(
        "donations.unmatched", _("Put a payment aside"), _("Nobody knows whose")
    )
    actions.register_action("donations.undo", _("Undo a match"), _("Match undone"))
