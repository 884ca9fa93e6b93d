"""Every night: sessions, counts of attempts and invitations that are long over are removed."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from staff.login import shared_cache
from staff.models import Invitation

# What newsroom/personal_data.py says of invitations that nobody took up.
_INVITATIONS_KEPT = timedelta(days=30)


@app.periodic(cron="25 4 * * *")
@app.task(name="forget_old_sessions")
def forget_old_sessions(timestamp: int) -> None:
    """Remove what nobody can use any more; running it again changes nothing."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    shared_cache.forget_expired()
    over = timezone.now() - _INVITATIONS_KEPT
    Invitation.objects.filter(account=None, expires_at__lt=over).delete()
