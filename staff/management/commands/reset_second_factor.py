"""``reset_second_factor <username>``: for the last administrator, whom nobody else can help.

Whoever may run commands on the server may do this; everybody else asks an administrator. The
second factors and recovery codes are removed and every session ends; the password stays. At the
next log-in a new second factor is set up.
"""

from django.core.management.base import BaseCommand, CommandError

from staff.login.accounts import find_account
from staff.login.reset import take_factors_away


class Command(BaseCommand):
    help = "Take the second factors of a member of staff away, so that new ones can be set up."

    def add_arguments(self, parser) -> None:
        parser.add_argument("username", help="user name or email address")

    def handle(self, *args, username: str, **options) -> None:
        account = find_account(username)
        if account is None or not account.is_active:
            raise CommandError(f"No active account is called {username}.")
        take_factors_away(account)
        self.stdout.write(
            f"{account.get_username()} has no second factor any more, and no open session. "
            "The password is unchanged; the next log-in asks to set a new factor up."
        )
