"""Send a photo, see how it stands, take it back."""

import contextlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign_site.errors import form_key_reused, link_unusable
from campaign_site.headers import allow_features, extend_csp
from campaign_site.idempotency import KeyReused
from campaign_site.links import BadLink, find_by_token
from campaign_site.request_bodies import DroppingUploadHandler, body_size
from campaign_site.same_origin import public_form
from campaign_site.territories import country_name
from solidarity import services
from solidarity.forms import PhotoForm, WithdrawalCodeForm
from solidarity.held_photos import find_held_photo, hold_photo
from solidarity.models import Photo, PhotoCall, Purpose
from solidarity.pictures import picture_response
from solidarity.screens import call_screen
from solidarity.uploads import MAX_READ_BYTES, UnnamedUploadHandler
from solidarity.withdrawal_codes import code_to_show, find_photo
from supporters import sources
from supporters.door import guarded


@guarded("photo")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form and take it in; a photo that was chosen survives whatever else is wrong."""
    call = get_object_or_404(PhotoCall.objects.announced(), slug=slug)
    if not call.is_open:
        return call_screen(request, "closed", call)
    form = _read_form(request, call)
    if form.is_valid():
        try:
            return redirect(_submit(call, form).standing_url)
        except KeyReused:
            return form_key_reused(request)
        except services.PhotoError as error:
            form.refuse(str(error))
    _hold_chosen(form)
    too_large = body_size(request) > settings.MAX_REQUEST_BYTES
    response = call_screen(request, "send", call, status=413 if too_large else 200, form=form)
    return allow_features(extend_csp(response, img_src=["blob:"]), "camera")


def _read_form(request: HttpRequest, call: PhotoCall) -> PhotoForm:
    """Return what was sent, or an empty form; a body that is far too large is not read at all."""
    if body_size(request) > MAX_READ_BYTES:
        return PhotoForm.refused_unread(call=call, language=get_language())
    if request.method != "POST":
        return PhotoForm(
            call=call,
            language=get_language(),
            door=request.door,
            came_by=request.GET.get(sources.PARAMETER, ""),
        )
    # What is refused anyway is read past, so that the form comes back with everything typed.
    handler = DroppingUploadHandler if request.door.is_closed else UnnamedUploadHandler
    request.upload_handlers = [handler(request)]
    return PhotoForm(
        request.POST, request.FILES, call=call, language=get_language(), door=request.door
    )


def _submit(call: PhotoCall, form: PhotoForm) -> Photo:
    return services.submit_photo(
        call=call,
        image=form.chosen_image,
        message=form.cleaned_data["message"],
        display_name=form.cleaned_data["display_name"],
        email=form.cleaned_data["email"],
        consent_delivery=form.cleaned_data["consent_delivery"],
        consent_wall=form.cleaned_data["consent_wall"],
        language=get_language(),
        form_key=form.key,
        form_digest=form.content_digest,
        details=form.details,
        words=form.words,
        newsletter=form.newsletter_words,
        source=form.cleaned_data["source"],
    )


def _hold_chosen(form: PhotoForm) -> None:
    """Hold the photo of a form that comes back. On a full disk, only the typed text survives."""
    cleaned = form.cleaned_data.get("image") if form.is_bound else None
    if cleaned:
        with contextlib.suppress(OSError):
            digest = form.source_digest
            form.hold(hold_photo(cleaned=cleaned, source_digest=digest, frame=form.chosen_frame))


@require_safe
def held(request: HttpRequest, token: str) -> HttpResponse:
    """Show the photo of a form that has to be corrected to whoever holds that form."""
    held_photo = find_held_photo(token)
    if held_photo is None:
        raise Http404
    return picture_response(request, held_photo, "wall")


@require_safe
def photo(request: HttpRequest, token: str) -> HttpResponse:
    """Say what happens next to a photo, and offer to take it back."""
    try:
        found = find_by_token(Photo.objects.select_related("call"), Photo.LINK_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    is_kept = found.status not in (Photo.Status.REJECTED, Photo.Status.WITHDRAWN)
    asks_to_confirm = is_kept and found.mailed_on is not None and found.confirmed_hour is None
    consents = found.consents_in_force()
    is_delayed = found.show_from is not None and found.show_from > timezone.localdate()
    context = {
        "photo": found,
        "token": token,
        "consents": consents,
        "taken_back": found.consents_taken_back(),
        "withdrawal_code": code_to_show(found),
        "country_name": country_name(found.country),
        "asks_to_confirm": asks_to_confirm,
        "is_delayed": is_kept and is_delayed and Purpose.WALL in consents,
        # One next step at a time.
        "can_pass_on": is_kept and found.call.is_open and not asks_to_confirm,
    }
    return call_screen(request, "photo", found.call, **context)


@public_form
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take back the photo, or the one agreement that the form names."""
    try:
        found = find_by_token(Photo.objects.all(), Photo.LINK_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    purpose = request.POST.get("purpose", "")
    if purpose in Purpose.values:
        services.withdraw_consent(found, purpose=purpose)
    elif purpose == "":
        services.withdraw_photo(found)
    else:
        raise Http404
    return redirect("solidarity:photo", token)


@public_form
@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let the sender of a photo that came by mail say that what staff noted is right."""
    try:
        found = find_by_token(Photo.objects.all(), Photo.LINK_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    services.confirm_photo(found)
    return redirect("solidarity:photo", token)


@guarded("withdrawal-code")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_with_code(request: HttpRequest) -> HttpResponse:
    """Lead from a code to the photo's own page, where it is taken back.

    Whatever is no code gets the same answer, mistyped or made up.
    """
    form = WithdrawalCodeForm(request.POST or None, door=request.door)
    if request.method == "POST" and form.is_valid():
        found = find_photo(form.cleaned_data["code"])
        if found is not None:
            return redirect(found.standing_url)
        form.add_error("code", _("No photo has this code. Check each letter and digit."))
    context = {"form": form, "robots": "noindex"}
    return render(request, "solidarity/withdraw_with_code.html", context)
