"""Enter a photo that came by mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from campaign_site.idempotency import KeyReused
from campaign_site.languages import site_language
from campaign_site.request_bodies import DroppingUploadHandler, body_size
from solidarity import services
from solidarity.models import PhotoCall
from solidarity.moderation.access import MODERATE
from solidarity.moderation_forms import MailedPhotoForm, MailedPhotoFrameForm
from solidarity.uploads import MAX_READ_BYTES, UnnamedUploadHandler


@csrf_exempt  # Only until the upload handler is chosen: the inner view checks the token.
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MODERATE)
def enter(request: HttpRequest) -> HttpResponse:
    """Take in a mailed photo; its file gets no name on the disk."""
    is_small = body_size(request) <= MAX_READ_BYTES
    handler = UnnamedUploadHandler if is_small else DroppingUploadHandler
    request.upload_handlers = [handler(request)]
    return _enter(request)


@csrf_protect
def _enter(request: HttpRequest) -> HttpResponse:
    chosen = MailedPhotoFrameForm(request.GET or None, initial=_usual())
    if not chosen.is_bound or not chosen.is_valid():
        return _screen(request, chosen, None)
    call, language = chosen.cleaned_data["call"], chosen.cleaned_data["language"]
    if request.method != "POST":
        return _screen(request, chosen, MailedPhotoForm(call=call, language=language))
    form = MailedPhotoForm(request.POST, request.FILES, call=call, language=language)
    if form.is_valid() and _record(request, form):
        messages.success(
            request,
            _("The photo is entered and waits for a decision. We have written to its sender."),
        )
        return redirect(request.get_full_path())
    return _screen(request, chosen, form)


def _usual() -> dict[str, object]:
    newest = PhotoCall.objects.filter(is_closed=False).order_by("-pk").first()
    return {"call": newest, "language": site_language(get_language())}


def _record(request: HttpRequest, form: MailedPhotoForm) -> bool:
    """Enter the photo; False, with the sentence on the form, when it cannot be."""
    names = (
        "message",
        "display_name",
        "email",
        "mailed_on",
        "consent_delivery",
        "consent_wall",
    )
    try:
        services.enter_mailed_photo(
            call=form.call,
            language=form.language,
            image=form.picture,
            details=form.details,
            entered_by=request.user,
            form_key=form.key,
            form_digest=form.content_digest,
            **{name: form.cleaned_data[name] for name in names},
        )
    except KeyReused:
        form.add_error(None, _("This form was sent before. Open it anew for another photo."))
    except services.PhotoError as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def _screen(
    request: HttpRequest, chosen: MailedPhotoFrameForm, form: MailedPhotoForm | None
) -> HttpResponse:
    values = {"chosen": chosen, "form": form}
    return render(request, "solidarity/admin/mail_entry.html", values)
