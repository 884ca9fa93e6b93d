"""What the guide's pictures show: the DEMO site, and a fixed day of work in it.

Everybody here is made up: first names, example.org, account numbers that no bank gives out.
"""

import dataclasses
import json
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override
from wagtail.users.models import UserProfile

from donations.models import Appeal, Pledge, RewardDelivery
from events import services as event_services
from events.models import Event, SignUp
from events.services.door import make_pass
from newsroom.models import CampaignUpdate
from newsroom.reporting.counting import keep_counts
from pages import demo_events, demonstration
from pages.models import CampaignPage
from solidarity import services as photo_services
from solidarity.models import Edition, Photo, PhotoCall
from staff.models import Invitation
from supporters.models import DataRequest
from tests.browser.moderating import cleaned_scene, send_scene
from tests.donations.payments import make_payment
from tests.factories import make_delivery, make_pledge, make_staff, make_supporter, notatarget
from tests.newsroom.translating import about, rewrite
from tests.newsroom.updates import subscribe
from tests.solidarity.editions import made
from tests.staff.authenticator import with_app

# A Monday morning. The pictures never get older than this.
NOW = datetime(2027, 3, 8, 9, 30, tzinfo=ZoneInfo("Europe/Brussels"))
STAFF = {
    "editor": ("Editors", "Hanne"),
    "french": ("Translators (French)", "Odile"),
    "dutch": ("Translators (Dutch)", "Joris"),
    "moderator": ("Moderators", "Amina"),
    "lotte": ("Moderators", "Lotte"),
    "treasurer": ("Treasurers", "Karim"),
    "host": ("Event hosts", "Sofie"),
    "administrator": ("Administrators", "Mireille"),
    "daan": ("Event hosts", "Daan"),
}
# Who has set no second factor up yet.
NEWCOMER = "daan"
_PEOPLE = ("Noor", "Sam", "Lina", "Bilal", "Emma", "Yusuf", "Claire", "Jef")
_UPDATE = {
    "en": {
        "subject": "What came of it this week",
        "text": "Dear reader,\n\nThis week, 120 of you wrote to the minister about {campaign}. "
        "Here is what she answered.\n\nhttps://example.org/en/notatarget/",
    },
    "fr": {
        "subject": "Le point de la semaine",
        "text": "Chère lectrice, cher lecteur,\n\nCette semaine, vous êtes 120 à avoir écrit à la "
        "ministre à propos de {campaign}. Voici sa réponse.\n\nhttps://example.org/fr/notatarget/",
    },
    "nl": {
        "subject": "Wat er deze week gebeurde",
        "text": "Dag lezer,\n\nDeze week schreven 120 van jullie de minister over {campaign}. "
        "Dit is haar antwoord.\n\nhttps://example.org/nl/notatarget/",
    },
}


@dataclasses.dataclass(frozen=True)
class Scene:
    """Where the pictures find what they show."""

    users: dict[str, object]
    campaign: CampaignPage
    draft: CampaignPage
    about: dict[str, object]
    call: PhotoCall
    edition: Edition
    event: Event
    meeting: Event
    update: CampaignUpdate
    photos: list


def make_scene() -> Scene:
    """Fill the database; what is made here is an hour newer than the first content."""
    demonstration.load_gifts()
    demo_events.load()
    users = {name: _make_member(name, *who) for name, who in STAFF.items()}
    edition = _make_edition(users["lotte"])
    photos = _send_photos()
    _make_gifts()
    event = Event.objects.get(slug="demo")
    _sign_up(event)
    update = CampaignUpdate.objects.create(
        campaign_key=notatarget("en").translation_key,
        title="DEMO: what came of it",
        words=_UPDATE,
    )
    subscribe(noor="nl", jef="nl", lotte="nl", bilal="fr", claire="fr", sam="en")
    make_pass(event=event, label="DEMO: main entrance", user=users["host"])
    draft = _write_draft(users["editor"])
    pages = _write()
    _ask(users["administrator"])
    _spread()
    keep_counts()
    return Scene(
        users=users,
        campaign=notatarget("en"),
        draft=draft,
        about=pages,
        call=edition.call,
        edition=edition,
        event=event,
        meeting=Event.objects.get(slug="demo-meeting"),
        update=update,
        photos=photos,
    )


def _make_member(username: str, group: str, first_name: str):
    user = make_staff(group, username)
    user.first_name, user.last_name = first_name, "DEMO"
    user.email = f"{first_name.lower()}@example.org"
    user.last_login = NOW - timedelta(hours=1)
    user.date_joined = NOW - timedelta(days=40)
    user.save()
    if username != NEWCOMER:
        with_app(user)
    UserProfile.objects.get_or_create(user=user)
    return user


def _make_edition(by) -> Edition:
    """Eight DEMO placards on the wall, and a frozen list of them whose dossier is made."""
    demonstration.load_photos()
    call = PhotoCall.objects.get(slug="demo")
    letter = "Geachte heer of mevrouw,\n\nBlijf beschermen wie de gezondheid verdedigt."
    edition = photo_services.prepare_edition(call=call, letter=letter)
    made(photo_services.freeze_edition(edition=edition, by=by, photos_in_volume=4))
    for number, file in enumerate(edition.files.order_by("pk"), 1):
        file.size_bytes = 412_000 * number
        file.save(update_fields=["size_bytes"])
    edition.refresh_from_db()
    return edition


