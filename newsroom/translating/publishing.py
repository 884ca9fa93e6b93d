"""Publish translations as they were agreed on: never with sentences of the source in them."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.coreutils import find_available_slug
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation, TranslationLog

from newsroom.translating import comparing, hand_work, marks, syncing
from newsroom.translating.access import target_page
from newsroom.translating.segments import missing_texts


@dataclass
class Doubts:
    """Why a translation should not be published without a second thought."""

    missing: list[str] = field(default_factory=list)
    needs_proofreading: bool = False
    note: str = ""
    is_ahead: bool = False
    work: hand_work.HandWork = field(default_factory=hand_work.HandWork)

    def __bool__(self) -> bool:
        return bool(
            self.missing or self.needs_proofreading or self.is_ahead or self.work.leaves_something
        )


def doubts(translation: Translation) -> Doubts:
    """Return what speaks against publishing a translation from its texts now."""
    mark = marks.mark_of(translation)
    return Doubts(
        missing=missing_texts(translation),
        needs_proofreading=mark.needs_proofreading,
        note=mark.note,
        is_ahead=_is_ahead(translation),
        work=hand_work.find(translation),
    )


def _is_ahead(translation: Translation) -> bool:
    source = translation.source
    if not issubclass(source.specific_content_type.model_class(), Page):
        return False
    return syncing.is_ahead(source, source.get_source_instance())


@transaction.atomic
def prepare(translation: Translation, user=None) -> Revision:
    """Write the translated page from its texts as a draft and return the revision.

    Readers see nothing of it: unlike wagtail-localize's own saving, which writes the page's row at
    once. Raises ``ValueError`` with a sentence when a text has no translation.
    """
    missing = missing_texts(translation)
    if missing:
        raise ValueError(_("Not everything is translated: “%(text)s”.") % {"text": missing[0][:80]})
    hand_work.take_in(translation)
    page = translation.source.get_ephemeral_translated_instance(
        translation.target_locale, fallback=True
    )
    row = target_page(translation)
    if row.alias_of_id:
        # A page that showed the source becomes a page of its own.
        Page.objects.filter(pk=row.pk).update(alias_of=None)
        page.alias_of = None
    page.slug = find_available_slug(page.get_parent(), slugify(page.slug), ignore_page_id=page.pk)
    latest = row.get_latest_revision() if row.latest_revision_id else None
    if latest is not None and not row.alias_of_id and _is_said_by(latest, page):
        # Nothing new: a revision that somebody may have agreed on stays the newest.
        return latest
    revision = page.save_revision(user=user)
    TranslationLog.objects.create(
        source=translation.source, locale=translation.target_locale, revision=revision
    )
    return revision


def _is_said_by(revision: Revision, page: Page) -> bool:
    return comparing.revision_content(type(page), revision) == comparing.page_content(page)
