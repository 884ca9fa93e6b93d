"""What the log says of staff who arrange rewards and take lists of addresses."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


@hooks.register("register_log_actions")
def name_reward_actions(actions) -> None:
    actions.register_action(
        "donations.arrange_reward", _("Arrange a reward"), _("Reward arranged for the donor")
    )
    actions.register_action(
        "donations.decline_reward", _("Give a reward up"), _("Reward given up for the donor")
    )
    actions.register_action("donations.send_reward", _("Send a reward"), _("Reward sent"))
    actions.register_action(
        "donations.return_reward", _("Take a reward back"), _("Reward came back")
    )
    actions.register_action(
        "donations.ask_about_reward", _("Ask about a reward again"), _("Donor asked again")
    )
    actions.register_action(
        "donations.reward_arrived", _("Note that a reward arrived"), _("Reward arrived")
    )
    actions.register_action(
        "donations.look_at_delivery", _("Look at a delivery"), _("Delivery looked at")
    )
    actions.register_action(
        "donations.download_packing_list",
        _("Download a packing list"),
        _("Packing list downloaded"),
    )
    actions.register_action(
        "donations.download_labels", _("Download address labels"), _("Address labels downloaded")
    )
