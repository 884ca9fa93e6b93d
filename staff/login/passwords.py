"""Links that let a member of staff choose a new password: good once, for a day.

The token is Django's: it depends on the password's hash and on the last log-in, so that either
change uses it up.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode


def reset_path(user) -> str:
    """Return the path of a fresh link for ``user``; it never logs in by itself."""
    number = urlsafe_base64_encode(str(user.pk).encode())
    token = default_token_generator.make_token(user)
    return reverse("staff_new_password", args=[number, token])


def find_by_link(number: str, token: str, *, hold: bool = False):
    """Return the active account of a link, or None when it is damaged, used or too old.

    ``hold`` locks the account, so that the link is used once; inside a transaction.
    """
    try:
        pk = int(force_str(urlsafe_base64_decode(number)))
    except (ValueError, OverflowError):
        return None
    accounts = get_user_model().objects.filter(pk=pk, is_active=True)
    account = (accounts.select_for_update(no_key=True) if hold else accounts).first()
    if account is None or not default_token_generator.check_token(account, token):
        return None
    return account
