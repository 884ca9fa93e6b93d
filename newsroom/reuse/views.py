"""Use a campaign again, and see what is left to fill in for the copy."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.models import Page

from events.services import SignUpError
from events.services.copying import next_slug
from newsroom.reuse.copying import ReuseError, days_of, may_copy, use_again
from newsroom.reuse.days import move_of, years_to_come
from newsroom.reuse.left_to_do import points_of
from newsroom.reuse.successor import has_outcome, name_successor
from pages.models import AppealPage, CampaignPage


class UseAgainForm(forms.Form):
    """Where the copy stands, and what becomes of the days."""

    slug = forms.SlugField(label=gettext_lazy("New address on the site"), max_length=200)
    years = forms.IntegerField(
        label=gettext_lazy("Move the days by so many years"),
        min_value=1,
        max_value=20,
        help_text=gettext_lazy(
            "To the same day of the week, as near to the date as can be. Hours stay the same."
        ),
    )
    keeps_days = forms.TypedChoiceField(
        label=gettext_lazy("First and last days of photo calls and appeals"),
        choices=[
            ("yes", gettext_lazy("Move them along")),
            ("no", gettext_lazy("Leave them empty, to be filled in")),
        ],
        initial="yes",
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    names_successor = forms.BooleanField(
        label=gettext_lazy("Name the new campaign in the outcome of the old one"),
        required=False,
        help_text=gettext_lazy("Only in its draft: publish the old page again to show it."),
    )

    def __init__(self, data=None, *, offers_successor: bool, **options) -> None:
        super().__init__(data, **options)
        if not offers_successor:
            del self.fields["names_successor"]


def _campaign(page_id: int) -> Page:
    """A campaign, or an appeal that stands on its own; 404 for any other page."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not is_reusable(page):
        raise Http404
    return page


def is_reusable(page: Page) -> bool:
    return isinstance(page, CampaignPage) or (isinstance(page, AppealPage) and page.depth == 3)


@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask for the new address and the days; POST copies and leads to what is left to do."""
    page = _campaign(page_id)
    if not may_copy(page, request.user):
        raise PermissionDenied
    days, today = days_of([page]), timezone.localdate()
    years = years_to_come(days, today)
    target = max(days, default=today) + move_of(days, years)
    form = UseAgainForm(
        request.POST or None,
        initial={"slug": next_slug(page.slug, target), "years": years},
        offers_successor=has_outcome(page),
    )
    if request.method == "POST" and form.is_valid():
        made = _use_again(request, page, form)
        if made is not None:
            return redirect("newsroom_reuse:left", made.pk)
    context = {
        "page": page,
        "form": form,
        "pages": Page.objects.descendant_of(page, inclusive=True).count(),
        "languages": [
            one.locale.get_display_name()
            for one in page.get_translations(inclusive=True).select_related("locale")
        ],
    }
    return render(request, "newsroom/reuse/again.html", context)


def _use_again(request: HttpRequest, page: Page, form: UseAgainForm) -> Page | None:
    said = form.cleaned_data
    try:
        made = use_again(
            page=page,
            slug=said["slug"],
            years=said["years"],
            keeps_days=said["keeps_days"],
            user=request.user,
        )
    except ReuseError as refusal:
        form.add_error(refusal.field, str(refusal))
        return None
    except SignUpError as refusal:
        form.add_error("years", str(refusal))
        return None
    messages.success(request, _("The copy is made. Nobody sees it until you publish it."))
    if said.get("names_successor"):
        named = name_successor(old=page, new=made, user=request.user)
        sentence = ngettext(
            "The draft of %(number)d old page names it now.",
            "The drafts of %(number)d old pages name it now.",
            named,
        )
        messages.success(request, sentence % {"number": named})
    return made


@require_safe
def left(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show what is left to fill in for a campaign, each point with its screen."""
    page = _campaign(page_id)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    points = [
        (point, point.url if _may(request.user, point.permission) else "")
        for point in points_of(page.translation_key)
    ]
    languages = [
        (one.locale.get_display_name(), one)
        for one in page.get_translations(inclusive=True).select_related("locale")
    ]
    context = {"page": page, "points": points, "languages": languages}
    return render(request, "newsroom/reuse/left.html", context)


def _may(user, permission: str) -> bool:
    return not permission or user.has_perm(permission)
