"""Everything that is found in one page, or in many at once, before readers find it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.images import get_image_model
from wagtail.models import Locale, Page

from newsroom.checking import reading
from newsroom.checking.figures import check_figures
from newsroom.checking.findings import Finding, Kind
from newsroom.checking.inclusive import words_with_points
from newsroom.checking.page_links import Reached, Target, check_links, look_up, targets
from newsroom.checking.texts import Leaf, leaves
from newsroom.checking.wording import check_address, check_headings, check_words

# So many long sentences of a page are shown, and so many words that are read otherwise.
MOST_SENTENCES = 5
MOST_WORDS_SHOWN = 30
_RUNNING = ("text", "html")


@dataclass(frozen=True)
class Checked:
    """A page with what was found in it; the heaviest first."""

    page: Page
    language: str
    measure: reading.Measure
    findings: list[Finding]
    # Words with an inclusive point → what is read aloud.
    spoken: dict[str, str] = field(default_factory=dict)

    @property
    def must_change(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.must_change]

    @property
    def advice(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.must_change]


def check_page(page: Page, *, today: date | None = None) -> Checked:
    """Check one page, as it is stored or as a draft; a handful of queries."""
    return check_pages([page], today=today)[0]


def check_pages(pages: Iterable[Page], *, today: date | None = None) -> list[Checked]:
    """Check many specific pages; six queries, whatever their number."""
    read = [(page, leaves(page)) for page in pages]
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    linked = [list(targets(found)) for _page, found in read]
    reached = look_up(target for found in linked for target in found)
    pictures = _undescribed(found for _page, found in read)
    translated = [page for page, _found in read if languages[page.locale_id] != "en"]
    sources = _sources(translated)
    day = today or timezone.localdate()
    return [
        _checked(
            Reading(page, languages[page.locale_id], found, links),
            reached,
            pictures,
            sources.get(page.pk),
            day,
        )
        for (page, found), links in zip(read, linked, strict=True)
    ]


@dataclass(frozen=True)
class Reading:
    """A page that was read: its language, what it says, where it links to."""

    page: Page
    language: str
    found: list[Leaf]
    linked: list[Target]


def _checked(
    read: Reading,
    reached: Reached,
    pictures: set[int],
    source: tuple[str, str] | None,
    today: date,
) -> Checked:
    page, language, found = read.page, read.language, read.found
    running = "\n".join(leaf.plain for leaf in found if leaf.kind in _RUNNING)
    measure = reading.measure(running, language)
    findings = [
        *check_figures(page, today),
        *check_links(read.linked, reached, language),
        *_check_pictures(found, pictures),
        *check_headings(found),
        *check_words(found, language),
        *_check_reading(found, measure, language),
        *check_address(page, source),
    ]
    everything = "\n".join(leaf.plain for leaf in found)
    spoken = dict(list(words_with_points(everything).items())[:MOST_WORDS_SHOWN])
    findings.sort(key=lambda finding: not finding.must_change)
    return Checked(page, language, measure, findings, spoken)


def _check_reading(found: list[Leaf], measure: reading.Measure, language: str) -> Iterator[Finding]:
    running = [leaf for leaf in found if leaf.kind in _RUNNING]
    if measure.ease == reading.Ease.HARD and running:
        sentence = _(
            "The page is hard to read (reading ease %(ease)s of 100). Shorter sentences and "
            "everyday words help most."
        )
        yield Finding(Kind.READING, sentence % {"ease": measure.reading_ease}, running[0].place)
    too_long = [
        (count, leaf.place, sentence)
        for leaf in running
        for sentence, count in reading.long_sentences(leaf.plain, language)
    ]
    too_long.sort(key=lambda one: -one[0])
    for count, place, sentence in too_long[:MOST_SENTENCES]:
        words = ngettext(
            "This sentence has %(count)s word. Two shorter ones are easier to follow.",
            "This sentence has %(count)s words. Two shorter ones are easier to follow.",
            count,
        ) % {"count": count}
        yield Finding(Kind.READING, words, place, sentence)


def _picture_id(leaf: Leaf) -> int | None:
    value = leaf.value.get("image") if isinstance(leaf.value, dict) else leaf.value
    return int(value) if value else None


def _undescribed(all_found: Iterable[list[Leaf]]) -> set[int]:
    """The pictures among these leaves that nobody described; no query where there is none."""
    ids = {_picture_id(leaf) for found in all_found for leaf in found if leaf.kind == "image"}
    ids.discard(None)
    if not ids:
        return set()
    images = get_image_model().objects.filter(pk__in=ids, description="")
    return set(images.values_list("pk", flat=True))


def _check_pictures(found: list[Leaf], undescribed: set[int]) -> Iterator[Finding]:
    for leaf in found:
        if leaf.kind != "image" or leaf.is_decorative:
            continue
        own = isinstance(leaf.value, dict) and (leaf.value.get("alt_text") or "").strip()
        if not own and _picture_id(leaf) in undescribed:
            sentence = _("This picture has no text for those who cannot see it. Describe it.")
            yield Finding(Kind.PICTURE, sentence, leaf.place, must_change=True)


def _sources(pages: Iterable[Page]) -> dict[int, tuple[str, str]]:
    """Return for each of these translations the slug and title of its English page; one query."""
    translated: dict[object, list[int]] = {}
    for page in pages:
        translated.setdefault(page.translation_key, []).append(page.pk)
    rows = Page.objects.filter(
        translation_key__in=translated, locale__language_code="en"
    ).values_list("translation_key", "slug", "title")
    return {number: (slug, title) for key, slug, title in rows for number in translated[key]}
