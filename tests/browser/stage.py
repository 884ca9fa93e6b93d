"""The rows behind the screens: somebody who did everything, a full wall, facts in every state."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils.translation import override
from wagtail.blocks import StreamValue
from wagtail.models import Page

from campaign_site.links import make_token
from donations.models import Appeal, Pledge
from donations.services import create_pledge
from events.models import ActionSheet, Event, Organiser, SignUp
from events.services import sign_up
from pages.models import CampaignPage
from solidarity import services
from solidarity.models import Photo, PhotoCall
from solidarity.wall import PAGE_SIZE
from supporters.models import Supporter
from supporters.overview import make_overview_token
from tests.factories import (
    AMOUNT,
    in_days,
    make_event,
    make_photo_call,
    make_staff,
    notatarget,
)
from tests.solidarity.sending import cleaned_photo, public_photo, send_photo
from tests.supporters.at_the_door import fields_of, limits
from tests.supporters.somebody import did_everything

FAILING_URLS = "tests.browser.failing_urls"
# Blocks of which the first content has no example.
NOWHERE_YET = {
    "link": {
        "heading": "Elsewhere",
        "text": "Other people have more to say.",
        "url": "https://www.example.org/",
        "label": "Go to their site",
    }
}
LONG_WORD = "Ziekenhuispersoneelsvertegenwoordigers"


@contextmanager
def changed(row, **fields) -> Iterator[None]:
    """Let the row's fields be others for a while, whatever its own checks say."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    before = rows.values(*fields).get()
    rows.update(**fields)
    try:
        yield
    finally:
        rows.update(**before)


