"""The form that takes a pledge."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from campaign_site.errors import form_key_reused
from campaign_site.idempotency import KeyReused
from campaign_site.languages import site_language
from donations import services
from donations.forms import PledgeForm
from donations.models import Appeal, Pledge
from supporters import sources
from supporters.door import guarded


@require_http_methods(["GET", "HEAD", "POST"])
@guarded("pledge")
def pledge(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of an appeal; take a pledge and lead on to its payment page."""
    appeals = Appeal.objects.announced().select_related("account")
    appeal = get_object_or_404(appeals, slug=slug)
    data = request.POST if request.method == "POST" else None
    form = PledgeForm(
        data,
        appeal=appeal,
        language=site_language(),
        door=request.door,
        came_by=request.GET.get(sources.PARAMETER, ""),
    )
    if form.is_valid():
        try:
            made = _create_pledge(appeal, form)
        except KeyReused:
            return form_key_reused(request)
        except services.PledgeError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            return redirect(made)
    template = "donations/pledge.html" if appeal.is_open else "donations/appeal_closed.html"
    page = appeal.pages.live().filter(locale__language_code=site_language()).first()
    context = {"appeal": appeal, "form": form, "appeal_page": page}
    return render(request, template, {**context, "robots": "noindex"})


def _create_pledge(appeal: Appeal, form: PledgeForm) -> Pledge:
    chosen = form.cleaned_data
    return services.create_pledge(
        appeal=appeal,
        name=chosen["name"],
        email=chosen["email"],
        amount_eur=chosen["amount_eur"],
        frequency=chosen["frequency"],
        reward=chosen.get("reward"),
        earmark=chosen.get("earmark"),
        language=form.language,
        form_key=form.key,
        form_digest=form.content_digest,
        newsletter=form.newsletter_words,
        source=chosen["source"],
    )
