"""How many payments wait, on the first page of the admin."""

from wagtail.admin.site_summary import SummaryItem

from donations.treasury.access import MATCH
from donations.treasury.matching_queue import count_to_match


class PaymentsToMatchSummary(SummaryItem):
    order = 160
    template_name = "donations/admin/match_summary.html"

    def is_shown(self) -> bool:
        return self.request.user.has_perm(MATCH)

    def get_context_data(self, parent_context):
        return {"count": count_to_match()}
