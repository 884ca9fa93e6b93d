"""A campaign as its launch checklist sees it: its pages in every language, as they will be."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.functional import cached_property
from wagtail.models import Locale, Page

from donations.models import Appeal
from newsroom.checking.page_checks import Checked, check_pages
from pages.models import AppealPage, CampaignPage

HOME_DEPTH = 2
LANGUAGES = ("en", "fr", "nl")


@dataclass(frozen=True)
class Draft:
    """A page with its language, and the draft of it: what readers will see after publication."""

    page: Page
    language: str


class Campaign:
    """All pages of one campaign, read once. A draft that is newer than the page stands for it."""

    def __init__(self, key: uuid.UUID, drafts: list[Draft]) -> None:
        self.key = key
        self.drafts = drafts

    @cached_property
    def heads(self) -> dict[str, Page]:
        """The campaign's own page in each language that has it."""
        own = {
            one.language: one.page for one in self.drafts if one.page.translation_key == self.key
        }
        return {code: own[code] for code in LANGUAGES if code in own}

    @property
    def head(self) -> Page:
        return next(iter(self.heads.values()))

    @property
    def title(self) -> str:
        return getattr(self.head, "name", "") or self.head.title

    @property
    def is_live(self) -> bool:
        return any(head.live for head in self.heads.values())

    @cached_property
    def facts(self) -> list:
        """The photo calls, events and appeals of its pages, each once; a query for each kind."""
        ids: dict[type, set[int]] = {}
        for one in self.drafts:
            field = getattr(one.page, "fact_field", "")
            number = getattr(one.page, f"{field}_id", None) if field else None
            if number:
                ids.setdefault(one.page._meta.get_field(field).related_model, set()).add(number)
        found = []
        for model, numbers in ids.items():
            facts = model.objects.filter(pk__in=numbers).order_by("pk")
            # A code is read back with what its account says.
            found += facts.select_related("account") if model is Appeal else facts
        return found

    def facts_of(self, model: type) -> list:
        return [fact for fact in self.facts if isinstance(fact, model)]

    @cached_property
    def checked(self) -> list[Checked]:
        """What is found in each of the pages, in the order of the tree."""
        return check_pages(one.page for one in self.drafts)


def campaign_heads() -> Iterable[Page]:
    """The pages that a checklist can be about: campaigns, and appeals that stand by themselves."""
    return (
        Page.objects.filter(depth=HOME_DEPTH + 1)
        .type(CampaignPage, AppealPage)
        .order_by("live", "-latest_revision_created_at", "pk")
    )


def read_campaign(key: uuid.UUID) -> Campaign | None:
    """Return the campaign whose page has this translation key; None when there is none."""
    heads = list(campaign_heads().filter(translation_key=key).values_list("path", flat=True))
    if not heads:
        return None
    below = Q()
    for path in heads:
        below |= Q(path__startswith=path)
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    pages = Page.objects.filter(below).order_by("path").specific()
    return Campaign(key, [Draft(draft_of(page), languages[page.locale_id]) for page in pages])


def draft_of(page: Page) -> Page:
    """Return a specific page as its newest draft says it, if there is one newer than the page."""
    if not page.has_unpublished_changes or not page.latest_revision_id:
        return page
    return page.get_latest_revision_as_object()


def may_see(user: AbstractBaseUser, campaign: Campaign) -> bool:
    """Whether this member of staff may edit one of the campaign's pages."""
    return any(head.permissions_for_user(user).can_edit() for head in campaign.heads.values())


def may_launch(user: AbstractBaseUser, campaign: Campaign) -> bool:
    """Whether they may publish it, and so say that a point is seen to."""
    return any(head.permissions_for_user(user).can_publish() for head in campaign.heads.values())
