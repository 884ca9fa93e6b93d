"""Staff screen of the newsletter: how many agreed, and their addresses for the mailing tool."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from staff.fresh import ask_again
from staff.login.journal import name_of
from supporters.models import NewsletterSubscription
from supporters.newsletter_export import csv_lines

EXPORT = "supporters.export_newsletter"


@require_safe
@permission_required(EXPORT)
def index(request: HttpRequest) -> HttpResponse:
    """Show how many people may be written to, by language; no addresses."""
    people = NewsletterSubscription.objects.consented()
    counts = people.values_list("language").annotate(number=Count("pk")).order_by("language")
    context = {"counts": list(counts), "total": people.count()}
    return render(request, "supporters/admin/newsletter.html", context)


@require_POST
@permission_required(EXPORT)
@ask_again
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out the addresses of those who agreed, and keep who took them and how many."""
    count = NewsletterSubscription.objects.consented().count()
    log(
        instance=request.user,
        title=name_of(request.user),
        action="supporters.export_newsletter",
        user=request.user,
        data={"count": count},
    )
    name = f"newsletter-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        csv_lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
