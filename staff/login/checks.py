"""A system check: the public site cannot go without the second factor."""

from django.conf import settings
from django.core.checks import Error


def second_factor_is_required(app_configs, **kwargs) -> list[Error]:
    """Refuse settings by which somebody would get in, or take data out, with a password alone."""
    if settings.IS_DEVELOPMENT_SITE:
        return []
    errors = []
    if settings.STAFF_SECOND_FACTOR != "required":
        errors.append(
            Error(
                'STAFF_SECOND_FACTOR must be "required" on the public site.',
                hint="Only development sites (settings/development.py, test.py) may skip it.",
                id="staff.E001",
            )
        )
    if settings.STAFF_EXPORT_ASKS_AGAIN is not True:
        errors.append(
            Error(
                "STAFF_EXPORT_ASKS_AGAIN must be True on the public site.",
                hint="Whoever takes people's data out proves once more who they are.",
                id="staff.E002",
            )
        )
    if getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False):
        errors.append(
            Error(
                "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN must not be set on the public site.",
                hint="Passkeys would be taken from any origin.",
                id="staff.E003",
            )
        )
    return errors
