"""Name a campaign as what goes on from an earlier one, in the outcome of the old pages."""

from django.db import transaction
from wagtail.models import Page

from pages.blocks import StoryBody


@transaction.atomic
def name_successor(*, old: Page, new: Page, user) -> int:
    """Write ``new`` into the drafts of the old pages that have an outcome; return of how many.

    An outcome that names another page already stays, and so does a page that ``user`` may not
    change. Nothing is published: readers see it once an editor publishes the old page again.
    """
    named = 0
    for page in old.get_translations(inclusive=True).specific():
        permissions = page.permissions_for_user(user)
        if not permissions.can_edit() or permissions.page_locked():
            continue
        draft = page.get_latest_revision_as_object()
        if _name(draft, new):
            draft.save_revision(user=user, log_action=True)
            named += 1
    return named


def has_outcome(page: Page) -> bool:
    """Whether the draft of a page has an outcome that names nothing yet."""
    draft = page.specific.get_latest_revision_as_object()
    return any(
        block.block_type == "outcome" and not block.value.get("successor") for block in draft.body
    )


def _name(draft: Page, new: Page) -> bool:
    raw = draft.body.get_prep_value()
    outcomes = [child for child in raw if child["type"] == "outcome"]
    empty = [child for child in outcomes if not child["value"].get("successor")]
    for child in empty:
        child["value"]["successor"] = new.pk
    if empty:
        draft.body = StoryBody().to_python(raw)
    return bool(empty)
