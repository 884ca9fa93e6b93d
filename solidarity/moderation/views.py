"""Look at photos: the queue, one photo, its pictures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from solidarity import services
from solidarity.models import Photo
from solidarity.moderation import queue as queue_of
from solidarity.moderation import screen
from solidarity.moderation.access import MODERATE
from solidarity.pictures import picture_response


@require_safe
@permission_required(MODERATE)
def queue(request: HttpRequest) -> HttpResponse:
    """Take the next photo after the one just decided on, or say that there is none."""
    number = read_number(request.GET.get("after", "")) or 0
    last = screen.last_decided(request)
    found = queue_of.next_photo(moderator=request.user, after=number)
    if found is None or screen.is_fragment(request):
        photo = screen.find(found.pk) if found else None
        return screen.show(request, photo, last=last)
    address = reverse("solidarity_photos:photo", args=[found.pk])
    return redirect(f"{address}?last={last}" if last else address)


@require_safe
@permission_required(MODERATE)
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Show one photo; whoever opens it has it on the screen, unless somebody else has."""
    found = screen.find(photo_id)
    if found is None:
        raise Http404
    is_waiting = found.is_undecided or queue_of.reported_photos().filter(pk=found.pk).exists()
    if is_waiting and not queue_of.who_else_looks(found, request.user):
        services.look_at(photo=found, moderator=request.user)
    return screen.show(request, found, last=screen.last_decided(request))


@require_safe
@permission_required(MODERATE)
def picture(request: HttpRequest, photo_id: int, variant: str, extension: str) -> HttpResponse:
    """Answer with a picture that is not public, or not yet; nothing keeps it."""
    found = Photo.objects.with_files().filter(pk=photo_id).first()
    if found is None:
        raise Http404
    return picture_response(request, found, variant)
