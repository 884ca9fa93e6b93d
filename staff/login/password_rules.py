"""The rules for passwords, in the house's words: Django's Dutch is formal and partly missing.

One rule stands beside Django's own: not made of words that everybody tries here first. Long
passwords stand in no list of common ones, but "VivaSalud2026VivaSalud2026" is long as well
(OWASP ASVS 5.0, 6.2.11). What is left without the words of this house, years and rows of keys has
to hold some different characters; which ones is not prescribed.
"""

import re
import unicodedata

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_ENOUGH = 6
# Without accents and in lower case. The names of campaigns are no secret, but too many to list.
_TRIED_FIRST = (
    "vivasalud|viva|salud|solidarity|solidarite|solidariteit|campaign|campagne|newsroom|"
    "redaction|redactie|password|passwort|motdepasse|wachtwoord|welcome|bienvenue|welkom|"
    "admin|administrator|administrateur|editor|bruxelles|brussels?|belgium|belgique|belgie|"
    "health|sante|gezondheid|azerty(?:uiop)?|qwerty(?:uiop)?|qsdfghjklm|asdfghjkl|wxcvbn|zxcvbnm|"
    "0?1234(?:5(?:6(?:7(?:89?)?)?)?)?|abcdefgh|(?:19|20)[0-9]{2}"
)
_KNOWN = re.compile(_TRIED_FIRST)
_BETWEEN = re.compile(r"[\W_]+")


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short: it needs at least %(number)d character.",
            "This password is too short: it needs at least %(number)d characters.",
            self.min_length,
        ) % {"number": self.min_length}


class NotCommon(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Many people use this password. Choose another one.")


class NotLikeItsOwner(UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("This password is too much like your name or your email address.")


class NotOfKnownWords:
    """One of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user=None) -> None:
        plain = unicodedata.normalize("NFKD", password).casefold()
        plain = "".join(one for one in plain if not unicodedata.combining(one))
        words = _BETWEEN.sub("", plain)
        # Signs count as themselves, so that a password of nothing else is judged by them.
        left = set(_KNOWN.sub("", words)) if words else set(plain)
        if len(left) < _ENOUGH:
            raise ValidationError(
                _("This password is made of words that are tried first. Add words of your own."),
                code="password_of_known_words",
            )

    def get_help_text(self) -> str:
        return _("It cannot be made only of words such as the name of the house, or of years.")
