"""Who signed up for an event: a list in pages, and finding somebody by name or address.

Names are encrypted, so the database can neither search nor sort by them: a search reads the names
of the whole event, less than a second for ten thousand. It is a post, so that no log keeps whom
staff looked for.
"""

import unicodedata
from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from events.hosting.access import SEE_SIGN_UPS
from events.hosting.languages import LANGUAGES
from events.models import Event, SignUp
from events.services.arrivals import arrived_by_sign_up
from events.services.totals import figures_of
from supporters.services import address_hash

PAGE_SIZE = 50
_NAMES_AT_A_TIME = 2000
_CAME, _DID_NOT_COME = "came", "did_not_come"


class AttendeeFilterForm(forms.Form):
    """Which sign-ups the list shows; what is empty or unknown leaves nothing out."""

    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("all current ones")), *SignUp.Status.choices, ("all", _("ended ones too"))],
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("every language")), *LANGUAGES.items()]
    )
    segment = forms.ChoiceField(
        label=_("Which of them"),
        required=False,
        choices=[
            ("", _("everybody")),
            ("again", _("said again that they come")),
            ("not_again", _("did not say it again")),
            (_CAME, _("came")),
            (_DID_NOT_COME, _("did not come")),
        ],
    )

    def value(self, name: str) -> str:
        return self.cleaned_data.get(name, "") if self.is_bound and self.is_valid() else ""


@dataclass(frozen=True)
class Row:
    """A sign-up, and how many of its people came in."""

    sign_up: SignUp
    came: int


def sign_ups_of(event: Event) -> QuerySet[SignUp]:
    """The sign-ups of an event, latest first, as the list shows them; one query."""
    return SignUp.objects.filter(event=event).order_by("-pk")


def filtered(rows: QuerySet[SignUp], form: AttendeeFilterForm) -> QuerySet[SignUp]:
    status, language, segment = (form.value(name) for name in ("status", "language", "segment"))
    if status in SignUp.Status.values:
        rows = rows.filter(status=status)
    elif status != "all":
        rows = rows.standing()
    if language:
        rows = rows.filter(language=language)
    if segment in (_CAME, _DID_NOT_COME):
        came = Q(pk__in=_ids_who_came(rows))
        return rows.filter(came if segment == _CAME else ~came)
    if segment:
        rows = rows.filter(confirmed_coming=segment == "again")
    return rows


def _ids_who_came(rows: QuerySet[SignUp]) -> list[int]:
    event_id = rows.values_list("event_id", flat=True).first()
    counts = arrived_by_sign_up(event_id) if event_id else {}
    return [sign_up_id for sign_up_id, people in counts.items() if people > 0]


def _plain(text: str) -> str:
    """Small letters without accents: what people type of a name they have heard."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def find(event: Event, wanted: str) -> list[int]:
    """Return the numbers of the sign-ups of whoever has this address, or this in their name.

    Latest first. Addresses are found as a whole; of names any part, whatever the accents.
    """
    rows = sign_ups_of(event)
    if "@" in wanted:
        known = rows.filter(supporter__email_hash=address_hash(wanted.strip()))
        return list(known.values_list("pk", flat=True))
    part = _plain(wanted.strip())
    names = rows.values_list("pk", "name").iterator(chunk_size=_NAMES_AT_A_TIME)
    return [pk for pk, name in names if part in _plain(name)]


@require_safe
@permission_required(SEE_SIGN_UPS)
def attendees(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show the sign-ups, fifty at a time."""
    event = get_object_or_404(Event, pk=event_id)
    form = AttendeeFilterForm(request.GET)
    page = Paginator(filtered(sign_ups_of(event), form), PAGE_SIZE).get_page(
        read_number(request.GET.get("p", "")) or 1
    )
    chosen = request.GET.copy()
    chosen.pop("p", None)
    return _screen(request, event, list(page), form=form, page=page, query=chosen.urlencode())


@require_POST
@permission_required(SEE_SIGN_UPS)
def find_attendees(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show whom the name or address that was typed belongs to; the first fifty of them."""
    event = get_object_or_404(Event, pk=event_id)
    wanted = request.POST.get("wanted", "")
    if not wanted.strip():
        return redirect("events_hosting:attendees", event.pk)
    found = find(event, wanted)
    return _screen(
        request,
        event,
        list(sign_ups_of(event).filter(pk__in=found[:PAGE_SIZE])),
        form=AttendeeFilterForm(),
        wanted=wanted,
        is_search=True,
        found=len(found),
        more=len(found) > PAGE_SIZE,
    )


def _screen(request: HttpRequest, event: Event, shown: list[SignUp], **context) -> HttpResponse:
    came = arrived_by_sign_up(event.pk) if shown else {}
    return render(
        request,
        "events/hosting/attendees.html",
        {
            "event": event,
            "figures": figures_of(event),
            "rows": [Row(sign_up, came.get(sign_up.pk, 0)) for sign_up in shown],
            "given_to": [one for one in event.organisers.all() if one.gets_data],
            **context,
        },
    )
