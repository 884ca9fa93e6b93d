"""Staff screens: one update as it would leave, tried out, started, followed, stopped."""

import smtplib
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages as notes
from wagtail.admin.auth import permission_required

from newsroom.models import CampaignUpdate
from newsroom.updating import drafts, figures, mails, sending
from newsroom.updating.access import CHANGE, SEE, SEND
from newsroom.updating.campaigns import find_campaign
from newsroom.updating.errors import UpdateError
from newsroom.updating.forms import StartForm
from newsroom.updating.recipients import readers
from newsroom.updating.words import is_tested

State = CampaignUpdate.State


def _update(public_id: uuid.UUID) -> CampaignUpdate:
    rows = CampaignUpdate.objects.select_related("made_by")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@permission_required(SEE)
def show(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how an update reads, who gets it, and how far it is."""
    return _screen(request, _update(public_id), StartForm())


def _screen(request: HttpRequest, update: CampaignUpdate, start_form: StartForm) -> HttpResponse:
    campaign = find_campaign(update.campaign_key)
    groups = readers(update, campaign)
    is_draft = update.state == State.DRAFT
    reached = [one for one in groups if one.words_in]
    context = {
        "update": update,
        "campaign": campaign,
        "is_draft": is_draft,
        "is_planned": update.state == State.SENDING and update.began_at is None,
        "readers": groups,
        "total": sum(one.number for one in reached),
        "left_out": sum(one.number for one in groups if not one.words_in),
        "samples": [(one, mails.preview(update, campaign, one.language)) for one in reached],
        "is_tested": is_tested(update),
        "start_form": start_form,
        "figures": None if is_draft else figures.figures_of(update),
        **_progress(update),
    }
    return render(request, "newsroom/updating/show.html", context)


def _progress(update: CampaignUpdate) -> dict[str, object]:
    return {
        "update": update,
        "far": sending.progress(update),
        "is_at_work": update.state == State.SENDING and update.began_at is not None,
    }


@require_safe
@permission_required(SEE)
def progress(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The part of the screen that changes while copies leave."""
    return render(request, "newsroom/updating/progress.html", _progress(_update(public_id)))


@require_POST
@permission_required(CHANGE)
def try_out(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mail the update to whoever presses, in each of its languages."""
    update = _update(public_id)
    if not request.user.email:
        notes.error(request, _("Your account has no email address to send a test to."))
        return redirect("newsroom_updating:show", public_id)
    try:
        drafts.try_out(update, user=request.user)
    except UpdateError as error:
        notes.error(request, str(error))
    except (OSError, smtplib.SMTPException):
        notes.error(request, _("The mail server did not take the test. Try again in a minute."))
    else:
        address = {"address": request.user.email}
        notes.success(request, _("The test is on its way to %(address)s.") % address)
    return redirect("newsroom_updating:show", public_id)


@require_POST
@permission_required(SEND)
def start(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send an update, now or from a moment on."""
    update = _update(public_id)
    form = StartForm(request.POST)
    if not form.is_valid():
        return _screen(request, update, form)
    try:
        sending.start(update, user=request.user, begins_at=form.cleaned_data["begins_at"])
    except UpdateError as error:
        form.add_error(error.field or None, str(error))
        return _screen(request, _update(public_id), form)
    if form.cleaned_data["begins_at"]:
        notes.success(request, _("Planned. Until then you can call it off."))
    else:
        notes.success(request, _("It is on its way."))
    return redirect("newsroom_updating:show", public_id)


@require_POST
@permission_required(SEND)
def stop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let no further copy leave, or call off what has not begun."""
    update = _update(public_id)
    if not sending.stop(update, user=request.user):
        notes.warning(request, _("It was no longer being sent."))
    elif update.began_at is None and _update(public_id).state == State.DRAFT:
        notes.success(request, _("Called off. It is a draft again."))
    else:
        notes.success(request, _("Stopped. What had left before cannot be taken back."))
    return redirect("newsroom_updating:show", public_id)


@require_POST
@permission_required(SEND)
def go_on(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send what had not left when it was stopped."""
    if sending.go_on(_update(public_id), user=request.user):
        notes.success(request, _("It goes on with those who had not got it yet."))
    else:
        notes.warning(request, _("It was not stopped."))
    return redirect("newsroom_updating:show", public_id)
