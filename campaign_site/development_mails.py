"""Read the mails of a development site in the browser; not routed anywhere else."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from campaign_site import mail_folder
from campaign_site.headers import extend_csp


def _folder() -> Path:
    return Path(settings.MAILERS["default"]["OPTIONS"]["folder"])


def _find(name: str):
    path = _folder() / f"{name}.eml"
    if not name.replace("-", "").isalnum() or not path.exists():
        raise Http404
    return mail_folder.read_mail(path)


def mail_list(request: HttpRequest) -> HttpResponse:
    mails = mail_folder.newest_mails(_folder())
    return render(request, "development/mails.html", {"mails": mails})


def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    message = _find(name)
    text = message.get_body(("plain",))
    context = {
        "name": name,
        "message": message,
        "text": text.get_content() if text else "",
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }
    response = render(request, "development/mail.html", context)
    return extend_csp(response, frame_src=["'self'"])


def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as a mail program would show it: nothing loaded, nothing run."""
    part = _find(name).get_body(("html",))
    response = HttpResponse(part.get_content() if part else "")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def mail_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    parts = list(_find(name).iter_attachments())
    if number >= len(parts):
        raise Http404
    part = parts[number]
    content = part.get_content()
    response = HttpResponse(
        content if isinstance(content, bytes) else content.encode(),
        content_type=part.get_content_type(),
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{part.get_filename()}"'
    return response
