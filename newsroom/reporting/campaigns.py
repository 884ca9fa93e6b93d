"""Which campaigns there are, and the photo calls, events and appeals that each stands for."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from campaign_site.languages import site_language
from newsroom.reporting.counting import Kind
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage

# Wagtail's paths have four characters for each level; a campaign stands below its home page.
_CAMPAIGN_DEPTH = 3
_CAMPAIGN_PATH = 4 * _CAMPAIGN_DEPTH


@dataclass
class Campaign:
    """A campaign in all its languages, or an appeal that stands on its own.

    ``key`` is the translation key of its page, ``titles`` has its name by language.
    """

    key: uuid.UUID
    is_live: bool = False
    is_over: bool = False
    titles: dict[str, str] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    calls: set[int] = field(default_factory=set)
    events: set[int] = field(default_factory=set)
    appeals: set[int] = field(default_factory=set)

    @property
    def title(self) -> str:
        return self.titles.get(site_language()) or next(iter(self.titles.values()))

    @property
    def state(self) -> str:
        if not self.is_live:
            return _("draft")
        return _("ended") if self.is_over else _("running")

    def subjects(self, kinds: Iterable[str]) -> dict[str, set[int]]:
        """The ids of what is counted, by the kind of figure."""
        of_kind = {
            Kind.PHOTO: self.calls,
            Kind.SIGN_UP: self.events,
            Kind.PLEDGE: self.appeals,
            Kind.GIFT: self.appeals,
        }
        return {str(kind): of_kind[Kind(kind)] for kind in kinds}


def all_campaigns() -> list[Campaign]:
    """Return every campaign, those that run first, then by name; four queries."""
    by_path: dict[str, Campaign] = {}
    by_key: dict[uuid.UUID, Campaign] = {}
    for page in _tops():
        path, key = page["path"], page["translation_key"]
        campaign = by_path[path] = by_key.setdefault(key, Campaign(key))
        language = page["locale__language_code"]
        campaign.titles[language] = page.get("name") or page["title"]
        campaign.pages[language] = page["pk"]
        campaign.is_live |= page["live"]
        campaign.is_over |= page.get("state") in _OVER
        if page.get("appeal_id"):
            campaign.appeals.add(page["appeal_id"])
    for model, name, to in (
        (PhotoCallPage, "photo_call_id", "calls"),
        (EventPage, "event_id", "events"),
        (AppealPage, "appeal_id", "appeals"),
    ):
        for path, fact in model.objects.filter(depth__gt=_CAMPAIGN_DEPTH).values_list("path", name):
            above = by_path.get(path[:_CAMPAIGN_PATH])
            if above is not None:
                getattr(above, to).add(fact)
    return sorted(
        by_key.values(), key=lambda one: (not one.is_live, one.is_over, one.title.casefold())
    )


_OVER = (CampaignPage.State.ENDED, CampaignPage.State.ARCHIVED)
_READ = ("pk", "path", "translation_key", "title", "live", "locale__language_code")


def _tops() -> Iterator[dict]:
    yield from CampaignPage.objects.order_by("path").values(*_READ, "name", "state")
    appeals = AppealPage.objects.filter(depth=_CAMPAIGN_DEPTH).order_by("path")
    yield from appeals.values(*_READ, "appeal_id")
