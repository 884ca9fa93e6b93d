"""Staff screens of editions: what waits, one edition step by step, its dossier, its delivery."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import any_permission_required, permission_required
from wagtail.log_actions import log

from campaign_site.errors import error_page
from campaign_site.storage.answers import attachment
from campaign_site.territories import country_name, language_name
from solidarity import dossier, dossier_tasks, services
from solidarity.dossier_files import open_file
from solidarity.edition_forms import AnswerForm, DeliveryForm, LetterForm
from solidarity.letter_drafts import draft_letter
from solidarity.models import Delivery, DossierFile, Edition, PhotoCall
from staff.fresh import ask_again

PREPARE = "solidarity.prepare_edition"
APPROVE = "solidarity.approve_edition"
ENTRIES_A_PAGE = 100
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}

for_staff = any_permission_required(PREPARE, APPROVE)


@require_safe
@for_staff
def index(request: HttpRequest) -> HttpResponse:
    """Show the photos that wait to be delivered, by call, and every edition."""
    calls = PhotoCall.objects.select_related("office").order_by("-pk")
    waiting = [(call, services.waiting_photos(call).count()) for call in calls]
    present = Count("photos", filter=Q(photos__taken_back_hour=None))
    editions = Edition.objects.select_related("call", "office").annotate(number_of_photos=present)
    context = {
        "waiting": [(call, number) for call, number in waiting if number],
        "editions": editions,
        "may_prepare": request.user.has_perm(PREPARE),
    }
    return render(request, "solidarity/admin/editions.html", context)


@require_POST
@permission_required(PREPARE)
def prepare(request: HttpRequest, call_id: int) -> HttpResponse:
    """Begin the next edition of a call, with a letter to make one's own."""
    call = get_object_or_404(PhotoCall.objects.select_related("office"), pk=call_id)
    letter = draft_letter(call.office.language) if call.office else ""
    try:
        made = services.prepare_edition(call=call, letter=letter, by=request.user)
    except services.PhotoError as error:
        messages.error(request, str(error))
        return redirect("solidarity_editions:index")
    return redirect("solidarity_editions:edition", made.pk)


def _find(edition_id: int) -> Edition:
    editions = Edition.objects.select_related(
        "call", "office", "frozen_by", "approved_by", "delivery__holder"
    )
    return get_object_or_404(editions, pk=edition_id)


@require_safe
@for_staff
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _find(edition_id)
    return _edition_screen(request, found, LetterForm(instance=found))


def _edition_screen(request: HttpRequest, found: Edition, form: LetterForm) -> HttpResponse:
    is_draft = found.status == Edition.Status.DRAFT
    taken_back = found.photos.exclude(taken_back_hour=None)
    photos = (
        services.waiting_photos(found.call)
        if is_draft
        else found.photos.filter(taken_back_hour=None)
    )
    entries = Paginator(found.photos.select_related("partner"), ENTRIES_A_PAGE)
    context = {
        "edition": found,
        "delivery": getattr(found, "delivery", None),
        "form": form,
        "letter_language": language_name(found.language),
        "photo_count": photos.count(),
        "countries": _counts(photos, "country", country_name),
        "languages": _counts(photos, "message_language", language_name),
        "entries": entries.get_page(request.GET.get("p")),
        "taken_back": [(entry, _is_after_delivery(found, entry)) for entry in taken_back],
        "may_prepare": request.user.has_perm(PREPARE),
        "may_approve": request.user.has_perm(APPROVE),
        "is_own": found.frozen_by_id == request.user.pk,
        "today_holder": found.office.holder_on(timezone.localdate()),
        **_progress(found),
    }
    return render(request, "solidarity/admin/edition.html", context)


def _counts(photos: QuerySet, field: str, name: Callable[[str], str]) -> list[tuple[str, int]]:
    """Return (name, number) of what the photos say in ``field``, most frequent first."""
    rows = photos.order_by().values_list(field).annotate(number=Count("pk"))
    said = [(name(code), number) for code, number in rows if code not in ("", "und")]
    unsaid = sum(number for code, number in rows if code in ("", "und"))
    said.sort(key=lambda row: (-row[1], row[0]))
    return [*said, (_("Another, or not said"), unsaid)] if unsaid else said


def _is_after_delivery(found: Edition, entry) -> bool:
    delivery = getattr(found, "delivery", None)
    return bool(delivery) and timezone.localdate(entry.taken_back_hour) > delivery.delivered_on


def _progress(found: Edition) -> dict[str, object]:
    """Say how far the dossier is, and what is being made."""
    files = list(found.files.order_by("pk"))
    missing = [file for file in files if file.state != DossierFile.State.MADE]
    is_at_work = bool(missing) and found.is_live and dossier_tasks.is_at_work(found)
    gone = [file for file in files if not file.file_name and file not in missing]
    were_spoiled = bool(gone) and any(
        _is_after_delivery(found, entry) for entry in found.photos.exclude(taken_back_hour=None)
    )
    return {
        "files": files,
        "were_spoiled": were_spoiled,
        "are_deleted": bool(files) and len(gone) == len(files) and not were_spoiled,
        "made_count": len(files) - len(missing),
        "is_made": bool(files) and not missing,
        "is_at_work": is_at_work,
        "has_stopped": bool(missing) and found.is_live and not is_at_work,
        "current": missing[0] if is_at_work else None,
        "volume_count": sum(file.kind == DossierFile.Kind.VOLUME for file in files),
    }


