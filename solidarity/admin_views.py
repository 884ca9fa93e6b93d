"""Staff screens: photos to moderate one at a time, those decided on, and the photo calls."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from solidarity import services
from solidarity.forms import DecisionForm
from solidarity.models import Photo, PhotoCall, Purpose
from solidarity.pictures import picture_response

MODERATE = "solidarity.moderate_photo"


@require_safe
@permission_required(MODERATE)
def queue(request: HttpRequest) -> HttpResponse:
    """Go to the next photo to moderate after the one just decided on, or say there is none."""
    after = request.GET.get("after", "")
    pending = Photo.objects.pending()
    later = pending.filter(pk__gt=after) if after.isascii() and after.isdigit() else pending
    photo = later.first() or pending.first()
    if photo is None:
        return render(request, "solidarity/admin/queue_empty.html")
    return redirect("solidarity_photos:photo", photo.pk)


@require_safe
@permission_required(MODERATE)
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = _find(photo_id)
    return _photo_screen(request, found, DecisionForm(initial={"alt_text": found.alt_text}))


def _find(photo_id: int) -> Photo:
    photos = Photo.objects.with_files().select_related("call", "decided_by")
    return get_object_or_404(photos, pk=photo_id)


def _photo_screen(request: HttpRequest, found: Photo, form: DecisionForm) -> HttpResponse:
    pending = Photo.objects.pending()
    context = {
        "photo": found,
        "form": form,
        "consents": [Purpose(purpose) for purpose in found.consents_in_force()],
        "pending_count": pending.count(),
        "previous": pending.filter(pk__lt=found.pk).last(),
        "next": pending.filter(pk__gt=found.pk).first(),
    }
    return render(request, "solidarity/admin/photo.html", context)


@require_POST
@permission_required(MODERATE)
def approve(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = get_object_or_404(Photo, pk=photo_id)
    form = DecisionForm(request.POST)
    if not form.is_valid() and not found.is_erased:
        return _photo_screen(request, found, form)
    alt_text = form.cleaned_data.get("alt_text", "")
    return _carry_out(request, services.approve_photo, found, _("Approved."), alt_text=alt_text)


@require_POST
@permission_required(MODERATE)
def reject(request: HttpRequest, photo_id: int) -> HttpResponse:
    found = get_object_or_404(Photo, pk=photo_id)
    return _carry_out(request, services.reject_photo, found, _("Rejected."))


@require_POST
@permission_required(MODERATE)
def undo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Put a photo back among those to moderate, and show it."""
    found = get_object_or_404(Photo, pk=photo_id)
    try:
        services.undo_decision(photo=found, moderator=request.user)
    except services.PhotoError as error:
        messages.error(request, str(error))
        return redirect("solidarity_photos:queue")
    return redirect("solidarity_photos:photo", found.pk)


def _carry_out(request: HttpRequest, decide, found: Photo, done: str, **values) -> HttpResponse:
    """Decide, tell the moderator how it went, and go on to the next photo."""
    try:
        decide(photo=found, moderator=request.user, **values)
    except services.PhotoError as error:
        messages.error(request, str(error))
    else:
        look_again = reverse("solidarity_photos:photo", args=[found.pk])
        messages.success(request, done, buttons=[messages.button(look_again, _("Look again"))])
    return redirect(f"{reverse('solidarity_photos:queue')}?after={found.pk}")


@require_safe
@permission_required(MODERATE)
def picture(request: HttpRequest, photo_id: int, variant: str) -> HttpResponse:
    """Answer with a picture that is not public, or not yet; nothing keeps it."""
    return picture_response(request, _find(photo_id), variant)


class DecidedPhotosView(generic.IndexView):
    """What was approved or rejected, latest first. For those who may moderate."""

    model = Photo
    any_permission_required = ["moderate"]
    page_title = gettext_lazy("Decided photos")
    header_icon = "image"
    index_url_name = "solidarity_photos:decided"
    index_results_url_name = "solidarity_photos:decided_results"
    default_ordering = "-decided_at"
    list_filter = ["call", "status", "language", "decided_by"]
    columns = [
        TitleColumn(
            "photo",
            label=gettext_lazy("Photo"),
            accessor="alt_text_or_number",
            url_name="solidarity_photos:photo",
        ),
        Column("call", label=gettext_lazy("Photo call")),
        Column("status", label=gettext_lazy("Status"), accessor="get_status_display"),
        Column("decided_by", label=gettext_lazy("Decided by")),
        Column("decided_at", label=gettext_lazy("Decided at"), sort_key="decided_at"),
    ]

    def get_base_queryset(self):
        return Photo.objects.decided().with_files().select_related("call", "decided_by")


class PhotoCallViewSet(ModelViewSet):
    """Photo calls are closed, not deleted: people have sent photos and hold links."""

    model = PhotoCall
    url_namespace = "photo_calls_admin"
    icon = "image"
    menu_label = gettext_lazy("Photo calls")
    menu_order = 206
    add_to_admin_menu = True
    copy_view_enabled = False
    ordering = ["-pk"]
    list_display = ["name_en", "opens_on", "closes_on"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel(f"name_{code}") for code in ("en", "fr", "nl")],
                heading=gettext_lazy("Name"),
            ),
            FieldPanel("slug"),
            MultiFieldPanel(
                [FieldPanel(f"recipient_{code}") for code in ("en", "fr", "nl")],
                heading=gettext_lazy("Recipient"),
            ),
            FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
            FieldPanel("is_closed"),
        ]
    )

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})


class PendingPhotosSummary(SummaryItem):
    """How many photos wait, on the admin's first page."""

    order = 150
    template_name = "solidarity/admin/summary.html"

    def is_shown(self) -> bool:
        return self.request.user.has_perm(MODERATE)

    def get_context_data(self, parent_context):
        return {"pending_count": Photo.objects.pending().count()}
