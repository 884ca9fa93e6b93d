"""Changes the rig's site from inside, as its own processes do: run with production settings.

Reads a verb a line, does it, and answers with a line of JSON: the moment after the commit, and the
address and words to look for. Verbs: prepare, publish, take-back, sign-up, gift.
"""

import json
import os
import sys
import time
import uuid
from decimal import Decimal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "campaign_site.settings.production"
django.setup()

from django.utils import timezone  # noqa: E402

from donations.models import OutsideAmount  # noqa: E402
from events.services import sign_up  # noqa: E402
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage, WallPage  # noqa: E402
from solidarity import services  # noqa: E402
from solidarity.models import Photo, PhotoCall  # noqa: E402
from tests.factories import make_appeal, make_event  # noqa: E402
from tests.solidarity.sending import cleaned_photo, send_photo  # noqa: E402


class Writer:
    def prepare(self) -> dict:
        """An event and an appeal that are open, and photos on a wall."""
        self.event = make_event(slug="caching-drill", capacity=10_000)
        self.appeal = make_appeal(slug="caching-drill")
        self.call = PhotoCallPage.objects.live().first().photo_call
        self.photos = [self._photo() for _ in range(int(os.environ.get("ROUNDS", "10")) + 2)]
        return {}

    def _photo(self) -> Photo:
        sent = send_photo(
            PhotoCall.objects.get(pk=self.call.pk), image=cleaned_photo(), form_key=uuid.uuid4()
        )
        return services.approve_photo(photo=sent, moderator=None, alt_text="A sign")

    def publish(self) -> dict:
        words = f"News {uuid.uuid4().hex}"
        page = CampaignPage.objects.live().get(locale__language_code="en", name="#NotATarget")
        page.lead = words
        page.save_revision().publish()
        return {"path": page.url, "words": words, "is_there": True}

    def take_back(self) -> dict:
        photo = self.photos.pop()
        services.take_down_photo(photo=photo, moderator=None)
        walls = WallPage.objects.live().filter(photo_call=self.call, locale__language_code="en")
        page = walls.first()
        path = page.url if page else f"/en/solidarity/{self.call.slug}/wall/"
        return {"path": path, "words": photo.file_name, "is_there": False}

    def sign_up(self) -> dict:
        sign_up(
            event=self.event,
            name="Sam",
            email=f"{uuid.uuid4().hex}@example.org",
            party_size=1,
            language="en",
            form_key=uuid.uuid4(),
            form_digest="a" * 64,
        )
        page = EventPage.objects.get(event=self.event)
        return {"path": page.url, "words": None, "is_there": True}

    def gift(self) -> dict:
        OutsideAmount.objects.create(
            appeal=self.appeal,
            amount_eur=Decimal("1000.00"),
            on=timezone.localdate(),
            note_en="A drill",
            note_fr="Un exercice",
            note_nl="Een oefening",
        )
        page = AppealPage.objects.get(appeal=self.appeal)
        return {"path": page.url, "words": None, "is_there": True}


def main() -> None:
    writer = Writer()
    print("ready", flush=True)
    for line in sys.stdin:
        told = getattr(writer, line.strip().replace("-", "_"))()
        print(json.dumps({"at": time.time(), **told}), flush=True)


if __name__ == "__main__":
    main()
