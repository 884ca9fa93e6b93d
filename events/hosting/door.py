"""The door of an event, for staff: passes for volunteers, and how many people have come in."""

from datetime import timedelta

import segno
from django import forms
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site.languages import site_language
from events.hosting import log_actions
from events.hosting.access import DOOR
from events.models import DoorPass, Event
from events.services import SignUpError, door

_QUIET_ZONE_MODULES = 4


class PassForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=DoorPass._meta.get_field("label").max_length,
        help_text=gettext_lazy("For example “Main entrance” or a first name."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(DOOR)
def passes(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show who has a pass and how many people came in; make a pass and show its code, once.

    The code is kept nowhere, so the answer to the POST is the only page that ever shows it.
    """
    event = get_object_or_404(Event, pk=event_id)
    form = PassForm(request.POST or None, initial={"language": site_language(get_language())})
    context = {}
    if form.is_valid():
        try:
            made, code = door.make_pass(
                event=event, label=form.cleaned_data["label"], user=request.user
            )
        except SignUpError as error:
            form.add_error(None, str(error))
        else:
            log(instance=event, action=log_actions.GIVE_DOOR_LIST, user=request.user)
            context = _made(made, code, form.cleaned_data["language"])
            form = PassForm(initial={"language": form.cleaned_data["language"]})
    valid_from, valid_until = door.window(event)
    context |= {
        "event": event,
        "form": form,
        "rows": list(event.door_passes.order_by("-pk")),
        "valid_from": valid_from,
        "last_day": valid_until - timedelta(days=1),
        "max_wrong_codes": door.MAX_WRONG_CODES,
        **_counts(event),
    }
    return render(request, "events/hosting/door.html", context)


def _made(made: DoorPass, code: str, language: str) -> dict[str, object]:
    url = door.pass_url(made, language)
    return {
        "made": made,
        "code": " ".join(code[start : start + 4] for start in range(0, len(code), 4)),
        "url": url,
        "qr": _qr(url),
    }


def _qr(url: str) -> SafeString:
    """Return the link as an ``svg`` element: black on white, quiet zone included."""
    drawing = segno.make_qr(url, error="m").svg_inline(
        border=_QUIET_ZONE_MODULES, dark="#000", light="#fff", omitsize=True
    )
    # Made of numbers only: nothing that anybody wrote is in it.
    return SafeString(drawing.replace("<svg ", '<svg shape-rendering="crispEdges" ', 1))


def _counts(event: Event) -> dict[str, object]:
    people = event.sign_ups.confirmed().aggregate(people=Sum("party_size", default=0))
    return {"counts": door.arrived(event), "expected": people["people"]}


@never_cache
@require_safe
@permission_required(DOOR)
def counts(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show the counter alone; the page asks for it every few seconds."""
    event = get_object_or_404(Event, pk=event_id)
    return render(request, "events/hosting/door_counts.html", _counts(event))


@require_POST
@permission_required(DOOR)
def end(request: HttpRequest, pass_id: int) -> HttpResponse:
    """End a pass; the phone that has it erases the list as soon as it has a network."""
    found = get_object_or_404(DoorPass, pk=pass_id)
    if door.end_pass(door_pass=found):
        log(instance=found.event, action=log_actions.END_DOOR_LIST, user=request.user)
        messages.success(request, _("Ended. The phone erases its list at its next contact."))
    else:
        messages.warning(request, _("This pass had ended already."))
    return redirect("events_hosting:door", found.event_id)
