"""Screens of bank statements: upload, look first or book, progress, what was found, columns."""

from collections.abc import Callable

from django.core.exceptions import TooManyFilesSent
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from campaign_site.request_bodies import DroppingUploadHandler, body_size
from donations import services, statement_storage, statement_tasks
from donations.models import Allocation, BankAccount, BankEntry, BankStatement, StatementFile
from donations.services import DonationError
from donations.services.statement_files import is_of_assumed_account
from donations.statement_words import doubt_sentence, refusal_sentence
from donations.statements import bank_csv
from donations.statements.shape import Doubt, Doubtful, Refusal, StatementError
from donations.treasury.access import IMPORT
from donations.treasury.statement_forms import (
    MAX_FILES,
    PREVIEW_BYTES,
    AcceptDoubtsForm,
    ColumnsForm,
    UploadForm,
)
from donations.treasury.statement_uploads import MAX_READ_BYTES, UnnamedUploadHandler

FILES_A_PAGE = 20
STATEMENTS_A_PAGE = 30
# So many doubts are shown; a file that has more is no better for showing them all.
MOST_DOUBTS_SHOWN = 50

State = StatementFile.State


@require_safe
@permission_required(IMPORT)
def index(request: HttpRequest) -> HttpResponse:
    """Show where to upload, the files that came, and the statements that are booked."""
    return _index_screen(request, UploadForm())


def _index_screen(request: HttpRequest, form: UploadForm) -> HttpResponse:
    files = StatementFile.objects.select_related("uploaded_by")
    statements = BankStatement.objects.select_related("account", "file")
    context = {
        "form": form,
        "files": Paginator(files, FILES_A_PAGE).get_page(request.GET.get("f")),
        "statements": Paginator(statements, STATEMENTS_A_PAGE).get_page(request.GET.get("p")),
    }
    return render(request, "donations/admin/statements.html", context)


