"""The DEMO events of a development site: one with everything to know, one that is full."""

import uuid
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import override

from events import services
from events.models import ActionSheet, Event, Organiser
from pages import seeding
from pages.models import CampaignPage, EventPage
from pages.seeding.blocks import paragraphs
from pages.seeding.loading import publish
from pages.translation import Words

MEETING_DAYS = 30
_SHEET = ("meeting_point", "route", "bring", "rights", "plan_b")


def load() -> None:
    content = seeding.read_content("demo")
    event = Event.objects.filter(slug="demo", is_demo=True).first()
    if event is not None:
        describe_action(event, content["event"])
    load_full_meeting(content["meeting"])


def describe_action(event: Event, entry: dict) -> None:
    """Say of the street action who organises it, how people get in, and what they need to know."""
    _update(
        event,
        latitude="50.846700",
        longitude="4.352500",
        spoken_languages=["fr", "nl", "en", "sfb"],
        access=["step_free", "seats", "quiet", "guide_dogs", "children"],
        contact_name="Sam DEMO",
        contact_phone="+32 2 000 00 00",
        contact_is_public=True,
        **seeding.names(entry, "address"),
        **seeding.names(entry, "access_note"),
    )
    for place, row in enumerate(entry["organisers"]):
        Organiser.objects.create(event=event, sort_order=place, **row)
    texts = {}
    for field in _SHEET:
        texts |= seeding.names(entry["sheet"], field)
    ActionSheet.objects.create(event=event, is_public=True, **texts)


def load_full_meeting(entry: dict) -> None:
    """A meeting in a small room: every place taken, and people on its waiting list."""
    day = timezone.localdate() + timedelta(days=MEETING_DAYS)
    event = Event.objects.create(
        slug="demo-meeting",
        day=day,
        starts_at=timezone.make_aware(datetime.combine(day, time(19, 0))),
        ends_at=timezone.make_aware(datetime.combine(day, time(21, 0))),
        capacity=entry["capacity"],
        spoken_languages=["nl", "fr"],
        access=["step_free", "toilet", "hearing_loop"],
        is_demo=True,
        **seeding.names(entry, "name"),
        **seeding.names(entry, "place"),
        **seeding.names(entry, "address"),
    )
    Organiser.objects.create(event=event, **entry["organiser"])
    words = Words()
    page = EventPage(event=event, title=words(entry["title"]), lead=words(entry["lead"]))
    page.body = [("text", paragraphs(entry["paragraphs"], words))]
    campaign = CampaignPage.objects.child_of(seeding.home_page()).order_by("path").first()
    publish(campaign, page, words, entry["slug"])
    for number, row in enumerate(entry["sign_ups"]):
        with override(row["language"]):
            services.sign_up(
                event=event,
                name=row["name"],
                email=f"demo-meeting-{number}@example.org",
                party_size=row["people"],
                language=row["language"],
                form_key=uuid.uuid4(),
                form_digest="",
            )


def _update(event: Event, **fields: object) -> None:
    for name, value in fields.items():
        setattr(event, name, value)
    event.save(update_fields=list(fields))
