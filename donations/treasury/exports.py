"""Lists that may be taken along as a file: by whom, with which columns, and kept in the log.

An export takes what the list shows with the same filters. Names are in it only where they were
asked for. The log keeps who took what, with which filters and how many rows, and never a name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import batched

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.filters import WagtailFilterSet
from wagtail.log_actions import log

from donations.treasury.access import EXPORT
from staff.fresh import ask_again
from staff.login.journal import name_of
from supporters.spreadsheets import (
    CSV_TYPE,
    MOST_ROWS,
    XLSX_TYPE,
    Cell,
    csv_chunks,
    xlsx_chunks,
)

_ROWS_AT_A_TIME = 500
_KINDS = {"csv": (CSV_TYPE, csv_chunks), "xlsx": (XLSX_TYPE, xlsx_chunks)}
# What a list's address or the form of an export carries that is no filter.
_NO_FILTERS = ("p", "ordering", "_w_filter_fragment", "kind", "names", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class Column:
    """One column of a file. ``tells_names`` marks what is of a person."""

    heading: str
    cell: Callable[[object], Cell]
    tells_names: bool = False


@dataclass(frozen=True)
class Export:
    """A list as a file. ``rows`` are those of the list without filters, in the file's order.

    ``encrypted`` are the fields that are read only where names are asked for. Whoever may not see
    the list (``permission``) may not export it either.
    """

    key: str
    permission: str
    list_url: str
    filterset_class: type[WagtailFilterSet]
    rows: Callable[[], QuerySet]
    columns: tuple[Column, ...]
    encrypted: tuple[str, ...]

    @property
    def action(self) -> str:
        return f"donations.export_{self.key}"


def on_day(moment: datetime | None) -> date | None:
    """The day of a moment, in Belgium whatever the reader's own time zone."""
    return timezone.localdate(moment, timezone.get_default_timezone()) if moment else None


@cache
def _labels(choices: type[TextChoices], language: str) -> dict[str, str]:
    return {str(choice.value): str(choice.label) for choice in choices}


def label_of(choices: type[TextChoices], value: str) -> str:
    """The words of a choice in the active language; empty without one.

    ``get_…_display`` looks every choice up for each row, most of the time that a file takes.
    """
    return _labels(choices, get_language()).get(value, "")


def filters_of(*queries: QueryDict) -> QueryDict:
    """What of a list's address, or of a form, says which rows are meant."""
    filters = QueryDict(mutable=True)
    for query in queries:
        filters.update(query)
    for name in _NO_FILTERS:
        filters.pop(name, None)
    return filters


def view_of(export: Export) -> Callable[..., HttpResponse]:
    """Return the view that hands out ``export``, as ``kind`` says: csv or xlsx."""

    @require_POST
    @permission_required(EXPORT)
    @ask_again
    def download(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(export.permission):
            raise PermissionDenied
        filters = filters_of(request.GET, request.POST)
        back = f"{reverse(export.list_url)}?{filters.urlencode()}"
        kind = request.POST.get("kind", "")
        filterset = export.filterset_class(data=filters, queryset=export.rows(), request=request)
        if kind not in _KINDS or not filterset.is_valid():
            messages.error(request, _("Nothing was exported: a filter is not filled in correctly."))
            return redirect(back)
        with_names = "names" in request.POST
        rows = filterset.qs if with_names else filterset.qs.defer(*export.encrypted)
        count = rows.order_by().count()
        if count > MOST_ROWS:
            messages.error(
                request, _("These are too many rows for one file. Choose a shorter time.")
            )
            return redirect(back)
        log(
            instance=request.user,
            title=name_of(request.user),
            action=export.action,
            user=request.user,
            data={
                "format": kind,
                "names": with_names,
                "rows": count,
                "filters": {name: values for name, values in filters.lists() if any(values)},
            },
        )
        return _answer(export, kind, rows, with_names=with_names)

    return download


def _answer(export: Export, kind: str, rows: QuerySet, *, with_names: bool) -> HttpResponse:
    content_type, chunks = _KINDS[kind]
    columns = [column for column in export.columns if with_names or not column.tells_names]
    headings = [str(column.heading) for column in columns]
    response = StreamingHttpResponse(
        chunks(headings, _cells(columns, rows, get_language())), content_type=content_type
    )
    name = _file_name(export.key, with_names=with_names)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(columns: list[Column], rows: QuerySet, language: str) -> Iterator[list[Cell]]:
    """Yield the cells of each row. They are made while the file is sent, when the language of the
    request is over: so it is set for as long as it takes to make some, and never across a yield.
    """
    for some in batched(rows.iterator(chunk_size=_ROWS_AT_A_TIME), _ROWS_AT_A_TIME, strict=False):
        with override(language):
            made = [[column.cell(row) for column in columns] for row in some]
        yield from made


def _file_name(key: str, *, with_names: bool) -> str:
    """Letters, digits and hyphens only."""
    names = {
        "gifts": pgettext("file name", "gifts"),
        "pledges": pgettext("file name", "pledges"),
        "payments": pgettext("file name", "payments"),
    }
    more = pgettext("file name", "-with-names") if with_names else ""
    return f"{names[key]}{more}-{timezone.localdate():%Y-%m-%d}"


class ExportedListMixin:
    """Lets a list be exported as it is filtered, in place of Wagtail's own export.

    That one is neither logged nor safe against formulas in CSV, so it is off.
    """

    FORMATS = ()
    template_name = "donations/admin/gift_index.html"
    results_template_name = "donations/admin/gift_results.html"
    export: Export
    export_url_name = ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user = self.request.user
        if user.has_perm(EXPORT) and user.has_perm(self.export.permission):
            query = filters_of(self.request.GET).urlencode()
            context["export_url"] = f"{reverse(self.export_url_name)}?{query}"
        return context
