"""What the form that sends a photo lets people choose from, in the active language."""

from datetime import date, timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from campaign_site.territories import country_choices, language_name
from solidarity.models import MESSAGE_LANGUAGES, Photo, PhotoCall

# Value → (days from today before which a photo is not shown, what stands beside it).
_DELAYS: dict[str, tuple[int, str | Promise]] = {
    "": (0, gettext_lazy("As soon as it is approved")),
    "week": (7, gettext_lazy("Not before a week from now")),
    "month": (30, gettext_lazy("Not before a month from now")),
}
DELAY_CHOICES = [(value, words) for value, (_days, words) in _DELAYS.items()]

Choices = list[tuple[str, str]]


def first_day_shown(delay: str, today: date) -> date | None:
    """Return the first day on which a photo sent today may be shown; None for no delay."""
    days = _DELAYS[delay][0]
    return today + timedelta(days=days) if days else None


def language_choices() -> Choices:
    """Return the languages a message may be in: the site's own, the others by name, any other."""
    own = [code for code, _name in settings.LANGUAGES]
    other = _("Another language")
    named = [(code, language_name(code, other=other)) for code in MESSAGE_LANGUAGES]
    rank = {code: place for place, code in enumerate(own)} | {"und": 1000}
    return sorted(named, key=lambda choice: (rank.get(choice[0], len(own)), choice[1].casefold()))


def sender_country_choices() -> Choices:
    return [("", _("I would rather not say")), *country_choices()]


def partner_choices(call: PhotoCall) -> Choices:
    """Return for whom a photo of this call can be; empty when there is nothing to choose."""
    partners = [(partner.slug, partner.name) for partner in call.partners.all()]
    everybody = ("", pgettext("for whom a photo is", "All of them"))
    return [everybody, *partners] if partners else []


def frame_choices(call: PhotoCall) -> Choices:
    """Return the frames of this call; empty without a slogan to write in them."""
    if not call.slogan:
        return []
    return [("", pgettext("around a photo", "No frame")), *_named_frames()]


def _named_frames() -> Choices:
    names = {
        Photo.Frame.BAND: pgettext("a frame", "Band"),
        Photo.Frame.RINGS: pgettext("a frame", "Rings"),
        Photo.Frame.PLACARD: pgettext("a frame", "Placard"),
    }
    return [(frame.value, name) for frame, name in names.items()]
