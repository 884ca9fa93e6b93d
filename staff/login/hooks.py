"""What logging in adds to Wagtail's admin: the warning before a session ends, the security page.

Imported by ``staff.wagtail_hooks``.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from staff.login import journal  # noqa: F401  # registers the names of its actions


@hooks.register("insert_global_admin_js")
def watch_session() -> str:
    return render_to_string("staff/login/session_dialog.html")


@hooks.register("register_account_menu_item")
def security_item(request) -> dict[str, str]:
    return {
        "url": reverse("staff_security"),
        "label": _("How your account is protected"),
        "help_text": _("Your second factor, recovery codes, password and other sessions."),
    }