@csrf_exempt  # Only until the upload handler is chosen: the inner view checks the token.
@require_POST
@permission_required(IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Take in files from the bank; they get no name on the disk."""
    is_readable = body_size(request) <= MAX_READ_BYTES
    handler = UnnamedUploadHandler if is_readable else DroppingUploadHandler
    request.upload_handlers = [handler(request)]
    try:
        return _upload(request, is_readable=is_readable)
    except TooManyFilesSent:
        messages.error(request, _("Upload at most %(number)s files at once.") % _max_files())
        return redirect("donations_treasury:statements")


def _max_files() -> dict[str, int]:
    return {"number": MAX_FILES}


@csrf_protect
def _upload(request: HttpRequest, *, is_readable: bool) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not is_readable:
        form.add_error("files", _("These files are too large together. Upload one at a time."))
    if not form.is_valid():
        return _index_screen(request, form)
    received = []
    for uploaded in form.cleaned_data["files"]:
        try:
            file, is_new = services.receive_file(
                file=uploaded,
                name=uploaded.name,
                by=request.user,
                is_to_book="book" in request.POST,
            )
        except DonationError as error:
            messages.error(request, f"{uploaded.name}: {error}")
            continue
        received.append(file)
        if not is_new:
            messages.warning(request, _known_already(file))
    if len(received) == 1:
        return redirect("donations_treasury:statement_file", received[0].pk)
    return redirect("donations_treasury:statements")


def _known_already(file: StatementFile) -> str:
    if file.state != State.BOOKED:
        return _("This file was uploaded before, as %(file)s.") % {"file": file.name}
    return _("%(file)s: this file was already imported on %(day)s by %(name)s.") % {
        "file": file.name,
        "day": date_format(localtime(file.booked_at or file.uploaded_at), "j F Y"),
        "name": file.uploaded_by or _("somebody who has left"),
    }


def _find(file_id: int) -> StatementFile:
    files = StatementFile.objects.select_related("uploaded_by", "doubts_accepted_by")
    return get_object_or_404(files, pk=file_id)


@require_safe
@permission_required(IMPORT)
def statement_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show how far a file is, what was found in it, and what may be done with it now."""
    return _file_screen(request, _find(file_id), AcceptDoubtsForm())


def _file_screen(request: HttpRequest, file: StatementFile, form: AcceptDoubtsForm) -> HttpResponse:
    context = {
        "file": file,
        "form": form,
        "is_of_assumed_account": is_of_assumed_account(file),
        **_progress(file),
        **_found(file),
    }
    return render(request, "donations/admin/statement_file.html", context)


def _progress(file: StatementFile) -> dict[str, object]:
    """Say how far the reading is, and whether a worker is at it or about to be."""
    is_under_way = file.state in (State.WAITING, State.READING)
    return {
        "is_under_way": is_under_way,
        "is_at_work": is_under_way and statement_tasks.is_at_work(file),
        "percent": min(100, 100 * file.bytes_read // file.size) if file.size else 0,
    }


def _found(file: StatementFile) -> dict[str, object]:
    """Put what the reader found into words."""
    summary = file.summary or {}
    statements = [_statement_with_days(statement) for statement in summary.get("statements", [])]
    doubts = [_doubt_in_words(doubt) for doubt in summary.get("doubts", [])[:MOST_DOUBTS_SHOWN]]
    return {
        "statements": statements,
        "more_statements": summary.get("statement_count", len(statements)) - len(statements),
        "is_nothing_new": any(statement["known"] for statement in statements)
        and not any(statement["new"] for statement in statements),
        "has_pending": any(statement["pending"] for statement in statements),
        "doubts": doubts,
        "more_doubts": len(summary.get("doubts", [])) - len(doubts),
        "matched": [
            (Allocation.Rule(rule).label, number)
            for rule, number in summary.get("matched", {}).items()
            if number
        ],
        "to_match": summary.get("to_match", 0),
        "obstacles": [
            (BankEntry.Obstacle(obstacle).label if obstacle else _("no clue"), number)
            for obstacle, number in summary.get("obstacles", {}).items()
            if number
        ],
        "refusal": _refusal_in_words(summary.get("refusal")),
        "unknown_accounts": summary.get("unknown_accounts", []),
    }


def _statement_with_days(kept: dict) -> dict[str, object]:
    first, last = (kept[name] and parse_date(kept[name]) for name in ("from", "to"))
    return {**kept, "first_day": first, "last_day": last}


def _doubt_in_words(kept: dict) -> str:
    try:
        kind = Doubtful(kept["kind"])
    except ValueError:
        return str(kept["kind"])  # of a version of the site that knew more kinds
    return doubt_sentence(
        Doubt(kind, kept.get("values") or {}, kept.get("line"), kept.get("statement") or "")
    )


def _refusal_in_words(kept: dict | None) -> str:
    if not kept:
        return ""
    error = StatementError(
        Refusal(kept["reason"]), line=kept.get("line"), found=kept.get("found") or ""
    )
    return refusal_sentence(error)


@require_safe
@permission_required(IMPORT)
def progress(request: HttpRequest, file_id: int) -> HttpResponse:
    """Answer with the part of a file's screen that changes while it is read."""
    file = _find(file_id)
    context = {"file": file, **_progress(file)}
    return render(request, "donations/admin/statement_progress.html", context)


@require_POST
@permission_required(IMPORT)
def book(request: HttpRequest, file_id: int) -> HttpResponse:
    """Book a file that was only looked at."""
    file = _find(file_id)
    return _carry_out(request, file, lambda: services.book_file(file=file, by=request.user))


@require_POST
@permission_required(IMPORT)
def accept(request: HttpRequest, file_id: int) -> HttpResponse:
    """Book a file in spite of its doubts, once somebody has said that they compared it."""
    file = _find(file_id)
    form = AcceptDoubtsForm(request.POST)
    if not form.is_valid():
        return _file_screen(request, file, form)
    return _carry_out(request, file, lambda: services.accept_doubts(file=file, by=request.user))


def _carry_out(
    request: HttpRequest, file: StatementFile, act: Callable[[], object]
) -> HttpResponse:
    try:
        act()
    except DonationError as error:
        messages.error(request, str(error))
    return redirect("donations_treasury:statement_file", file.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(IMPORT)
def columns(request: HttpRequest, file_id: int) -> HttpResponse:
    """Let somebody say what the columns of a bank's CSV file are; the account remembers it."""
    file = _find(file_id)
    if file.state != State.UNMAPPED and not is_of_assumed_account(file):
        messages.error(request, _("The columns of this file are known, or it is no CSV file."))
        return redirect("donations_treasury:statement_file", file.pk)
    try:
        header, beginning = _header(file)
    except statement_storage.ChunksMissing:
        messages.error(request, _("This file is not kept any more. Upload it again."))
        return redirect("donations_treasury:statement_file", file.pk)
    form = ColumnsForm(
        request.POST or None, header=header, beginning=beginning, known=_known_columns(header)
    )
    if form.is_valid() and "remember" in request.POST:
        return _carry_out(
            request,
            file,
            lambda: services.map_columns(
                file=file,
                account=form.cleaned_data["bank_account"],
                mapping=form.mapping(),
                by=request.user,
            ),
        )
    context = {"file": file, "form": form, "header": header}
    return render(request, "donations/admin/statement_columns.html", context)


def _known_columns(header: bank_csv.Header) -> bank_csv.Mapping | None:
    """Return what an account remembers of such files."""
    kept = BankAccount.objects.filter(csv_mappings__has_key=header.signature).first()
    try:
        return kept and bank_csv.Mapping.from_json(kept.csv_mappings[header.signature])
    except ValueError:
        return None  # kept by a version of the site that wrote them otherwise


def _header(file: StatementFile) -> tuple[bank_csv.Header, bytes]:
    """Return what stands above the rows of a file, and its beginning in whole lines."""
    with statement_storage.open_file(file) as stored:
        header = bank_csv.columns(stored)
        stored.seek(0)
        beginning = stored.read(PREVIEW_BYTES)
    if len(beginning) == PREVIEW_BYTES:
        end = max(beginning.rfind(b"\n"), beginning.rfind(b"\r"))
        beginning = beginning[: end + 1]
    return header, beginning
