"""The mails about a photo whose words staff may change, with the words the house begins with.

Those words name neither the call nor the photo; staff may name the call in the text.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign_site import mail
from solidarity.models import Photo, PhotoCall
from solidarity.rejections import rejection_sentence
from supporters import mail_words
from supporters.mail_words import Kind, Sample

_SECTION = _("Solidarity photos")
_CALL = {"call": _("the name of the photo call")}
# Calls to try words out with, the latest first.
_SHOWN = 20


def values_of(call: PhotoCall) -> dict[str, object]:
    """Return what may stand in the words of a mail, written in the active language."""
    return {"call": call.name}


def _calls() -> list[tuple[int, str]]:
    return [(call.pk, call.name) for call in PhotoCall.objects.order_by("-pk")[:_SHOWN]]


def _sample(language: str, chosen: int | None = None) -> Sample:
    """Return what a made-up sender of a photo to a call reads; its links lead to the call."""
    calls = PhotoCall.objects.order_by("-pk")
    call = (chosen and calls.filter(pk=chosen).first()) or calls.first()
    with override(language):
        path = call.get_absolute_url() if call else f"/{language}/"
        link = mail.absolute_url(path)
        context = {
            "link": link,
            "retry_link": link,
            "is_open": call is None or call.is_open,
            "consents": {"photo-delivery", "photo-wall"},
            "mailed_on": timezone.localdate(),
            "why": str(rejection_sentence(Photo.Reason.UNCLEAR)),
        }
        values = values_of(call) if call else {"call": str(_("an example"))}
    return Sample(values, context, about=call.name if call else "")


def _kind(key: str, **fields) -> Kind:
    return Kind(
        key=key,
        template=key,
        section=_SECTION,
        variables=_CALL,
        telling=("call",),
        sample=_sample,
        examples=_calls,
        **fields,
    )


_KINDS = (
    _kind(
        "photo_confirmation",
        name=_("Photo received"),
        when=_("At once, to whoever sends a photo."),
        subject=_("Your confirmation"),
        text=_("Thank you. We have what you sent us."),
    ),
    _kind(
        "photo_mailed",
        name=_("Photo by email noted"),
        when=_("When staff have entered a photo that came by email."),
        subject=_("Please check what we noted"),
        text=_("Thank you for the photo that you emailed us. Please check what we noted."),
    ),
    _kind(
        "photo_approved",
        name=_("Photo approved"),
        when=_("When moderators approve a photo."),
        subject=_("News about what you sent us"),
        text=_("We have looked at what you sent us, and we gladly use it. Thank you."),
    ),
    _kind(
        "photo_rejected",
        name=_("Photo not used"),
        when=_("When moderators reject a photo."),
        subject=_("News about what you sent us"),
        text=_("We have looked at what you sent us, and we do not use it."),
    ),
    _kind(
        "photo_taken_down",
        name=_("Photo taken down"),
        when=_("When a photo is taken off the wall because somebody asked for it."),
        subject=_("News about what you sent us"),
        text=_("We have taken your photo down."),
    ),
)


def register_words() -> None:
    for kind in _KINDS:
        mail_words.register(kind)
