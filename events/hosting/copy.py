"""Copy an event to another day: last year's to this one."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required
from wagtail.admin.widgets import AdminDateInput

from events.hosting.access import ADD_EVENTS
from events.hosting.event_form import RESERVED_SLUGS
from events.models import Event
from events.services.copying import A_YEAR, copy_event, next_slug
from events.services.errors import SignUpError


class CopyForm(forms.Form):
    """The day of the copy, and its address; the rest is as it was, and can be changed then."""

    day = forms.DateField(
        label=_("New day"),
        widget=AdminDateInput,
        help_text=_("Proposed: the same day of the week a year on. The hours stay the same."),
    )
    slug = forms.SlugField(label=_("Address on the site"), max_length=50)

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(
                _("The site needs this address for something else. Choose another.")
            )
        return slug


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ADD_EVENTS)
def copy(request: HttpRequest, event_id: int) -> HttpResponse:
    """Ask for the day; POST copies and leads to the drafts."""
    event = get_object_or_404(Event, pk=event_id)
    day = event.day + A_YEAR
    form = CopyForm(request.POST or None, initial={"day": day, "slug": next_slug(event.slug, day)})
    if request.method == "POST" and form.is_valid():
        try:
            made = copy_event(event=event, user=request.user, **form.cleaned_data)
        except SignUpError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect("events_hosting:copied", made.pk)
    context = {"event": event, "form": form, "pages": event.pages.count()}
    return render(request, "events/hosting/copy.html", context)


@require_safe
@permission_required(ADD_EVENTS)
def copied(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show what is left to do for a copy, and its drafts to whoever may edit them."""
    event = get_object_or_404(Event.objects.exclude(copied_from=None), pk=event_id)
    pages = event.pages.select_related("locale").order_by("path")
    drafts = [(page, page.permissions_for_user(request.user).can_edit()) for page in pages]
    context = {"event": event, "drafts": drafts}
    return render(request, "events/hosting/copied.html", context)
