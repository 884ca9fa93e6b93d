"""Use a campaign again: its pages in every language as drafts, with actions of their own.

Words and translations come along; what happened in the old campaign does not: no photos, nobody
signed up, no gifts, no updates, no outcome. Nothing of the copy is public until somebody publishes
it, and nothing of the old campaign changes but, if asked for, the draft of its outcome.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.blocks.stream_block import StreamValue
from wagtail.log_actions import log
from wagtail.models import Page

from donations.models import Appeal
from events.services.copying import next_slug
from events.services.copying_translations import copy_translations
from newsroom.reuse.bodies import Moves, moved_body
from newsroom.reuse.days import move_of
from newsroom.reuse.facts import Anew, copy_fact
from pages.models import CampaignPage
from pages.models.actions import FactPage

USE_AGAIN = "newsroom.use_again"


class ReuseError(Exception):
    """Why a campaign cannot be used again, as a sentence; ``field`` is the form's, if one is."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass
class _Copies:
    """What was made so far: pages and facts, old beside new."""

    pages: list[tuple[Page, Page]] = field(default_factory=list)
    facts: dict[tuple[type, int], models.Model] = field(default_factory=dict)
    keys: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)

    @property
    def moves(self) -> Moves:
        return Moves(
            pages={page.pk: made.pk for page, made in self.pages},
            appeals={pk: made.pk for (model, pk), made in self.facts.items() if model is Appeal},
        )


@transaction.atomic
def use_again(*, page: Page, slug: str, years: int, keeps_days: bool, user) -> Page:
    """Copy a campaign in every language it has, and return the copy in the language of ``page``.

    All days move together, the last of them by ``years`` to the same weekday; without
    ``keeps_days`` those of photo calls and appeals stay empty, while events keep one. ``slug`` is
    the new address of ``page``; those in other languages get the new year. Raises ``ReuseError``
    when the address is taken, or ``user`` may not add pages there, and ``SignUpError`` when the
    clock changes at an event's hour; nothing is kept then.
    """
    # A button that is pressed twice copies once: the second finds the address taken.
    Page.objects.select_for_update(no_key=True).get(pk=page.pk)
    if page.get_siblings().filter(slug=slug).exists():
        raise ReuseError(_("Another page has this address. Choose another."), field="slug")
    roots = list(page.get_translations(inclusive=True).order_by("path").specific())
    if not all(may_copy(root, user) for root in roots):
        raise ReuseError(_("You may not add pages in every language that this campaign has."))
    anew = Anew(move_of(days_of(roots), years), keeps_days, user)
    copies = _Copies()
    for root in roots:
        _copy_tree(root, slug if root.pk == page.pk else _other_slug(root, slug), anew, copies)
    _lead_inside(copies, user)
    _translate(copies)
    made = next(new for old, new in copies.pages if old.pk == page.pk)
    log(instance=made, action=USE_AGAIN, user=user, data={"from": page.pk})
    return type(made).objects.get(pk=made.pk)


def days_of(roots: Iterable[Page]) -> list[date]:
    """The days of the events of a campaign, and the last days of its calls and appeals."""
    facts = [
        page.fact
        for root in roots
        for page in Page.objects.descendant_of(root, inclusive=True).specific()
        if isinstance(page, FactPage)
    ]
    days = [getattr(fact, "day", None) or getattr(fact, "closes_on", None) for fact in facts]
    return [day for day in days if day]


def may_copy(page: Page, user) -> bool:
    return page.permissions_for_user(user).can_copy_to(page.get_parent(), recursive=True)


def _other_slug(root: Page, slug: str) -> str:
    """The address in another language: its own with the year of ``slug``, and a free one."""
    year = next((part for part in slug.split("-") if part.isdigit() and len(part) == 4), "")
    wanted = next_slug(root.slug, date(int(year), 1, 1)) if year else root.slug
    taken = set(root.get_siblings().values_list("slug", flat=True))
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def _copy_tree(root: Page, slug: str, anew: Anew, copies: _Copies) -> None:
    """Copy a campaign's page in one language, and what stands below it, above before below."""
    made_at = {}
    for page in [root, *root.get_descendants().order_by("path").specific()]:
        changes = {"translation_key": copies.keys.setdefault(page.translation_key, uuid.uuid4())}
        if page.pk == root.pk:
            parent, changes["slug"] = root.get_parent(), slug
        else:
            parent = made_at[page.path[: -page.steplen]]
            changes["slug"] = page.slug
        if isinstance(page, FactPage):
            changes[page.fact_field] = _fact(page.fact, anew, copies)
        if isinstance(page, CampaignPage):
            changes |= {"state": CampaignPage.State.RUNNING, "ended_on": None}
        made = page.copy(
            to=parent,
            update_attrs=changes,
            copy_revisions=False,
            keep_live=False,
            user=anew.user,
        )
        made_at[page.path] = made
        copies.pages.append((page, made))


def _fact(fact: models.Model, anew: Anew, copies: _Copies) -> models.Model:
    """The copy of a fact: one for the pages of all languages."""
    key = (type(fact), fact.pk)
    if key not in copies.facts:
        copies.facts[key] = copy_fact(type(fact).objects.get(pk=fact.pk), anew)
    return copies.facts[key]


def _lead_inside(copies: _Copies, user) -> None:
    """Let every link between the old pages be one between the new ones."""
    moves = copies.moves
    for _old, made in copies.pages:
        for name in _streams(made):
            setattr(made, name, moved_body(getattr(made, name), moves))
        made.save(clean=False)
        made.save_revision(user=user, changed=False, clean=False)


def _streams(page: Page) -> Iterable[str]:
    return [
        one.name
        for one in page._meta.get_fields()
        if isinstance(getattr(page, one.name, None), StreamValue)
    ]


def _translate(copies: _Copies) -> None:
    """Let the copies be translations of one another as the old pages are."""
    for page, made in copies.pages:
        slugs = {
            other.locale_id: other.slug
            for _old, other in copies.pages
            if other.translation_key == made.translation_key and other.pk != made.pk
        }
        copy_translations(page, made, slugs)
