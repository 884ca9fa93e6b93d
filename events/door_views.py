"""The list at the door, for volunteers without an account.

The page itself is the same for everybody and holds nothing about anybody: it is kept on the phone
by a service worker and works without a network. Names come with a POST of the code, and only then.
"""

import hashlib
import json
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.views.decorators.http import require_POST, require_safe

from campaign_site.headers import allow_features, extend_csp
from campaign_site.same_origin import public_form
from campaign_site.templatetags.campaign import long_day
from events.door_posts import CodeForm, TapsForm, read_post
from events.door_words import door_words
from events.services import door

_STATIC = settings.BASE_DIR / "static"
_SCRIPTS = "js/door"
_WORKER = f"{_SCRIPTS}/worker.js"
_STYLES = ("css/site.css", "css/door/list.css")
_OTHER_FILES = ("fonts/archivo.woff2", "art/favicon.svg")


@require_safe
def page(request: HttpRequest, token: str = "") -> HttpResponse:
    """Show the page that asks for the code. The link is looked at only when the code is sent."""
    response = HttpResponse(_page(request))
    extend_csp(response, worker_src=[CSP.SELF])
    return allow_features(response, "camera")


def _page(request: HttpRequest) -> str:
    own_languages = []
    for code, name in settings.LANGUAGES:
        with override(code):
            own_languages.append((code, name, reverse("events:door-page")))
    words = door_words()
    # No tag ends in it: sentences of ours, and "<" is escaped all the same.
    data = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    context = {
        "words": SafeString(data),
        "keeps_nothing": words["keeps_nothing"],
        "no_photo": words["no_photo"],
        "walk_in_numbers": (1, 2, 3, 4),
        "own_languages": own_languages,
        "styles": [static(name) for name in _STYLES],
        "robots": "noindex",
    }
    return render_to_string("events/door/page.html", context, request)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker: which files to keep, and the script that keeps them.

    It changes with any of those files and with the page, so that browsers notice.
    """
    files = [static(name) for name in (*_STYLES, *_OTHER_FILES, *_scripts())]
    content = hashlib.sha256(_page(request).encode())
    for name in (_WORKER, *_STYLES[1:], *_scripts()):
        content.update((_STATIC / name).read_bytes())
    content.update(repr(files).encode())
    kept = {
        "page": reverse("events:door-page"),
        "files": files,
        "name": f"door-{get_language()}-",
        "version": content.hexdigest()[:16],
    }
    script = f"self.kept = {json.dumps(kept)};\nimportScripts({json.dumps(static(_WORKER))});\n"
    return HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": kept["page"]},
    )


def _scripts() -> list[str]:
    """Every module of the page, also those that it loads when they are needed."""
    names = sorted(path.name for path in (_STATIC / _SCRIPTS).glob("*.js"))
    return [f"{_SCRIPTS}/{name}" for name in names if f"{_SCRIPTS}/{name}" != _WORKER]


@public_form
@require_POST
def open_list(request: HttpRequest, token: str) -> HttpResponse:
    """Give the list of names for the code; say how many wrong codes are left.

    Without a code, only say whether it may be tried: a phone asks before it keeps anything longer.
    """
    asked = read_post(request, CodeForm)
    if asked is None:
        return _refused()
    try:
        found = door.find_pass(token)
        if not asked["code"]:
            return JsonResponse({"state": "asks"}) if found.is_valid else _closed()
        opened = door.open_list(door_pass=found, code=asked["code"])
    except door.DoorClosed:
        return _closed()
    except door.WrongCode as error:
        state = {"state": "wrong" if error.left else "ended", "left": error.left}
        return JsonResponse(state, status=HTTPStatus.FORBIDDEN)
    return JsonResponse({"state": "open", "event": _event(found.event), **opened})


def _event(event) -> dict[str, str]:
    return {"name": event.name, "day": long_day(event.day), "place": event.place}


@public_form
@require_POST
def taps(request: HttpRequest, token: str) -> HttpResponse:
    """Take in what a phone counted, and answer with what others did."""
    asked = read_post(request, TapsForm)
    if asked is None:
        return _refused()
    try:
        answer = door.exchange(door_pass=door.find_pass(token), **asked)
    except door.DoorClosed:
        return _closed()
    return JsonResponse({"state": "open", **answer})


def _refused() -> HttpResponse:
    return JsonResponse({"state": "refused"}, status=HTTPStatus.BAD_REQUEST)


def _closed() -> HttpResponse:
    """The same answer for every pass that is of no use, so that links cannot be tried out."""
    return JsonResponse({"state": "closed"}, status=HTTPStatus.NOT_FOUND)
