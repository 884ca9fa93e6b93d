"""Names what happens to bank accounts in the admin's log."""

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
