"""Stop the reminders of promises: by a link in each of them. GET shows, POST acts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaign_site.errors import link_unusable
from campaign_site.links import BadLink, find_by_token
from donations.models import Pledge
from donations.services import reminding


@csrf_exempt  # mail providers post for their readers, as the docstring says
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show whether reminders come; a POST ends them and answers without a redirect.

    The POST may come from anywhere: mail providers send it for their readers (RFC 8058, 3.2),
    without cookies or form key and from a foreign origin or none. The token is the authority: it
    is signed, and good for this one thing.
    """
    try:
        pledge = find_by_token(Pledge.objects.all(), reminding.STOP_PURPOSE, token)
    except BadLink:
        return link_unusable(request)
    if request.method == "POST":
        reminding.stop_reminders(pledge)
    is_ended = request.method == "POST" or not pledge.wants_reminders
    context = {"pledge": pledge, "is_ended": is_ended, "robots": "noindex"}
    return render(request, "donations/reminder_stop.html", context)
