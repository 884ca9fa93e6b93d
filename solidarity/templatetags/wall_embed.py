"""What partners paste into their own pages."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from solidarity.models import PhotoCall

register = template.Library()

# High enough for two rows of photos with their messages.
_HEIGHT = 760


@register.simple_tag
def embed_code(call: PhotoCall) -> str:
    """Return the markup of a frame that shows the wall of ``call`` in the reader's language.

    It is text: whoever shows it has it escaped.
    """
    address = absolute_url(reverse("wall-embed", args=[call.slug]))
    frame = format_html(
        '<iframe src="{}?lang={}" title="{}" width="100%" height="{}" loading="lazy"></iframe>',
        address,
        site_language(),
        _("The wall: %(call)s") % {"call": call.name},
        _HEIGHT,
    )
    return str.__str__(frame)
