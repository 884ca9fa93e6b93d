"""The screen that shows one photo and everything a moderator needs to decide on it.

The same screen comes as a whole page or, for the script that asks with the header
``X-Moderation: fragment``, alone: then no page has to be loaded between two photos.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from campaign_site.languages import site_language
from campaign_site.query_numbers import read_number
from campaign_site.territories import country_name, language_name
from solidarity import services
from solidarity.duplicates import look_alikes
from solidarity.edits import Edits
from solidarity.models import Photo, Purpose
from solidarity.moderation import queue
from solidarity.moderation_forms import DecisionForm, EditForm

# Said truthfully of many photos; a moderator chooses one with a digit, and may change it.
READY_SENTENCES = (
    _("Somebody holds up a sign with the message."),
    _("Several people hold up a sign with the message."),
    _("Two hands hold a sign with the message; no face can be seen."),
    _("A sign with the message, without people."),
    _("People in white coats hold up signs."),
)
# What the script says; everything else stands in the template.
SCRIPT_WORDS = {
    "offline": _("The server did not answer. Nothing was lost: press the key again in a moment."),
    "describe": _(
        "Describe the photo before you approve it: press a digit for a ready sentence, or e to "
        "write one."
    ),
    "area": _("Left %(x)s %%, top %(y)s %%, width %(width)s %%, height %(height)s %%."),
    "covering": _(
        "Cover: draw with the mouse, or move with the arrows, change the size with Shift and the "
        "arrows, and press Enter. Enter again saves."
    ),
    "cropping": _(
        "Crop: draw a box around what stays, or move it with the arrows, change its size with "
        "Shift and the arrows, and press Enter. Enter again saves."
    ),
    "turned": _("Turned by %(turn)s degrees. Enter saves."),
    "placed": _("Covers: %(number)s. Enter saves, c adds another one."),
    "cropped": _("The crop is set. Enter saves."),
    "removed": _("The last change is taken back. Covers: %(number)s."),
    "cancelled": _("Nothing was changed."),
    "saving": _("The picture is being made anew."),
    "most": _("Twenty covers are the most that a photo can have."),
}


@dataclass(frozen=True)
class Notice:
    """How an action went: shown in place, and read out."""

    text: str
    is_error: bool = False


def is_fragment(request: HttpRequest) -> bool:
    """Whether the script asks, which puts the answer into the page that is there."""
    return request.headers.get("X-Moderation") == "fragment"


def last_decided(request: HttpRequest) -> str:
    """The number of the photo decided on last, whose decision can be undone; carried along."""
    last = request.POST.get("last") or request.GET.get("last", "")
    return "" if read_number(last) is None else last


def show(
    request: HttpRequest,
    photo: Photo | None,
    *,
    notice: Notice | None = None,
    last: str = "",
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show a photo, or that none is waiting."""
    name = "photo" if photo else "queue_empty"
    if is_fragment(request):
        name = "screen" if photo else "screen_empty"
    context = {"notice": notice, "last": last, "script_words": _translated(SCRIPT_WORDS)}
    if photo is not None:
        context |= _beside(request, photo, form)
    return render(request, f"solidarity/admin/{name}.html", context, status=status)


def go_on(request: HttpRequest, photo: Photo, notice: Notice, *, last: str = "") -> HttpResponse:
    """Show the next photo after ``photo``, and how it went with that one."""
    if is_fragment(request):
        following = queue.next_photo(moderator=request.user, after=photo.pk)
        status = 409 if notice.is_error else 200
        return show(request, following, notice=notice, last=last, status=status)
    _tell(request, notice)
    return redirect(f"{reverse('solidarity_photos:queue')}?after={photo.pk}&last={last}")


def stay(request: HttpRequest, photo: Photo, notice: Notice) -> HttpResponse:
    """Show the same photo as it is now, and how it went."""
    if is_fragment(request):
        status = 409 if notice.is_error else 200
        found = find(photo.pk)
        return show(request, found, notice=notice, last=last_decided(request), status=status)
    _tell(request, notice)
    address = reverse("solidarity_photos:photo", args=[photo.pk])
    return redirect(f"{address}?last={last_decided(request)}")


def refused(request: HttpRequest, photo: Photo, error: services.PhotoError) -> HttpResponse:
    """Say why nothing was done: beside the photo if it still waits, else beside the next one."""
    notice = Notice(str(error), is_error=True)
    waits = Photo.objects.undecided().filter(pk=photo.pk).exists()
    if waits or queue.reported_photos().filter(pk=photo.pk).exists():
        return stay(request, photo, notice)
    return go_on(request, photo, notice, last=last_decided(request))


def find(photo_id: int) -> Photo | None:
    """Return the photo, with what the screen shows of it; None when its pictures are gone."""
    related = ("call", "partner", "decided_by", "looked_at_by", "entered_by")
    return Photo.objects.with_files().select_related(*related).filter(pk=photo_id).first()


def _tell(request: HttpRequest, notice: Notice) -> None:
    (messages.error if notice.is_error else messages.success)(request, notice.text)


def _translated(words: dict[str, object]) -> dict[str, str]:
    return {name: str(sentence) for name, sentence in words.items()}


def _beside(request: HttpRequest, photo: Photo, form: DecisionForm | None) -> dict[str, object]:
    """Everything that stands beside the picture."""
    moderator = request.user
    reports = list(photo.reports.open())
    alike = list(look_alikes(photo))
    upcoming = queue.upcoming_photo(moderator=moderator, after=photo.pk)
    return {
        "photo": photo,
        "large_size": photo.picture_size("large"),
        "form": form or DecisionForm(initial={"alt_text": photo.alt_text}),
        "edit_form": EditForm(current=photo.current_edits),
        "editor": _editor(photo),
        "consents": [Purpose(purpose).label for purpose in photo.consents_in_force()],
        "message_language": language_name(
            photo.message_language, other=gettext("another language")
        ),
        "country": country_name(photo.country) if photo.country else "",
        "reasons": list(enumerate(Photo.Reason.choices, start=1)),
        "sentences": _sentences(photo),
        "reports": reports,
        "last_report": reports[-1].pk if reports else "",
        # Strangers who hold the same printed sign look alike too: those are for a person to tick.
        "look_alikes": [(other, other.is_copy_of(photo)) for other in alike],
        "has_copies": any(other.is_undecided for other in alike),
        "pending_count": Photo.objects.pending().count(),
        "reported_count": queue.reported_photos().count(),
        "previous": queue.previous_photo(moderator=moderator, before=photo.pk),
        "upcoming": upcoming,
        "someone": queue.who_else_looks(photo, moderator),
        "keys_are_on": _keys_are_on(moderator),
    }


def _sentences(photo: Photo) -> list[tuple[int, str]]:
    """The ready sentences, in the language the sender used."""
    with override(site_language(photo.language)):
        return list(enumerate((str(sentence) for sentence in READY_SENTENCES), start=1))


def _editor(photo: Photo) -> dict[str, object]:
    """What the script needs to draw covers and a crop: the picture without any, and the edits."""
    edits: Edits = photo.current_edits
    variant = "original" if photo.has_originals else "large"
    extension = "jpg" if photo.has_originals else "webp"
    args = [photo.pk, variant, extension]
    return {
        "picture": reverse("solidarity_photos:picture", args=args),
        "turn": edits.turn,
        "covers": [list(cover) for cover in edits.covers],
        "crop": list(edits.crop) if edits.crop else None,
    }


def _keys_are_on(user: AbstractBaseUser) -> bool:
    """Whether the user has left single keys on in their account (WCAG 2.1.4)."""
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.keyboard_shortcuts if profile else True
