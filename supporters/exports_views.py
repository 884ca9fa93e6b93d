"""Screens by which a person takes their data along: ask for the file, open its link, download."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign_site.errors import error_page, link_unusable
from campaign_site.links import BadLink, find_by_token, make_token
from campaign_site.same_origin import public_form
from campaign_site.storage.answers import attachment
from supporters import exports, services
from supporters.models import DataExport, Supporter
from supporters.overview import for_person, person_erased

DOWNLOAD_NAME = "my-solidarity.zip"


@public_form
@require_POST
@for_person
def ask_export(request: HttpRequest, token: str, supporter: Supporter) -> HttpResponse:
    """Have the file made; its link comes by mail."""
    if exports.request_export(supporter=supporter, language=get_language()) is None:
        return person_erased(request)
    return redirect("supporters:export-asked")


@require_safe
def export_asked(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/export_asked.html", {"robots": "noindex"})


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def open_export(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, since mail scanners follow links; POST uses the link up."""
    if request.method != "POST":
        link = services.find_one_time_link(token=token, purpose=exports.MY_EXPORT)
        if link is None or exports.find_ready(link.supporter) is None:
            return link_unusable(request)
        return render(request, "supporters/open_export.html", {"robots": "noindex"})
    supporter = services.use_one_time_link(token=token, purpose=exports.MY_EXPORT)
    export = supporter and exports.find_ready(supporter)
    if not export:
        return link_unusable(request)
    found = make_token(DataExport.LINK_PURPOSE, export.public_id, export.link_version)
    return redirect("supporters:download", token=found)


@public_form
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, token: str) -> HttpResponse:
    """Show until when the file can be downloaded; POST hands it out, until that moment."""
    try:
        export = find_by_token(DataExport.objects.ready(), DataExport.LINK_PURPOSE, token)
        file = exports.open_file(export)
    except (BadLink, FileNotFoundError):
        return link_unusable(request)
    except OSError:
        return error_page(request, "503", HTTPStatus.SERVICE_UNAVAILABLE)
    if request.method == "POST":
        return attachment(file, DOWNLOAD_NAME, "application/zip")
    file.close()
    context = {"export": export, "size": file.size_bytes, "robots": "noindex"}
    return render(request, "supporters/download.html", context)
