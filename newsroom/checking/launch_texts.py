"""Points of the checklist about words: languages, figures, links, pictures, headings, reading."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsroom.checking.campaigns import LANGUAGES, Campaign
from newsroom.checking.findings import Kind
from newsroom.checking.link_checks import addresses_of, is_wanted
from newsroom.checking.page_links import language_name
from newsroom.checking.points import Detail, Point, State
from newsroom.models import LinkCheck
from newsroom.translating.states import Cell, Row, rows
from newsroom.translating.states import State as Progress

_SHOWN = 12


def edit_url(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def text_points(campaign: Campaign) -> list[Point]:
    """Return the points about the words of all pages of a campaign."""
    return [
        languages(campaign),
        _found(campaign, Kind.FIGURE, _("Figures have sources and dates")),
        links(campaign),
        _found(campaign, Kind.PICTURE, _("Pictures are described")),
        _found(campaign, Kind.WORDING, _("Headings and words are in order")),
        _found(campaign, Kind.ADDRESS, _("Addresses and summaries are in order")),
        reading(campaign),
    ]


def languages(campaign: Campaign) -> Point:
    """Every page is there in three languages, wholly translated, and says what its source says.

    The board of translations decides what is in step, so that the two cannot disagree.
    """
    heading = _("All three languages say the same")
    details = [
        Detail(
            _("“%(page)s” is missing in %(language)s.")
            % {"page": campaign.head.title, "language": language_name(code)},
            edit_url(campaign.head),
        )
        for code in LANGUAGES
        if code not in campaign.heads and (code == "en" or "en" not in campaign.heads)
    ]
    if "en" in campaign.heads:
        details += [
            Detail(sentence, edit_url(cell.page or row.page))
            for row in rows(below=campaign.heads["en"])
            for cell in row.cells
            if (sentence := _not_in_step(row, cell))
        ]
    if details:
        return Point("languages", heading, State.OPEN, more_than(len(details)), details[:_SHOWN])
    return Point("languages", heading, State.DONE, _("Every page is there in all of them."))


def _not_in_step(row: Row, cell: Cell) -> str:
    """Say what a translation still needs; "" when it needs nothing but to be published."""
    left = cell.total - cell.done
    sentence = {
        Progress.MISSING: _("“%(page)s” is missing in %(language)s."),
        Progress.OUT_OF_DATE: _(
            "“%(page)s” was changed after it was given to the translators (%(language)s)."
        ),
        Progress.IN_PROGRESS: ngettext(
            "“%(page)s”: %(left)s text is not translated into %(language)s yet.",
            "“%(page)s”: %(left)s texts are not translated into %(language)s yet.",
            left,
        ),
        Progress.TO_PROOFREAD: _("“%(page)s” still has to be proofread in %(language)s."),
    }.get(cell.state, "")
    values = {"page": row.page.title, "language": language_name(cell.language), "left": left}
    return sentence % values if sentence else ""


def _found(campaign: Campaign, kind: Kind, heading: str) -> Point:
    """One point for all findings of a kind; what misleads is to mend, the rest is advice."""
    found = [
        (checked, finding)
        for checked in campaign.checked
        for finding in checked.findings
        if finding.kind == kind
    ]
    if not found:
        return Point(kind.value, heading, State.DONE)
    details = [
        Detail(
            _("%(page)s (%(language)s): %(sentence)s")
            % {
                "page": checked.page.title,
                "language": language_name(checked.language),
                "sentence": f"{finding.sentence} {finding.quoted}".strip(),
            },
            edit_url(checked.page),
        )
        for checked, finding in sorted(found, key=lambda one: not one[1].must_change)
    ]
    wrong = any(finding.must_change for _checked, finding in found)
    return Point(
        kind.value,
        heading,
        State.WRONG if wrong else State.OPEN,
        more_than(len(details)),
        details[:_SHOWN],
    )


def links(campaign: Campaign) -> Point:
    """Links lead somewhere; addresses that no night has tried yet are told, where nights try."""
    point = _found(campaign, Kind.LINK, _("Links lead somewhere"))
    if not is_wanted():
        return point
    used = {url for draft in campaign.drafts for url in addresses_of(draft.page)}
    tried = LinkCheck.objects.filter(url__in=used, checked_at__isnull=False).count()
    if tried == len(used):
        return point
    sentence = ngettext(
        "%(number)s address on another site was not tried yet. The next night tries it.",
        "%(number)s addresses on other sites were not tried yet. The next night tries them.",
        len(used) - tried,
    ) % {"number": len(used) - tried}
    state = point.state if point.is_open else State.OPEN
    return replace(point, state=state, details=[Detail(sentence), *point.details])


def more_than(number: int) -> str:
    """Say how many there are in all, when not all of them are shown."""
    if number <= _SHOWN:
        return ""
    return _("%(number)s in all; the first %(shown)s are shown.") % {
        "number": number,
        "shown": _SHOWN,
    }


def reading(campaign: Campaign) -> Point:
    """No page is hard to read by the measure of its language."""
    hard = [one for one in campaign.checked if one.measure.ease == "hard"]
    details = [
        Detail(
            _("“%(page)s” (%(language)s): reading ease %(ease)s of 100.")
            % {
                "page": one.page.title,
                "language": language_name(one.language),
                "ease": one.measure.reading_ease,
            },
            reverse("newsroom_checking:page", args=[one.page.pk]),
        )
        for one in hard
    ]
    state = State.OPEN if details else State.DONE
    return Point("reading", _("Easy enough to read"), state, details=details[:_SHOWN])
