"""What the checks have to say on the first page of the admin: one query each, and little more."""

from collections.abc import Iterator

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page
from wagtail.permissions import policy_registry

from newsroom.checking.campaigns import campaign_heads
from newsroom.checking.figures import check_figures
from newsroom.checking.page_links import BROKEN_AFTER
from newsroom.models import LinkCheck
from pages.models import AppealPage, ArticlePage, CampaignPage
from staff.to_do import Item

ORDER = 80
# Figures age by the day: to count them on every look would be for nothing.
_COUNTED_SECONDS = 600
_WITH_FIGURES = (CampaignPage, AppealPage, ArticlePage)


def items(request: HttpRequest) -> Iterator[Item]:
    """Campaigns that are drafts, broken links, figures that are old or have no date."""
    # Who publishes pages answers for them; translators find what is theirs on their own board.
    if not policy_registry.get_by_type(Page).user_has_permission(request.user, "publish"):
        return
    report = reverse("newsroom_checking:report")
    drafts = _drafts()
    label = ngettext("campaign to prepare", "campaigns to prepare", drafts)
    yield Item("launches", label, drafts, reverse("newsroom_checking:launches"))
    broken = LinkCheck.objects.filter(failures__gte=BROKEN_AFTER).count()
    label = ngettext("broken link", "broken links", broken)
    note = _("They have failed for three nights or more.") if broken else ""
    yield Item("broken-links", label, broken, f"{report}?kind=link", note)
    old = cache.get_or_set("old-figures", count_figures, _COUNTED_SECONDS)
    label = ngettext("figure or source to look at", "figures and sources to look at", old)
    note = _("Without a source or a date, or more than a year old.") if old else ""
    yield Item("old-figures", label, old, f"{report}?kind=figure", note)


def _drafts() -> int:
    """Campaigns that are live in no language."""
    live = campaign_heads().filter(live=True).order_by().values("translation_key")
    drafts = campaign_heads().exclude(translation_key__in=live).order_by()
    return drafts.values("translation_key").distinct().count()


def count_figures() -> int:
    """Count what is found about figures on live pages; a query for each kind of page."""
    today = timezone.localdate()
    return sum(
        len(list(check_figures(page, today)))
        for model in _WITH_FIGURES
        for page in model.objects.live()
    )
