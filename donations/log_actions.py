"""What the log says of staff who handle accounts, appeals, payments, rewards and exports."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


@hooks.register("register_log_actions")
def name_account_steps(actions) -> None:
    steps = [
        ("propose_account", _("Propose a change of a bank account"), _("Change proposed")),
        ("approve_account", _("Approve a change of a bank account"), _("Change approved")),
        ("refuse_account", _("Refuse a change of a bank account"), _("Change refused")),
        ("withdraw_account", _("Withdraw a change of a bank account"), _("Change withdrawn")),
        ("describe_account", _("Describe a bank account"), _("Label or purpose changed")),
    ]
    for name, label, message in steps:
        actions.register_action(f"donations.{name}", label, message)


@hooks.register("register_log_actions")
def name_milestone_decisions(actions) -> None:
    actions.register_action(
        "donations.tell_milestone", _("Tell of a milestone"), _("Milestone told on the page")
    )
    actions.register_action(
        "donations.leave_milestone", _("Leave a milestone aside"), _("Milestone left aside")
    )


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


@hooks.register("register_log_actions")
def name_statements(actions) -> None:
    actions.register_action(
        "donations.upload_statement",
        _("Upload a bank statement"),
        _("File from the bank uploaded"),
    )
    actions.register_action(
        "donations.map_statement",
        _("Name the columns of a bank’s file"),
        _("Columns of a file from the bank named"),
    )
    actions.register_action(
        "donations.book_statement", _("Book a bank statement"), _("File from the bank booked")
    )
    actions.register_action(
        "donations.accept_statement",
        _("Book a bank statement in spite of doubts"),
        _("File from the bank booked in spite of its doubts"),
    )


@hooks.register("register_log_actions")
def name_exports(actions) -> None:
    actions.register_action("donations.export_gifts", _("Export gifts"), _("Gifts exported"))
    actions.register_action("donations.export_pledges", _("Export pledges"), _("Pledges exported"))
    actions.register_action(
        "donations.export_payments",
        _("Export payments"),
        _("Payments exported"),
    )
