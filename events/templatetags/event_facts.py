"""Facts of an event in the reader's words."""

from django import template
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event, Organiser

register = template.Library()

_MAP = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"


@register.filter
def spoken(event: Event) -> str:
    """``English, French and Flemish Sign Language (VGT)``; empty when nothing is known."""
    names = [str(Event.SpokenLanguage(code).label) for code in event.spoken_languages]
    if get_language() == "fr":
        # French writes the names of languages small.
        names = [name[:1].lower() + name[1:] for name in names]
    return get_text_list(names, _("and"))


@register.filter
def seen_to(event: Event) -> list[str]:
    """What the organisers see to so that everybody can take part, in the order of the model."""
    return [label for code, label in Event.Access.choices if code in event.access]


@register.filter
def map_url(event: Event) -> str:
    """A link to the place on a map that follows nobody; empty without a point."""
    if event.latitude is None or event.longitude is None:
        return ""
    return _MAP.format(lat=event.latitude, lon=event.longitude)


@register.filter
def who_organise(event: Event) -> list[Organiser]:
    return [row for row in event.organisers.all() if row.role != Organiser.Role.PARTNER]


@register.filter
def who_support(event: Event) -> list[Organiser]:
    return [row for row in event.organisers.all() if row.role == Organiser.Role.PARTNER]
