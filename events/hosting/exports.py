"""Who comes, as a file: for the door on paper, and for those who organise the event too.

The log keeps who took what and how many rows, and never a name. Once the sign-ups are erased, the
files are empty but for their headings; the totals stay on the overview.
"""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import batched

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from events.entry_code import short_code
from events.hosting import log_actions
from events.hosting.access import EXPORT, SEE_SIGN_UPS
from events.models import Event, Organiser, SignUp
from events.services.arrivals import arrived_by_sign_up
from staff.fresh import ask_again
from supporters.models import Consent
from supporters.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_chunks, xlsx_chunks

_ROWS_AT_A_TIME = 500
_KINDS = {"csv": (CSV_TYPE, csv_chunks), "xlsx": (XLSX_TYPE, xlsx_chunks)}


def coming(event: Event) -> QuerySet[SignUp]:
    return SignUp.objects.confirmed().filter(event=event).select_related("supporter")


def shared_with(organiser: Organiser) -> QuerySet[SignUp]:
    """Those who come and agreed that this organisation may have their name and address."""
    agreed = Consent.objects.in_force().filter(
        subject_type=SignUp.SUBJECT_TYPE,
        subject_id=OuterRef("public_id"),
        purpose=SignUp.SHARING_PURPOSE,
    )
    rows = coming(organiser.event).exclude(supporter=None)
    return rows.filter(Exists(agreed), shared_with__contains=[organiser.pk])


@require_POST
@permission_required(EXPORT)
@permission_required(SEE_SIGN_UPS)
@ask_again
def export_attendees(request: HttpRequest, event_id: int) -> HttpResponse:
    """Everybody who comes, by name; addresses only where they are asked for."""
    event = get_object_or_404(Event, pk=event_id)
    with_addresses = "addresses" in request.POST
    came = arrived_by_sign_up(event.pk)
    headings = [_("Name"), _("People"), _("Code"), _("Language"), _("Signed up on"), _("Came")]
    if with_addresses:
        headings.append(_("Email address"))

    def cells(row: SignUp) -> list[Cell]:
        made = [
            row.name,
            row.party_size,
            short_code(row.public_id),
            row.language,
            timezone.localdate(row.created_hour, timezone.get_default_timezone()),
            came.get(row.pk, 0),
        ]
        return [*made, _address(row)] if with_addresses else made

    data = {"addresses": with_addresses}
    name = pgettext("file name", "attendees")
    return _answer(request, event, f"{name}-{event.slug}", coming(event), headings, cells, data)


@require_POST
@permission_required(EXPORT)
@permission_required(SEE_SIGN_UPS)
@ask_again
def export_for_organiser(request: HttpRequest, event_id: int, organiser_id: int) -> HttpResponse:
    """Those who agreed that this organisation may have their name and address, and nobody else."""
    organisers = Organiser.objects.select_related("event")
    organiser = get_object_or_404(organisers, event_id=event_id, pk=organiser_id)
    if not organiser.gets_data:
        raise Http404

    def cells(row: SignUp) -> list[Cell]:
        return [row.name, _address(row), row.language]

    event = organiser.event
    headings = [_("Name"), _("Email address"), _("Language")]
    data = {"organiser": organiser.pk}
    name = pgettext("file name", "agreed")
    name = f"{name}-{event.slug}-{organiser.pk}"
    return _answer(request, event, name, shared_with(organiser), headings, cells, data)


def _address(row: SignUp) -> str:
    return row.supporter.email if row.supporter else ""


def _answer(
    request: HttpRequest,
    event: Event,
    name: str,
    rows: QuerySet[SignUp],
    headings: list[str],
    cells: Callable[[SignUp], list[Cell]],
    data: dict[str, object],
) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in _KINDS:
        messages.error(request, _("Nothing was exported: choose CSV or Excel."))
        return redirect("events_hosting:attendees", event.pk)
    ids = _ids_by_name(rows)
    log(
        instance=event,
        action=log_actions.EXPORT,
        user=request.user,
        data={"format": kind, "rows": len(ids), **data},
    )
    content_type, chunks = _KINDS[kind]
    lines = _lines(rows, ids, cells, get_language())
    response = StreamingHttpResponse(chunks(headings, lines), content_type=content_type)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{kind}"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _ids_by_name(rows: QuerySet[SignUp]) -> list[int]:
    """Numbers of the rows in the order of their names, which only Python can read."""
    names = rows.select_related(None).values_list("name", "pk").iterator(chunk_size=2000)
    return [pk for _name, pk in sorted((_order(name), pk) for name, pk in names)]


def _order(name: str) -> str:
    """A name as lists are sorted by it: without accents, and capitals like small letters."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _lines(
    rows: QuerySet[SignUp],
    ids: list[int],
    cells: Callable[[SignUp], list[Cell]],
    language: str,
) -> Iterator[list[Cell]]:
    """Yield the cells of each row, five hundred rows in memory at a time.

    They are made while the file is sent, when the language of the request is over: so it is set
    for as long as it takes to make some, and never across a yield.
    """
    for some in batched(ids, _ROWS_AT_A_TIME, strict=False):
        found = rows.in_bulk(some)
        with override(language):
            made = [cells(found[pk]) for pk in some if pk in found]
        yield from made
