"""Staff screen of the log: what everybody did, what was handed out, who logged in."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from newsroom.auditing.entries import Entries
from newsroom.auditing.forms import LogForm
from newsroom.auditing.sentences import Line, lines_of
from staff.fresh import ask_again
from staff.login.journal import name_of
from supporters.spreadsheets import CSV_TYPE, csv_chunks

VIEW = "staff.view_auditlog"
EXPORT = "newsroom.export_log"
ROWS_A_PAGE = 50
_LINES_AT_A_TIME = 2000


@require_safe
@permission_required(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Show what the filters let through, latest first, 50 entries a page."""
    form = LogForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else None
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "query": query.urlencode(),
        "is_filtered": any((filters or {}).values()),
    }
    if filters is not None:
        page = Paginator(Entries(filters), ROWS_A_PAGE).get_page(request.GET.get("p"))
        context |= {"page": page, "lines": lines_of(page.object_list)}
    return render(request, "newsroom/auditing/log.html", context)


@require_POST
@permission_required(VIEW)
@ask_again
def export(request: HttpRequest) -> HttpResponse:
    """Hand out what the filters let through as CSV; that is an entry of the log as well."""
    form = LogForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was exported: a filter is not filled in correctly."))
        return redirect("newsroom_auditing:index")
    entries = Entries(form.cleaned_data, after=timezone.now())
    filters = {name: str(value) for name, value in form.cleaned_data.items() if value}
    data = {"format": "csv", "rows": entries.count(), "filters": filters}
    log(
        instance=request.user,
        action=EXPORT,
        user=request.user,
        title=name_of(request.user),
        data=data,
    )
    headings = [_("When"), _("Who"), _("What"), _("About"), _("Kind"), _("Details")]
    chunks = csv_chunks(headings, _cells(entries, get_language()))
    response = StreamingHttpResponse(chunks, content_type=CSV_TYPE)
    name = f"{pgettext('file name', 'log')}-{timezone.localdate():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(entries: Entries, language: str) -> Iterator[list[str]]:
    """Yield the cells of each entry, in the language of the request, which is over by then."""
    start = 0
    while True:
        with override(language):
            some = [_row(line) for line in lines_of(entries[start : start + _LINES_AT_A_TIME])]
        if not some:
            return
        yield from some
        start += _LINES_AT_A_TIME


def _row(line: Line) -> list[str]:
    when = timezone.localtime(line.at)
    return [f"{when:%Y-%m-%d %H:%M:%S}", line.who, line.what, line.about, line.kind, line.details]
