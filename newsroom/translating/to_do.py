"""What of the translations waits for whoever works here, for the admin's first page."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from newsroom.models import JointPublication
from newsroom.translating import marks, states
from newsroom.translating.access import TRANSLATE, languages_of
from newsroom.translating.states import LANGUAGES, SOURCE, TARGETS, State
from staff.to_do import Item

ORDER = 60


def provide(request: HttpRequest) -> Iterable[Item]:
    """Say how many translations are missing, out of date or to proofread, by language.

    Translators see their own language only, and to proofread what they may confirm: what they
    asked for or wrote waits for somebody else. Who may publish sees too what could not be
    published together.
    """
    if not request.user.has_perm(TRANSLATE):
        return
    own = languages_of(request.user)
    if SOURCE in own:
        yield from _refused()
    cells = [cell for row in states.rows(briefly=True) for cell in row.cells]
    # Most mornings nothing waits to be read, and nothing more is asked.
    is_waiting = any(cell.state == State.TO_PROOFREAD for cell in cells)
    own_readings = marks.confirmable(request.user) if is_waiting else set()
    for code in TARGETS:
        if code not in own:
            continue
        for state in (State.MISSING, State.OUT_OF_DATE, State.IN_PROGRESS, State.TO_PROOFREAD):
            number = sum(
                cell.language == code
                and cell.state == state
                and (state != State.TO_PROOFREAD or cell.translation.pk in own_readings)
                for cell in cells
            )
            query = urlencode({"language": code, "state": state.value})
            yield Item(
                key=f"translations-{state.value}-{code}",
                label=_label(state, number, LANGUAGES[code]),
                number=number,
                url=f"{reverse('newsroom_translating:board')}?{query}",
                keep_when_done=False,
            )


def _label(state: State, number: int, language: str) -> str:
    if state == State.MISSING:
        words = ngettext(
            "page has no translation: %(language)s",
            "pages have no translation: %(language)s",
            number,
        )
    elif state == State.OUT_OF_DATE:
        words = ngettext(
            "translation is out of date: %(language)s",
            "translations are out of date: %(language)s",
            number,
        )
    elif state == State.IN_PROGRESS:
        words = ngettext(
            "translation is not complete: %(language)s",
            "translations are not complete: %(language)s",
            number,
        )
    else:
        words = ngettext(
            "translation is to be proofread: %(language)s",
            "translations are to be proofread: %(language)s",
            number,
        )
    return words % {"language": language}


def _refused() -> Iterable[Item]:
    """What was to go live in several languages and did not."""
    plans = JointPublication.objects.filter(state=JointPublication.State.REFUSED)
    pages = list(plans.order_by("planned_at").values_list("page_id", flat=True))
    if pages:
        yield Item(
            key="publications-refused",
            label=ngettext(
                "publication in several languages could not be done",
                "publications in several languages could not be done",
                len(pages),
            ),
            number=len(pages),
            url=reverse("newsroom_translating:together", args=[pages[0]]),
            is_urgent=True,
        )
