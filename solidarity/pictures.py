"""Answer with one clean picture, so that nothing in it can run, be indexed or be embedded."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

from campaign_site.storage.answers import store_gone
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import EXTENSIONS, MEDIA_TYPES, read_picture

# How long a photo may stay in caches after it was withdrawn.
PUBLIC_SECONDS = 60
# Search engines would keep faces and names that their owners have long taken back.
ROBOTS = "noindex, noimageindex, noarchive"


def picture_response(
    request: HttpRequest,
    photo: Photo | HeldPhoto,
    variant: str,
    *,
    extension: str | None = None,
    public: bool = False,
) -> HttpResponse:
    """Return the picture, or 304 when the browser has it; whoever asks must be allowed to.

    ``public`` lets caches keep it for PUBLIC_SECONDS, and pages of the site show it where pictures
    have a host of their own; otherwise nothing keeps it. Raises ``Http404`` when the file is gone;
    answers 503 when its store does not.
    """
    extension = extension or EXTENSIONS[variant]
    etag = f'"{photo.file_name}-{variant}-{extension}"'
    response = get_conditional_response(request, etag=etag) if public else None
    if response is None:
        try:
            data = read_picture(photo.file_name, variant, extension)
        except FileNotFoundError as error:
            raise Http404 from error
        except OSError:
            return store_gone()
        response = HttpResponse(data, content_type=MEDIA_TYPES[extension])
    is_elsewhere = public and settings.PHOTO_BASE_URL
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = (
        "cross-origin" if is_elsewhere else "same-origin"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = ROBOTS
    if public:
        response.headers["ETag"] = etag
        patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
    return response
