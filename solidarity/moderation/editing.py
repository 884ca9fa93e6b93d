"""Cover, turn or crop a photo."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_required

from solidarity import services
from solidarity.edits import Edits
from solidarity.models import Photo
from solidarity.moderation import screen
from solidarity.moderation.access import MODERATE
from solidarity.moderation_forms import EditForm


@require_POST
@permission_required(MODERATE)
def edit(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Have the pictures made anew with the edits; a cover or crop answers open reports."""
    found = get_object_or_404(Photo.objects.with_files(), pk=photo_id)
    form = EditForm(request.POST, current=found.current_edits)
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        return screen.stay(request, found, screen.Notice(sentence, is_error=True))
    edits: Edits = form.cleaned_data["chosen"]
    seen = form.cleaned_data["seen"]
    try:
        changed = services.edit_photo(photo=found, moderator=request.user, edits=edits, seen=seen)
    except services.PhotoError as error:
        return screen.refused(request, found, error)
    return screen.stay(request, changed, screen.Notice(_answer(changed, edits, request)))


def _answer(photo: Photo, edits: Edits, request: HttpRequest) -> str:
    """Answer the reports of a photo on the wall by its cover, and say what was done.

    Not when another report has come in since the screen was shown: nobody has read that one.
    """
    newest = photo.reports.open().last()
    was_read = newest is not None and str(newest.pk) == request.POST.get("last_report")
    hides = bool(edits.covers or edits.crop)
    if hides and was_read and photo.status == Photo.Status.APPROVED:
        services.note_cover(photo=photo, moderator=request.user)
        return _("The picture is changed, the reports are answered, and the photo is shown.")
    return _("The picture is changed.")
