"""The sign to hold in a photo: a page, ready signs, and signs with words of one's own."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.caching import publicly_cached
from campaign_site.errors import error_page
from campaign_site.pdf import PdfError
from campaign_site.printable import printable
from campaign_site.territories import language_name
from solidarity.models import PhotoCall
from solidarity.sign import make_ready_sign, make_sign
from solidarity.sign_forms import SignForm
from supporters.door import guarded

LANGUAGES = ("en", "fr", "nl")
READY_SECONDS = 3600


@guarded("sign")
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the signs, and answer a form with words of one's own with a PDF.

    The words are in the body of the request and in the answer, and nowhere else: no row, no file,
    no address, no log.
    """
    call = get_object_or_404(PhotoCall.objects.announced(), slug=slug)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        subject=call.slug,
        language=get_language(),
        door=request.door,
    )
    if form.is_valid():
        try:
            return _pdf_response(_own_sign(call, form), pgettext("file name", "sign"))
        except PdfError:
            form.add_error(
                None,
                _(
                    "We could not make your sign just now. Your words are still "
                    "here: send them again in a minute."
                ),
            )
    return render(request, "solidarity/sign.html", _context(call, form))


@require_safe
@publicly_cached(seconds=READY_SECONDS)
def ready_sign(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Answer with the sign of the call's own words in a language."""
    call = get_object_or_404(PhotoCall.objects.announced(), slug=slug)
    slogan = _slogans(call).get(language)
    if not slogan:
        raise Http404
    with override(language):
        line, name = call.name, pgettext("file name", "sign")
    etag = f'"{hashlib.sha256(f"{slogan}\n{line}\n{language}".encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            pdf = make_ready_sign(slogan, language=language, line=line)
        except PdfError:
            return _come_back(request)
        response = _pdf_response(pdf, f"{name}-{language}")
    response.headers["ETag"] = etag
    return response


def _own_sign(call: PhotoCall, form: SignForm) -> bytes:
    return make_sign(
        form.cleaned_data["words"],
        language=form.cleaned_data["words_language"],
        line=call.name,
        interface=get_language(),
    )


def _pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Return a PDF to save; browsers that show it on the page would need more than our policy."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _come_back(request: HttpRequest) -> HttpResponse:
    response = error_page(request, "503", 503)
    response.headers["Retry-After"] = "30"
    return response


def _slogans(call: PhotoCall) -> dict[str, str]:
    """Return the call's own words by language, the reader's language first."""
    own = get_language()
    languages = sorted(LANGUAGES, key=lambda language: language != own)
    slogans = {language: getattr(call, f"slogan_{language}") for language in languages}
    return {language: slogan for language, slogan in slogans.items() if printable(slogan).strip()}


def _context(call: PhotoCall, form: SignForm) -> dict[str, object]:
    page = call.pages.live().filter(locale__language_code=get_language()).first()
    return {
        "call": call,
        "form": form,
        "page_url": page.url if page else "",
        "signs": [
            (language, language_name(language), slogan)
            for language, slogan in _slogans(call).items()
        ],
        "robots": "noindex",
    }
