"""Finding the account somebody logs in to, and loading it at each request."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, F, OuterRef

from staff.login.factors import FACTORS


def find_account(name: str) -> AbstractBaseUser | None:
    """Return the account that ``name`` means: its user name, else the one email address like it."""
    accounts = get_user_model()._default_manager
    by_name = accounts.filter(username=name).first()
    if by_name is not None or not name:
        return by_name
    by_email = list(accounts.filter(email__iexact=name, is_active=True)[:2])
    return by_email[0] if len(by_email) == 1 else None


class StaffBackend(ModelBackend):
    """Django's own, which also knows an account by its email address.

    An unknown name, a wrong password and a disabled account take as long and say the same.
    """

    def authenticate(self, request, username=None, password=None, email=None, **kwargs):
        name = username or email
        if not name or password is None:
            return None
        account = find_account(name)
        if account is None:
            # As much work as comparing with a real password.
            get_user_model()().set_password(password)
            return None
        if account.check_password(password) and self.user_can_authenticate(account):
            return account
        return None

    def get_user(self, user_id):
        """Load the account of a session with what ``staff.sessions`` asks of it, in one query."""
        factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
        account = (
            get_user_model()
            ._default_manager.filter(pk=user_id)
            .annotate(
                _has_second_factor=Exists(factors),
                _sessions_valid_from=F("staff_member__sessions_valid_from"),
            )
            .first()
        )
        return account if account and self.user_can_authenticate(account) else None
