"""What waits for moderators, on the first page of the admin."""

from wagtail.admin.site_summary import SummaryItem

from solidarity.models import Photo
from solidarity.moderation.access import MODERATE
from solidarity.moderation.queue import reported_photos


class PendingPhotosSummary(SummaryItem):
    """How many photos wait, and how many of those shown somebody has reported."""

    order = 150
    template_name = "solidarity/admin/summary.html"

    def is_shown(self) -> bool:
        return self.request.user.has_perm(MODERATE)

    def get_context_data(self, parent_context):
        return {
            "pending_count": Photo.objects.pending().count(),
            "reported_count": reported_photos().count(),
        }
