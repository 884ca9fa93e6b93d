"""One sign-up: what a host does for somebody who telephones."""

import uuid

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site import idempotency
from campaign_site.forms import AddressField, LineField
from campaign_site.query_numbers import read_number
from events import services
from events.hosting import log_actions
from events.hosting.access import CHANGE_EVENTS, SEE_SIGN_UPS
from events.hosting.languages import LANGUAGES
from events.models import MAX_PARTY_SIZE, Event, Organiser, SignUp
from events.services.arrivals import arrived_by_sign_up
from events.services.taking import mail_again


class ByTelephoneForm(forms.Form):
    """What somebody says who signs up by telephone. No boxes: those they tick themselves."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    name = LineField(label=gettext_lazy("Name"), max_length=80)
    email = AddressField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy(
            "They get their confirmation there, with a link to see, change or cancel it."
        ),
    )
    party_size = forms.IntegerField(
        label=gettext_lazy("Number of people"), min_value=1, max_value=MAX_PARTY_SIZE, initial=1
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the emails"), choices=[*LANGUAGES.items()], initial="fr"
    )


def _sign_up_of(event_id: int, pk: int) -> SignUp:
    return get_object_or_404(SignUp.objects.select_related("event"), event_id=event_id, pk=pk)


@require_safe
@permission_required(SEE_SIGN_UPS)
def attendee(request: HttpRequest, event_id: int, pk: int) -> HttpResponse:
    """Show one sign-up, and what can be done with it."""
    row = _sign_up_of(event_id, pk)
    shared_with = Organiser.objects.filter(event=row.event, pk__in=row.shared_with)
    context = {
        "event": row.event,
        "sign_up": row,
        "came": arrived_by_sign_up(event_id).get(row.pk, 0),
        "shared_with": list(shared_with),
        "is_standing": row.status in SignUp.STANDING,
        "most": MAX_PARTY_SIZE,
    }
    return render(request, "events/hosting/attendee.html", context)


def _acts(step):
    """Let whoever may change events take ``step`` for a sign-up; a refusal is shown as it is."""

    @require_POST
    @permission_required(CHANGE_EVENTS)
    @permission_required(SEE_SIGN_UPS)
    def view(request: HttpRequest, event_id: int, pk: int) -> HttpResponse:
        row = _sign_up_of(event_id, pk)
        try:
            messages.success(request, step(request, row))
        except services.SignUpError as refusal:
            messages.error(request, str(refusal))
        return redirect("events_hosting:attendee", event_id, pk)

    return view


@_acts
def cancel(request: HttpRequest, row: SignUp) -> str:
    """Cancel for somebody; they are mailed, and their places go on."""
    if not services.cancel_sign_up(sign_up=row):
        return _("This sign-up had been cancelled before.")
    log(instance=row.event, action=log_actions.CANCEL_SIGN_UP, user=request.user)
    return _("The sign-up is cancelled, and an email says so.")


@_acts
def change_number(request: HttpRequest, row: SignUp) -> str:
    people = read_number(request.POST.get("party_size", "")) or 0
    if not 1 <= people <= MAX_PARTY_SIZE:
        raise services.SignUpError(_("One sign-up is for 1 to 10 people."))
    services.change_party_size(sign_up=row, party_size=people)
    log(instance=row.event, action=log_actions.CHANGE_SIGN_UP, user=request.user)
    return _("The number of people is changed.")


@_acts
def send_again(request: HttpRequest, row: SignUp) -> str:
    """Mail the confirmation, the offer, or the place in the queue, once more."""
    with transaction.atomic():
        again = SignUp.objects.standing().exclude(supporter=None).filter(pk=row.pk).first()
        if again is None:
            raise services.SignUpError(_("This sign-up has ended: there is no email to repeat."))
        mail_again(again)
    return _("The email is on its way once more.")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE_EVENTS)
@permission_required(SEE_SIGN_UPS)
def add(request: HttpRequest, event_id: int) -> HttpResponse:
    """Sign somebody up who telephoned; the mail goes to them as from the form."""
    event = get_object_or_404(Event, pk=event_id)
    form = ByTelephoneForm(request.POST or None, initial={"form_key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        key = typed.pop("form_key")
        try:
            row = services.sign_up(
                event=event, form_key=key, form_digest=idempotency.digest(typed), **typed
            )
        except services.SignUpError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except idempotency.KeyReused:
            form.add_error(
                None, _("This form was already sent with different answers. Open it again.")
            )
        else:
            log(instance=event, action=log_actions.ADD_SIGN_UP, user=request.user)
            messages.success(request, _added(row, typed["name"]))
            return redirect("events_hosting:attendee", event.pk, row.pk)
    return render(request, "events/hosting/attendee_add.html", {"event": event, "form": form})


def _added(row: SignUp, name: str) -> str:
    if row.name != name:
        return _("This address had signed up before; its email is on its way once more.")
    if row.status == SignUp.Status.CONFIRMED:
        return _("Signed up. The confirmation is on its way.")
    return _("All places are taken: they are on the waiting list, and an email says so.")
