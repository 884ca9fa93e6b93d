"""Lists of photos: those that wait, set aside, reported, decided on."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic

from solidarity.models import Photo
from solidarity.moderation.queue import reported_photos

_PHOTO = TitleColumn(
    "photo",
    label=_("Photo"),
    accessor="alt_text_or_number",
    url_name="solidarity_photos:photo",
)
_CALL = Column("call", label=_("Photo call"))
_LANGUAGE = Column("message_language", label=_("Language"))
_PARTNER = Column("partner", label=_("For whom"))
_RECEIVED = Column("created_hour", label=_("Received"))
_STATUS = Column("status", label=_("Status"), accessor="get_status_display")


class PhotosView(generic.IndexView):
    """A list of photos, each leading to its screen. For those who may moderate."""

    model = Photo
    any_permission_required: ClassVar = ["moderate"]
    header_icon = "image"
    default_ordering = "pk"
    paginate_by = 50
    list_filter: ClassVar = ["call", "message_language", "partner"]
    columns: ClassVar = [_PHOTO, _CALL, _LANGUAGE, _PARTNER, _RECEIVED]


class WaitingPhotosView(PhotosView):
    page_title = _("Photos to moderate")
    index_url_name = "solidarity_photos:waiting"
    index_results_url_name = "solidarity_photos:waiting_results"

    def get_base_queryset(self):
        return Photo.objects.pending().select_related("call", "partner")


class AsidePhotosView(PhotosView):
    page_title = _("Photos set aside")
    index_url_name = "solidarity_photos:aside"
    index_results_url_name = "solidarity_photos:aside_results"

    def get_base_queryset(self):
        return Photo.objects.aside().select_related("call", "partner")


class ReportedPhotosView(PhotosView):
    page_title = _("Reported photos")
    index_url_name = "solidarity_photos:reported"
    index_results_url_name = "solidarity_photos:reported_results"
    columns: ClassVar = [
        _PHOTO,
        _CALL,
        _STATUS,
        _RECEIVED,
    ]

    def get_base_queryset(self):
        return reported_photos().select_related("call", "partner")


class DecidedPhotosView(PhotosView):
    """What was approved or rejected, latest first."""

    page_title = _("Decided photos")
    index_url_name = "solidarity_photos:decided"
    index_results_url_name = "solidarity_photos:decided_results"
    default_ordering = "-decided_at"
    list_filter: ClassVar = ["call", "status", "reason", "language", "decided_by"]
    columns: ClassVar = [
        _PHOTO,
        _CALL,
        _STATUS,
        Column("reason", label=_("Reason"), accessor="get_reason_display"),
        Column("decided_by", label=_("Decided by")),
        Column("decided_at", label=_("Decided at"), sort_key="decided_at"),
    ]

    def get_base_queryset(self):
        return Photo.objects.decided().with_files().select_related("call", "decided_by")
