"""The wall, its photos and their pictures; the report about one, the frame and the slideshow."""

import functools
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, override
from django.views.decorators.http import require_http_methods, require_safe

from campaign_site.errors import form_key_reused, link_unusable
from campaign_site.headers import allow_features, extend_csp
from campaign_site.idempotency import KeyReused
from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from campaign_site.query_numbers import LARGEST, read_number
from solidarity import services
from solidarity.models import Photo, PhotoCall, PhotoReport
from solidarity.pictures import PUBLIC_SECONDS, ROBOTS, picture_response
from solidarity.report_forms import ReportForm
from solidarity.screens import call_screen
from solidarity.wall import find_photo, open_wall, slide
from supporters.door import guarded

EMBED_SIZE = 12
_REPORT_SALT = "photo-report"


def _wall_answer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that shows photos of a wall: kept for a minute at most, and not indexed.

    Shorter than other pages are kept, so that what somebody takes back is gone within a minute.
    """

    @require_safe
    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=0, s_maxage=PUBLIC_SECONDS)
        response.headers["X-Robots-Tag"] = ROBOTS
        return allow_features(response, "clipboard-write")

    return wrapper


def _announced(slug: str) -> PhotoCall:
    return get_object_or_404(PhotoCall.objects.announced(), slug=slug)


@_wall_answer
def wall(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the page that shows the wall in this language; without one, show the wall here."""
    call = _announced(slug)
    page = call.wall_pages.live().filter(locale__language_code=get_language()).first()
    if page and page.url:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{page.url}?{query}" if query else page.url)
    return call_screen(request, "wall", call, wall=open_wall(call, request.GET), robots=ROBOTS)


@_wall_answer
def photo_page(request: HttpRequest, slug: str, wall_key: int) -> HttpResponse:
    """Show one photo of the wall with its message, to be read, passed on or reported."""
    call = _announced(slug)
    found = find_photo(call, wall_key)
    if found is None:
        return _gone(request, call)
    context = {"tile": found.tile, "previous": found.previous, "next": found.next}
    # What is passed on is the address of this page, with the card of the call: no face.
    return call_screen(request, "wall_photo", call, robots=ROBOTS, shares_call=True, **context)


def _gone(request: HttpRequest, call: PhotoCall) -> HttpResponse:
    """Say that a photo is not on the wall; whether it ever was is nobody's business."""
    return call_screen(request, "wall_photo_gone", call, status=404, robots=ROBOTS)


@guarded("photo-report")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, wall_key: int) -> HttpResponse:
    """Take in what somebody says about a photo; who is in it sees it go at once."""
    call = _announced(slug)
    photo = _reportable(call, wall_key)
    if photo is None:
        return _gone(request, call)
    form = ReportForm(request.POST or None, photo=photo, language=get_language(), door=request.door)
    if request.method == "POST" and form.is_valid():
        try:
            made = _report(photo, form)
        except KeyReused:
            return form_key_reused(request)
        return redirect("solidarity:reported", slug, signing.dumps(made.pk, salt=_REPORT_SALT))
    return call_screen(request, "report", call, form=form, photo=photo)


@require_safe
def reported(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Tell whoever reported a photo what has become of it so far, and what comes next."""
    call = _announced(slug)
    try:
        number = signing.loads(token, salt=_REPORT_SALT)
    except signing.BadSignature:
        return link_unusable(request)
    made = PhotoReport.objects.filter(pk=number, photo__call=call).first()
    if made is None:
        return link_unusable(request)
    is_shown = Photo.objects.public().filter(pk=made.photo_id).exists()
    return call_screen(request, "reported", call, report=made, is_shown=is_shown)


def _reportable(call: PhotoCall, wall_key: int) -> Photo | None:
    """Return the photo; one that a report took off the wall still takes the same report again."""
    if wall_key > LARGEST:
        return None
    photo = call.photos.filter(wall_key=wall_key, status=Photo.Status.APPROVED).first()
    shown = photo and (photo.is_hidden or call.photos.public().filter(pk=photo.pk).exists())
    return photo if shown else None


def _report(photo: Photo, form: ReportForm) -> PhotoReport:
    return services.report_photo(
        photo=photo,
        kind=form.cleaned_data["kind"],
        words=form.cleaned_data["words"],
        email=form.cleaned_data["email"],
        language=get_language(),
        form_key=form.key,
        form_digest=form.content_digest,
    )


@_wall_answer
def slideshow(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one photo, filling a screen in the street; a script goes from one to the next.

    ``at`` is the place on the wall. What is there no longer gives way to the next photo.
    """
    call = _announced(slug)
    found = slide(call, read_number(request.GET.get("at", "")))
    tile, next_position = found or (None, None)
    context = {"tile": tile, "next_position": next_position, "short_address": _short_address(call)}
    return call_screen(request, "slideshow", call, robots=ROBOTS, **context)


def _short_address(call: PhotoCall) -> str:
    """The address of the form as people write it down."""
    return absolute_url(call.get_absolute_url()).partition("://")[2]


@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a few photos of the wall in a frame on somebody else's page, in the language asked for.

    ``lang`` names the language; without it the browser's own, else English.
    """
    call = _announced(slug)
    asked = request.GET.get("lang", "")
    is_named = asked in dict(settings.LANGUAGES)
    language = asked if is_named else site_language(get_language_from_request(request))
    with override(language):
        response = render(
            request,
            "solidarity/embed.html",
            {"call": call, "wall": open_wall(call, {}, size=EMBED_SIZE), "robots": ROBOTS},
        )
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = ROBOTS
    if not is_named:
        patch_vary_headers(response, ["Accept-Language"])
    patch_cache_control(response, public=True, max_age=0, s_maxage=PUBLIC_SECONDS)
    # The one page that other sites may frame: there is nothing on it to be pressed by mistake.
    response.xframe_options_exempt = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return extend_csp(response, frame_ancestors=["*"])


@require_safe
def photo_file(request: HttpRequest, file_name: str, variant: str, extension: str) -> HttpResponse:
    """Answer with a picture of the wall; whatever is not public does not exist."""
    try:
        found = get_object_or_404(Photo.objects.public(), file_name=file_name)
        return picture_response(request, found, variant, extension=extension, public=True)
    except Http404:
        # In few words: nobody reads a page in the place of a picture.
        return HttpResponseNotFound("There is no such picture.\n", content_type="text/plain")
