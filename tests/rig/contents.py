"""What the rig's site holds: run inside it by ``manage.py shell``. Safe to repeat.

Arguments by the environment: RIG_DEMONSTRATION.
"""

import os

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from pages import demonstration
from staff.groups import ADMINISTRATORS
from tests.rig.administrator import EMAIL, PASSWORD, SECRET, USERNAME


def fill() -> None:
    if os.environ.get("RIG_DEMONSTRATION"):
        demonstration.load_demonstration()
    member, is_new = get_user_model().objects.get_or_create(
        username=USERNAME,
        defaults={"email": EMAIL, "first_name": "Rita", "last_name": "Rig"},
    )
    if is_new:
        member.set_password(PASSWORD)
        member.save()
        member.groups.set([Group.objects.get(name=ADMINISTRATORS)])
        TOTP.activate(member, SECRET)
