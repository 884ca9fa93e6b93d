"""The languages in which people are written to: code → name, in the language of who works here."""

from django.utils.translation import gettext_lazy as _

LANGUAGES = {"en": _("English"), "fr": _("French"), "nl": _("Dutch")}