class Stage:
    """Where the screens of one language are asked for, through the whole site as it answers.

    Rows come about when a screen first needs them, so that one screen costs what it needs.
    """

    def __init__(self, language: str, image: bytes) -> None:
        self.language = language
        self.image = image
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **extra) -> HttpResponse:
        return self.client.get(f"/{self.language}/{path}", **extra)

    def post(self, path: str, data: dict | None = None, **extra) -> HttpResponse:
        return self.client.post(f"/{self.language}/{path}", data or {}, **extra)

    def send_spoiled(self, path: str, **fields) -> HttpResponse:
        """Open a form and send it empty but for ``fields``, boxes unticked."""
        names = {"form_key", "words_shown", "held_photo"}
        opened = {name: text for name, text in fields_of(self.get(path)).items() if name in names}
        return self.post(path, {**opened, **fields})

    def send_under_pressure(self, path: str, **fields) -> HttpResponse:
        """Send a form while its door asks for a proof or a wait."""
        with override_settings(FORM_LIMITS=limits(soft=0)):
            return self.send_spoiled(path, **fields)

    def picture(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("placard.jpg", self.image, "image/jpeg")

    # Pages

    def page(self, model: type[Page], **conditions) -> Page:
        """The first live page of a model in this language."""
        pages = model.objects.live().filter(locale__language_code=self.language, **conditions)
        return pages.order_by("path")[0]

    def get_page(self, page: Page, query: str = "") -> HttpResponse:
        return self.client.get(page.url + query)

    @cached_property
    def campaign(self) -> CampaignPage:
        """The campaign below which the open actions stand."""
        return notatarget(self.language)

    def take_part(self) -> None:
        """Let somebody take each of the demonstration's actions, so that counters have numbers."""
        public_photo(call=PhotoCall.objects.get(slug="demo"), language=self.language)
        for number in range(3):
            self.sign_up(f"counted-{number}@example.org")
        self.pledge()

    def every_block(self, page: Page) -> StreamValue:
        """One block of each kind that the page's body takes, borrowed from other pages."""
        stream = page.body.stream_block
        found = {kind: {"type": kind, "value": value} for kind, value in NOWHERE_YET.items()}
        for other in Page.objects.live().filter(locale=page.locale_id).specific():
            for entry in getattr(getattr(other, "body", None), "raw_data", []):
                if entry["type"] in stream.child_blocks and entry["value"]:
                    found.setdefault(
                        entry["type"], {"type": entry["type"], "value": entry["value"]}
                    )
        return stream.to_python(list(found.values()))

    # Facts

    @cached_property
    def event(self) -> Event:
        return Event.objects.get(slug="demo")

    @cached_property
    def appeal(self) -> Appeal:
        return Appeal.objects.get(slug="demo")

    @cached_property
    def call(self) -> PhotoCall:
        """A photo call with more photos than the wall shows at once, some words long."""
        call = make_photo_call()
        words = ["You are not alone", LONG_WORD, "Courage à vous toutes et tous"]
        for number in range(PAGE_SIZE + 2):
            public_photo(
                call=call,
                message=words[number % 3],
                display_name="Sam" if number % 2 else "",
                language=("en", "nl", "fr")[number % 3],
            )
        return call

    # Deeds

    def photo(self, email: str = "", **fields) -> Photo:
        return send_photo(self.call, language=self.language, email=email, **fields)

    def mailed_photo(self) -> Photo:
        """A photo that staff entered from a mail and whose sender has not confirmed it."""
        with override(self.language):
            return services.enter_mailed_photo(
                call=self.call,
                image=cleaned_photo(),
                message="Courage",
                display_name="Sam",
                email="mailed@example.org",
                consent_delivery=True,
                consent_wall=True,
                language=self.language,
                mailed_on=in_days(-2),
                entered_by=make_staff("Moderators", f"enters-{self.language}"),
                form_key=uuid.uuid4(),
                form_digest="",
                details=services.PhotoDetails(country="BE", people=Photo.People.SENDER),
            )

    def photo_path(self, photo: Photo) -> str:
        return f"solidarity/photo/{make_token(Photo.LINK_PURPOSE, photo.public_id)}/"

    def tell_everything(self, event: Event) -> None:
        """Let there be an answer to all that people may ask before they come."""
        if hasattr(event, "sheet"):
            return
        Event.objects.filter(pk=event.pk).update(
            latitude="50.846700",
            longitude="4.352500",
            spoken_languages=["fr", "sfb"],
            access=["step_free", "quiet"],
            contact_name="Sam",
            contact_phone="+32 2 000 00 00",
            contact_is_public=True,
            **{f"address_{code}": f"1 {LONG_WORD}" for code in LANGUAGES},
            **{f"access_note_{code}": "Ask anybody in a yellow vest." for code in LANGUAGES},
        )
        url = "https://www.example.org/"
        Organiser.objects.create(event=event, name="Collectif DEMO", role="organiser", url=url)
        Organiser.objects.create(event=event, name=LONG_WORD, gets_data=True)
        ActionSheet.objects.create(event=event, is_public=True)

    @cached_property
    def queue(self) -> list[SignUp]:
        """Somebody with the two places of an event, and two parties that wait for them."""
        event = make_event(slug=f"queue-{self.language}", capacity=2)
        return [self.sign_up(f"{n}@example.org", event=event) for n in ("first", "next", "last")]

    def sign_up(self, email: str = "sam@example.org", event: Event | None = None) -> SignUp:
        with override(self.language):
            return sign_up(
                event=event or self.event,
                name="Sam",
                email=email,
                party_size=2,
                language=self.language,
                form_key=uuid.uuid4(),
                form_digest="",
            )

    def sign_up_path(self, place: SignUp) -> str:
        return f"events/sign-up/{make_token(SignUp.LINK_PURPOSE, place.public_id)}/"

    def pledge(self) -> Pledge:
        return create_pledge(
            appeal=self.appeal,
            name="Sam",
            email="sam@example.org",
            amount_eur=AMOUNT,
            language=self.language,
            form_key=uuid.uuid4(),
            form_digest="",
        )

    def pledge_path(self, pledge: Pledge) -> str:
        return f"donations/pledge/{pledge.token}/"

    @cached_property
    def supporter(self) -> Supporter:
        """Somebody with a photo, a sign-up, a pledge and news by mail; erased in the end."""
        self.call  # noqa: B018 - the photo goes to this call
        return did_everything("everything@example.org", language=self.language)

    def overview_path(self, supporter: Supporter) -> str:
        return f"my-solidarity/{make_overview_token(supporter)}/"

    # Breakdowns

    def get_failing(self, kind: str) -> HttpResponse:
        """Ask an address that fails in its own way (tests/browser/failing_urls.py)."""
        with override_settings(ROOT_URLCONF=FAILING_URLS):
            return self.get(f"failing/{kind}/")

    @contextmanager
    def without_database(self) -> Iterator[None]:
        own = connection.settings_dict
        host = own["HOST"]
        connection.close()
        own["HOST"] = "/nowhere"
        try:
            yield
        finally:
            own["HOST"] = host
            connection.close()


@contextmanager
def expected_failures() -> Iterator[None]:
    """Keep what is meant to fail out of the log, where it would pass for news."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


LANGUAGES = [code for code, _ in settings.LANGUAGES]
