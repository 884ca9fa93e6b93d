"""Decide on photos: approve, reject, set aside, undo; answer reports; reject look-alikes."""

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from solidarity import services
from solidarity.duplicates import look_alikes
from solidarity.models import Photo
from solidarity.moderation import screen
from solidarity.moderation.access import MODERATE
from solidarity.moderation_forms import DecisionForm


@require_POST
@permission_required(MODERATE)
def approve(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = get_object_or_404(Photo, pk=photo_id)
    form = DecisionForm(request.POST)
    if not form.is_valid() and found.is_undecided:
        sentence = form.errors["alt_text"][0]
        notice = screen.Notice(sentence, is_error=True)
        last = screen.last_decided(request)
        shown = screen.find(photo_id)
        return screen.show(request, shown, notice=notice, last=last, form=form, status=422)
    values = {"alt_text": form.cleaned_data.get("alt_text", ""), "seen": _seen(request)}
    return _carry_out(request, services.approve_photo, found, _("Approved."), **values)


@require_POST
@permission_required(MODERATE)
def reject(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = get_object_or_404(Photo, pk=photo_id)
    reason = request.POST.get("reason", "")
    if reason not in Photo.Reason.values:
        notice = screen.Notice(_("Choose why you reject the photo."), is_error=True)
        return screen.stay(request, found, notice)
    label = Photo.Reason(reason).label
    done = _("Rejected: %(reason)s.") % {"reason": label}
    return _carry_out(request, services.reject_photo, found, done, reason=reason)


@require_POST
@permission_required(MODERATE)
def set_aside(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = get_object_or_404(Photo, pk=photo_id)
    return _carry_out(request, services.set_aside_photo, found, _("Set aside."))


@require_POST
@permission_required(MODERATE)
def undo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Put a photo back among those to moderate, and show it."""
    found = get_object_or_404(Photo, pk=photo_id)
    try:
        services.undo_decision(photo=found, moderator=request.user)
    except services.PhotoError as error:
        return screen.refused(request, found, error)
    services.look_at(photo=found, moderator=request.user)
    return screen.stay(request, found, screen.Notice(_("The decision is undone.")))


@require_POST
@permission_required(MODERATE)
def take_down(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Take a photo off the wall, out of the dossier, and answer the reports about it."""
    found = get_object_or_404(Photo, pk=photo_id)
    return _carry_out(request, services.take_down_photo, found, _("Taken down."))


@require_POST
@permission_required(MODERATE)
def keep(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Answer the reports that the moderator has read by keeping the photo."""
    found = get_object_or_404(Photo, pk=photo_id)
    values = {"last_seen": read_number(request.POST.get("last_report", "")) or 0}
    return _carry_out(request, services.keep_reported_photo, found, _("Kept."), **values)


@require_POST
@permission_required(MODERATE)
def reject_copies(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Reject the chosen ones of the photos that look like this one and are not decided on."""
    found = get_object_or_404(Photo.objects.with_files(), pk=photo_id)
    chosen = set(request.POST.getlist("copy"))
    copies = [one for one in look_alikes(found) if str(one.pk) in chosen and one.is_undecided]
    number = 0
    for copy in copies:
        with suppress(services.PhotoError):  # decided on, or taken back, a moment ago
            services.reject_photo(photo=copy, moderator=request.user, reason=Photo.Reason.COPY)
            number += 1
    sentence = ngettext("%(number)d copy is rejected.", "%(number)d copies are rejected.", number)
    return screen.stay(request, found, screen.Notice(sentence % {"number": number}))


def _carry_out(
    request: HttpRequest, decide: Callable[..., Photo], found: Photo, done: str, **values
) -> HttpResponse:
    """Decide, tell the moderator how it went, and go on to the next photo."""
    try:
        decide(photo=found, moderator=request.user, **values)
    except services.PhotoError as error:
        return screen.refused(request, found, error)
    sentence = _("Photo %(number)s: %(done)s") % {"number": found.pk, "done": done}
    return screen.go_on(request, found, screen.Notice(sentence), last=str(found.pk))


def _seen(request: HttpRequest) -> str:
    """The name of the pictures that were on the screen."""
    return request.POST.get("seen", "")
