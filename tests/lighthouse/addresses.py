"""The address of one page of every kind, in a language: run inside the rig's site.

``manage.py shell --command "from tests.lighthouse.addresses import tell; tell()"`` prints JSON:
{language: {name: path}}. It writes rows for pages that only follow a form: a promise, a person.
"""

import json
import sys
import uuid
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from donations.models import Appeal
from donations.services import create_pledge
from pages import models
from solidarity.models import PhotoCall
from supporters.overview import make_overview_token
from supporters.services import remember_supporter

KINDS = {
    "home": models.HomePage,
    "campaign": models.CampaignPage,
    "photo call": models.PhotoCallPage,
    "wall": models.WallPage,
    "event": models.EventPage,
    "appeal": models.AppealPage,
    "list of articles": models.ArticleIndexPage,
    "article": models.ArticlePage,
    "page of text": models.StandardPage,
}
# Of these kinds the pages of the demonstration are shown, whose actions are open.
OPEN = {"photo call": "photo_call", "wall": "photo_call", "event": "event", "appeal": "appeal"}


def tell() -> None:
    told = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            told[language] = addresses(language)
    json.dump(told, sys.stdout)


def addresses(language: str) -> dict[str, str]:
    """Return the paths by name; pages first, then screens without a page of their own."""
    found = {name: _page(name, model, language) for name, model in KINDS.items()}
    over = models.PhotoCallPage.objects.live().filter(locale__language_code=language)
    found["photo call that was delivered"] = over.exclude(photo_call__slug="demo")[0].url
    call = PhotoCall.objects.get(slug="demo")
    photo = call.photos.public().order_by("wall_key")[0]
    found |= {
        "photo of the wall": reverse("solidarity:wall-photo", args=[call.slug, photo.wall_key]),
        "photo form": reverse("solidarity:send", args=[call.slug]),
        "sign to print": reverse("solidarity:sign", args=[call.slug]),
        "sign-up": reverse("events:sign-up", args=["demo"]),
        "promise": reverse("donations:pledge", args=["demo"]),
        "payment": _payment(language),
        "search": f"{reverse('search')}?q=sant%C3%A9",
        "newsletter": reverse("newsletter:ask"),
        "my solidarity": reverse("supporters:ask"),
        "my solidarity, open": _overview(language),
        "not found": f"/{language}/no-such-page/",
    }
    return found


def _page(name: str, model: type[Page], language: str) -> str:
    pages = model.objects.live().filter(locale__language_code=language).order_by("path")
    if name in OPEN:
        pages = pages.filter(**{f"{OPEN[name]}__slug": "demo"})
    return pages[0].url


def _payment(language: str) -> str:
    pledge = create_pledge(
        appeal=Appeal.objects.get(slug="demo"),
        email="lighthouse@example.org",
        name="Sam Sample",
        amount_eur=Decimal("25.00"),
        language=language,
        form_key=uuid.uuid4(),
        form_digest="",
    )
    return reverse("donations:payment", args=[pledge.token])


def _overview(language: str) -> str:
    supporter = remember_supporter(email="lighthouse@example.org", language=language)
    return reverse("supporters:overview", args=[make_overview_token(supporter)])