def _send_photos() -> list:
    """Three photos that wait for a decision, the second with a face to cover."""
    sent = [
        ("fr", "Soigner n’est pas un crime", {"people": "adults", "country": "BE"}),
        ("nl", "Handen af van onze zorg", {"people": "sender", "needs_cover": True}),
        ("en", "You are not alone", {"people": "nobody", "country": "PH"}),
    ]
    return [
        send_scene(cleaned_scene(message, number), message, language, **details)
        for number, (language, message, details) in enumerate(sent)
    ]


def _make_gifts() -> None:
    """Promises of the DEMO appeal, payments to match, and a parcel to send."""
    appeal = Appeal.objects.get(slug="demo", is_demo=True)
    for number, (name, amount) in enumerate([("Noor", "25.00"), ("Bilal", "40.00")]):
        make_pledge(
            appeal=appeal,
            name=f"{name} DEMO",
            amount_eur=amount,
            language=("nl", "fr")[number],
            supporter=make_supporter(f"{name.lower()}@example.org"),
            reference_number=5_000_000_101 + number,
        )
    make_payment(
        appeal.account,
        "25.00",
        name="NOOR DEMO",
        payer="BE62510007547061",
        text="For the clinic",
        on=date(2027, 3, 5),
    )
    make_payment(appeal.account, "7.50", name="DEMO BANK", text="Costs", on=date(2027, 3, 5))
    reward = appeal.rewards.order_by("sort_order").first()
    for number, name in enumerate(("Emma", "Yusuf")):
        pledge = make_pledge(
            appeal=appeal,
            reward=reward,
            holds_reward=True,
            name=f"{name} DEMO",
            status=Pledge.Status.PAID,
            received_eur="25.00",
            supporter=make_supporter(f"{name.lower()}@example.org"),
            reference_number=5_000_000_201 + number,
        )
        make_delivery(
            pledge=pledge,
            state=RewardDelivery.State.ARRANGED,
            option=reward.options.first(),
            way=RewardDelivery.Way.POST,
            recipient=f"{name} DEMO",
            address=f"Demostraat {number + 1}\n1000 Brussel\nBE",
            arranged_at=NOW - timedelta(days=2),
        )
    type(reward).objects.filter(pk=reward.pk).update(taken=F("taken") + 2)


def _sign_up(event: Event) -> None:
    for number, name in enumerate(_PEOPLE):
        language = ("nl", "fr", "en")[number % 3]
        with override(language):
            event_services.sign_up(
                event=event,
                name=f"{name} DEMO",
                email=f"{name.lower()}@example.org",
                party_size=1 + number % 3,
                language=language,
                form_key=uuid.uuid4(),
                form_digest="",
            )


def _write() -> dict[str, object]:
    """The English page *Who we are* has changed, and its translations have not."""
    lead = "We are a Belgian health organisation. We stand beside those who heal."
    rewrite(about(), lead=lead)
    return {language: about(language) for language in ("en", "fr", "nl")}


def _write_draft(editor) -> CampaignPage:
    """A campaign that is being written, with what the checks find in such a page."""
    figure = {"value": "1 in 4", "text": "clinics had to close"}
    body = [
        {
            "type": "figures",
            "value": {"heading": "In figures", "items": [figure]},
            "id": "5b1d7c1e-0000-4000-8000-000000000001",
        },
        {
            "type": "text",
            "value": '<p>Write to the minister NOW. <a href="https://example.org/">Click here</a>.'
            "</p>",
            "id": "5b1d7c1e-0000-4000-8000-000000000002",
        },
    ]
    draft = CampaignPage(
        title="DEMO: open clinics",
        name="#OpenClinics",
        slug="demo-open-clinics",
        lead="A clinic that closes leaves a village without care.",
        live=False,
        owner=editor,
        body=json.dumps(body),
    )
    notatarget("en").get_parent().add_child(instance=draft)
    draft.save_revision(clean=False, user=editor)
    return draft


def _spread() -> None:
    """Let photos, sign-ups and promises have come in over some weeks, not all this morning."""
    for rows in (Photo.objects.order_by("pk"), SignUp.objects.order_by("pk")):
        for number, key in enumerate(rows.values_list("pk", flat=True)):
            days = (3 * number + number * number) % 29 + 1
            hour = NOW.replace(minute=0) - timedelta(days=days)
            rows.model.objects.filter(pk=key).update(created_hour=hour)
    Pledge.objects.update(created_hour=NOW.replace(minute=0) - timedelta(days=12))


def _ask(administrator) -> None:
    DataRequest.objects.create(kind=DataRequest.Kind.OTHER)
    invitation = Invitation.objects.create(
        email="nadia@example.org",
        name="Nadia DEMO",
        language="fr",
        invited_by=administrator,
        expires_at=timezone.now() + timedelta(hours=70),
    )
    invitation.groups.add(Group.objects.get(name="Moderators"))