@require_safe
@for_staff
def progress(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Answer with the part of the edition's screen that changes while the dossier is made."""
    found = _find(edition_id)
    context = {"edition": found, "may_prepare": request.user.has_perm(PREPARE), **_progress(found)}
    return render(request, "solidarity/admin/edition_progress.html", context)


@require_POST
@permission_required(PREPARE)
def letter(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Save the letter, and freeze the list with it if that was the button."""
    found = _find(edition_id)
    form = LetterForm(request.POST, instance=found)
    if not form.is_valid():
        return _edition_screen(request, _find(edition_id), form)
    words = form.cleaned_data["letter"]
    changed = partial(services.update_letter, edition=found, letter=words, by=request.user)
    if "freeze" not in request.POST:
        return _carry_out(request, found, changed, _("The letter is saved."))

    def save_and_freeze() -> None:
        if form.has_changed():
            changed()
        services.freeze_edition(edition=found, by=request.user)

    frozen = _("The list is frozen. Its dossier is being made now.")
    return _carry_out(request, found, save_and_freeze, frozen)


def _carry_out(
    request: HttpRequest, found: Edition, act: Callable[[], object], done: str
) -> HttpResponse:
    """Do it, say how it went, and show the edition as it stands now."""
    try:
        act()
    except services.PhotoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("solidarity_editions:edition", found.pk)


@require_POST
@permission_required(PREPARE)
def reopen(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _find(edition_id)
    act = partial(services.reopen_edition, edition=found, by=request.user)
    return _carry_out(request, found, act, _("The list is open again; its files are deleted."))


@require_POST
@permission_required(APPROVE)
def approve(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _find(edition_id)
    act = partial(services.approve_edition, edition=found, by=request.user)
    return _carry_out(request, found, act, _("Approved. The dossier may leave the house."))


@require_POST
@permission_required(PREPARE)
def make_rest(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _find(edition_id)
    act = partial(services.make_rest, edition=found)
    return _carry_out(request, found, act, _("We go on making the dossier."))


@require_POST
@for_staff
@ask_again
def download(request: HttpRequest, file_id: int) -> HttpResponse:
    """Hand out a file of a dossier, and keep who took it. Nothing on the way keeps a copy."""
    made = DossierFile.objects.filter(state=DossierFile.State.MADE).exclude(file_name="")
    file = get_object_or_404(made.select_related("edition__call"), pk=file_id)
    try:
        content = open_file(file.file_name)
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        return error_page(request, "503", HTTPStatus.SERVICE_UNAVAILABLE)
    name = download_name(file)
    log(
        instance=file.edition,
        action="solidarity.download_dossier",
        user=request.user,
        data={"file": name, "sha256": file.digest},
    )
    extension = file.file_name.rpartition(".")[2]
    return attachment(content, name, MEDIA_TYPES[extension])


def download_name(file: DossierFile) -> str:
    """The name that the manifest gives the file; one that nobody has approved says so first."""
    edition = file.edition
    name = dossier.file_name(edition, file.kind, file.number)
    if edition.approved_at is not None:
        return name
    with override(edition.language):
        return f"{_('PROOF')}-{edition.call.slug}-{edition.number}-{name}"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PREPARE)
def delivery(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Record that an approved edition was handed over, or correct what was recorded."""
    found = _find(edition_id)
    recorded = getattr(found, "delivery", None)
    if found.status not in (Edition.Status.APPROVED, Edition.Status.DELIVERED):
        messages.error(request, _("Only an approved edition can be handed over."))
        return redirect("solidarity_editions:edition", found.pk)
    today = {} if recorded else {"delivered_on": timezone.localdate()}
    instance = recorded or Delivery(edition=found)
    form = DeliveryForm(request.POST or None, instance=instance, initial=today)

    def save() -> None:
        facts = form.cleaned_data
        if recorded:
            services.change_delivery(delivery=recorded, by=request.user, **facts)
        else:
            services.record_delivery(edition=found, by=request.user, **facts)

    if _is_saved(request, form, save, _("Saved. The campaign’s page shows it now.")):
        return redirect("solidarity_editions:edition", found.pk)
    return _delivery_screen(request, found, form, _("The delivery"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PREPARE)
def answer(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Note what the office answered."""
    deliveries = Delivery.objects.select_related("edition__call", "edition__office")
    found = get_object_or_404(deliveries, edition=edition_id)
    today = {} if found.answered_on else {"answered_on": timezone.localdate()}
    form = AnswerForm(request.POST or None, instance=found, initial=today)

    def save() -> None:
        services.record_answer(delivery=found, by=request.user, **form.cleaned_data)

    if _is_saved(request, form, save, _("Saved. The campaign’s page shows the answer now.")):
        return redirect("solidarity_editions:edition", found.edition_id)
    return _delivery_screen(request, found.edition, form, _("The answer"))


def _is_saved(request: HttpRequest, form, save: Callable[[], None], done: str) -> bool:
    """Save what a form says, and tell; what stands against it goes to the form, with all words."""
    if not form.is_valid():
        return False
    try:
        save()
    except services.PhotoError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, done)
    return True


def _delivery_screen(request: HttpRequest, found: Edition, form, title: str) -> HttpResponse:
    context = {"edition": found, "form": form, "title": title}
    return render(request, "solidarity/admin/edition_delivery.html", context)
