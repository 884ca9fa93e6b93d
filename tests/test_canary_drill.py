"""One person's whole journey, then everything taken back and erased: nothing of them is left.

The person's name, address, network, browser, place and file name are each unique, so that a byte
search over all the site keeps can find them. Each search first finds a planted control.
"""

import http.client
import io
import logging
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from campaign_site.links import make_token
from donations.models import Pledge
from events.models import Arrival, Event, Feedback, MailingCopy, Needs, Organiser, SignUp
from events.services import cancel_sign_up, door, messages
from events.services import sign_up as sign_up_for
from events.services.arrivals import Tap
from pages.models import LoadedContent
from solidarity import services as photos
from solidarity.models import Photo
from supporters import failed_mails
from supporters.models import Consent, DataExport, FailedMail, Supporter
from supporters.services import address_hash
from tests import traces
from tests.factories import in_days, make_appeal, make_event, make_photo_call, make_staff

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = "zaubette.quixwell@canary-7f3d.example"
GIVEN, FAMILY = "Zaubette", "Quixwell-Obrzut"
NETWORK, PROXIED = "127.83.61.29", "203.0.113.179"
BROWSER = "CanaryBrowser/61.7 (Xyloph 9)"
FILE_NAME = "IMG-quetzalphoto-4711.jpg"
PLACE = "Rue du Canari Bleu 83"
LATITUDE = IFDRational(31415927, 1618033)
MESSAGE = "Marmalade zeppelins for Mbuji"
NEEDS = "Quokka ramp 37"
ANSWER = "Tambourines quoth"

CANARIES = {
    "mail": b"zaubette.quixwell",
    "mail domain": b"canary-7f3d",
    "given name": GIVEN.encode(),
    "family name": FAMILY.encode(),
    "network": NETWORK.encode(),
    "network behind the proxy": PROXIED.encode(),
    "browser": b"CanaryBrowser",
    "file name": b"quetzalphoto",
    "place in words": PLACE.encode(),
    "place in degrees": (31415927).to_bytes(4, "big") + (1618033).to_bytes(4, "big"),
    "message": MESSAGE.encode(),
    "needs": NEEDS.encode(),
    "answer": ANSWER.encode(),
}
SECRET = ("mail", "mail domain", "given name", "family name", "needs", "answer")
GUEST = "guest@example.org"
_GUEST = address_hash(GUEST)


def telltale_photo() -> bytes:
    """A photo that tells where it was taken, and by whom, in every way a camera knows."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif[0x013B] = f"{GIVEN} {FAMILY}"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (LATITUDE, IFDRational(1, 1), IFDRational(2, 1))
    gps[3], gps[4] = "E", (LATITUDE, IFDRational(1, 1), IFDRational(2, 1))
    picture = Image.effect_noise((400, 300), 40).convert("RGB")
    picture.save(out, "JPEG", exif=exif, comment=PLACE.encode())
    data = out.getvalue()
    assert traces.found(data, CANARIES) >= {"place in words", "place in degrees", "family name"}
    return data


class Visitor:
    """A browser of its own network, with a name of its own, and without JavaScript."""

    def __init__(self, site: str) -> None:
        self.host, self.port = urlsplit(site).hostname, urlsplit(site).port

    def _ask(self, method: str, path: str, body: bytes | None = None, **headers: str):
        line = http.client.HTTPConnection(
            self.host, self.port, timeout=30, source_address=(NETWORK, 0)
        )
        names = {"User-Agent": BROWSER, "X-Forwarded-For": PROXIED, **headers}
        line.request(method, path, body, names)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        return answer, data.decode("utf-8", "replace")

    def get(self, path: str) -> str:
        answer, page = self._ask("GET", path)
        if answer.status in {301, 302}:
            return self.get(answer.headers["Location"])
        return page

    def post(self, path: str, fields: dict[str, str], photo: bytes | None = None) -> str:
        """Send a form; return the page it leads to, whose address is then ``self.path``."""
        if photo is None:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(fields, photo)
        answer, page = self._ask("POST", path, body, **{"Content-Type": kind})
        self.path = path
        if answer.status == 302:
            self.path = answer.headers["Location"]
            return self.get(self.path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return page

    def fill_in(self, path: str, fields: dict[str, str], photo: bytes | None = None) -> str:
        """Fetch a form, and send it with everything the page has hidden in it."""
        hidden = re.findall(
            r'<input type="hidden" name="(\w+)"[^>]*?value="([^"]*)"', self.get(path)
        )
        page = self.post(path, {**dict(hidden), "website": "", **fields}, photo)
        assert self.path != path, f"{path} was not taken: {page}"
        return page


def _multipart(fields: dict[str, str], photo: bytes) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="{FILE_NAME}"\r\n'
    parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n")
    return b"".join([*parts, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


def path_in(message, part: str) -> str:
    """The first link of a mail whose path contains ``part``."""
    text = message.get_body(("plain",)).get_content()
    return next(urlsplit(link).path for link in re.findall(r"https?://\S+", text) if part in link)


def test_nothing_is_left_of_a_person(
    live_server, settings, smtp_server, run_tasks, client, tmp_path
):
    settings.SITE_URL = live_server.url
    settings.TRUSTED_PROXY_COUNT = 1
    call, event, appeal = make_photo_call(), make_event(capacity=20), make_appeal()
    places = _places(tmp_path)
    with traces.site_log() as log:
        places["log"] = lambda: log.getvalue().encode()
        assert _remains(places) == {}
        visitor = Visitor(live_server.url)

        mails = _act(visitor, smtp_server, run_tasks)
        _wait_for_an_offer(visitor, run_tasks)
        _come_to_an_event(visitor, smtp_server, run_tasks, client)
        _staff_look_at_it(client, appeal)
        _things_go_wrong(visitor)
        _no_secret_in_a_dump()
        assert "message" in traces.found(traces.database_dump(), CANARIES)
        _mails_hold_no_more_than_they_must(smtp_server)

        _take_everything_back(visitor, mails)
        photo, sign_up = Photo.objects.get(call=call), SignUp.objects.get(event=event)
        assert (photo.status, sign_up.status) == ("withdrawn", "cancelled")
        assert set(_theirs().values_list("status", flat=True)) == {
            "cancelled",
            "offered",
            "confirmed",
        }
        arrivals = Arrival.objects.filter(sign_up__in=_theirs()).count()
        assert (arrivals, Needs.objects.count(), MailingCopy.objects.count()) == (1, 2, 1)
        _erase_myself(visitor, smtp_server, run_tasks)
        mail_count = len(smtp_server.messages)
        run_tasks()

        assert "IntegrityError" in log.getvalue(), "the log was not written"
        assert len(smtp_server.messages) == mail_count, "nobody is left to write to"
        assert not _theirs().exists() and not Supporter.objects.exclude(email_hash=_GUEST).exists()
        assert Needs.objects.count() == MailingCopy.objects.count() == 0
        # That two people came, and how it was for somebody, is nobody's.
        assert Arrival.objects.get().sign_up is None
        assert Feedback.objects.get().grade == 4
        assert Event.objects.get(slug="full-event").places_taken == 0
        assert not DataExport.objects.exists()
        assert Consent.objects.filter(supporter=None, withdrawn_hour__isnull=False).exists()
        _controls_are_found(places, tmp_path, log)
        assert _remains(places) == {}


def _places(folder: Path) -> dict[str, Callable[[], bytes]]:
    """Everywhere the site keeps something; the queue is in the dump, and looked at by itself."""
    return {
        "database dump": traces.database_dump,
        "queue": _queue,
        "files": lambda: traces.files_below(folder),
        "cache": traces.cache_contents,
    }


def _queue() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(job)::text FROM procrastinate_jobs job")
        return "\n".join(row[0] for row in cursor.fetchall()).encode()


def _remains(places: dict[str, Callable[[], bytes]]) -> dict[str, set[str]]:
    remains = {place: traces.found(read(), CANARIES) for place, read in places.items()}
    return {place: names for place, names in remains.items() if names}


def _act(visitor: Visitor, smtp_server, run_tasks) -> dict[str, object]:
    """A photo, a sign-up, a promise, each with the wish for news; return their mails."""
    person = {"email": MAIL, "newsletter": "on"}
    visitor.fill_in(
        "/en/solidarity/test-call/",
        {
            **person,
            "message": MESSAGE,
            "display_name": f"{GIVEN} {FAMILY}",
            "people": "sender",
            "consent_delivery": "on",
            "consent_wall": "on",
        },
        telltale_photo(),
    )
    name = f"{GIVEN} {FAMILY}"
    visitor.fill_in("/en/events/test-event/", {**person, "name": name, "party_size": "2"})
    visitor.fill_in(
        "/en/donations/test-appeal/", {**person, "name": name, "amount": "25", "amount_eur": "25"}
    )
    run_tasks()
    photo, sign_up, pledge = smtp_server.messages
    visitor.post(path_in(photo, "/newsletter/"), {})
    run_tasks()
    return {"photo": photo, "sign-up": sign_up, "pledge": pledge}


def _theirs():
    """The sign-ups of the person, or of whoever they were."""
    return SignUp.objects.exclude(supporter__email_hash=_GUEST)


def _sign_up_with_all(visitor: Visitor, slug: str) -> None:
    fields = {"party_size": "2", "needs": "wheelchair", "needs_line": NEEDS}
    boxes = {"needs_consent": "on", "sharing": "on"}
    person = {"email": MAIL, "name": f"{GIVEN} {FAMILY}"}
    visitor.fill_in(f"/en/events/{slug}/", {**person, **fields, **boxes})


def _wait_for_an_offer(visitor: Visitor, run_tasks) -> None:
    """A number on the waiting list, then places of somebody who cancels; nobody answers."""
    event = make_event(slug="full-event", capacity=2)
    Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    guest = sign_up_for(
        event=event,
        name="Guest",
        email=GUEST,
        party_size=2,
        language="en",
        form_key=uuid.uuid4(),
        form_digest="x",
    )
    _sign_up_with_all(visitor, "full-event")
    run_tasks()
    assert _theirs().get(event=event).status == "waiting"
    cancel_sign_up(sign_up=guest)
    run_tasks()
    assert _theirs().get(event=event).status == "offered"


def _come_to_an_event(visitor: Visitor, smtp_server, run_tasks, client) -> None:
    """Places, a mail of staff, the door, and what they say of it when it is over."""
    event = make_event(slug="great-event", day=in_days(0))
    union = Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    _sign_up_with_all(visitor, "great-event")
    sign_up = _theirs().get(event=event)
    assert sign_up.shared_with == [union.pk] and sign_up.needs.line == NEEDS
    admin = make_staff("Administrators")
    words = {"en": messages.Written("Bring a drum", "We meet at two.")}
    messages.send_message(event=event, segment="coming", language="", words=words, user=admin)
    run_tasks()
    door_pass, code = door.make_pass(event=event, label="Main entrance", user=admin)
    listed = door.open_list(door_pass=door_pass, code=code)
    assert [person["name"] for person in listed["people"]] == [f"{GIVEN} {FAMILY}"]
    tap = Tap(uuid.uuid4(), sign_up.public_id, 2, timezone.now())
    door.record_taps(door_pass=door_pass, taps=[tap])
    client.force_login(admin)
    for page, secret in (("attendees", FAMILY), ("needs", NEEDS)):
        seen = client.get(reverse(f"events_hosting:{page}", args=[event.pk]))
        assert secret in seen.content.decode()
    export = reverse("events_hosting:export_for_organiser", args=[event.pk, union.pk])
    assert MAIL.encode() in client.post(export, {"kind": "csv"}).getvalue()
    Event.objects.filter(pk=event.pk).update(day=in_days(-1))
    answer = make_token(SignUp.FEEDBACK_PURPOSE, sign_up.public_id, sign_up.link_version)
    visitor.post(f"/en/events/feedback/{answer}/", {"grade": "4", "text": ANSWER})
    assert Feedback.objects.get().text == ANSWER


def _staff_look_at_it(client, appeal) -> None:
    admin = get_user_model().objects.get(username="administrators")
    photos.approve_photo(photo=Photo.objects.get(), moderator=admin, alt_text="A sign, and hands")
    client.force_login(admin)
    found = client.post("/admin/people/find/", {"email": MAIL}, follow=True)
    assert MAIL in found.content.decode()
    pledge = Pledge.objects.get(appeal=appeal)
    assert FAMILY in client.get(reverse("pledge:inspect", args=[pledge.pk])).content.decode()
    assert FAMILY in client.get("/en/solidarity/test-call/wall/").content.decode()


def _things_go_wrong(visitor: Visitor) -> None:
    """What is typed into the wrong place, refused, or fails, is remembered no better."""
    visitor.get(f"/en/search/?{urlencode({'q': MAIL, 'name': FAMILY})}")
    visitor.get(f"/en/{MAIL}/")
    visitor._ask("POST", "/en/my-solidarity/", urlencode({"email": MAIL}).encode())
    failed_mails.remember(
        task_name="send_my_solidarity_link",
        arguments={"supporter_id": 1, "language": "en"},
        error=OSError(f"{MAIL} refused"),
    )
    assert FailedMail.objects.get().error == "OSError"
    try:
        Supporter.objects.create(email=MAIL, email_hash=address_hash(MAIL))
    except IntegrityError:
        logging.getLogger("supporters").exception("cannot keep it")


def _no_secret_in_a_dump() -> None:
    """Whoever has the dump and not the key reads no address and no name."""
    secrets = {name: CANARIES[name] for name in SECRET}
    assert traces.found(traces.database_dump(), secrets) == set()
    control = LoadedContent.objects.create(key=f"{GIVEN} {FAMILY} <{MAIL}> {NEEDS} {ANSWER}")
    assert traces.found(traces.database_dump(), secrets) == set(SECRET)
    control.delete()


def _mails_hold_no_more_than_they_must(smtp_server) -> None:
    sent = b"\n".join(envelope.content for envelope in smtp_server.envelopes)
    assert "mail" in traces.found(sent, CANARIES)
    theirs = ("network", "browser", "file name", "place in words", "message", "given name")
    for name in (*theirs, "needs", "answer"):
        rest = sent.replace(b"Zaubette.Quixwell", b"").replace(b"zaubette.quixwell", b"")
        assert name not in traces.found(rest, CANARIES)


def _take_everything_back(visitor: Visitor, mails: dict[str, object]) -> None:
    photo = path_in(mails["photo"], "/solidarity/photo/")
    visitor.post(f"{photo}withdraw/", {"purpose": ""})
    visitor.post(path_in(mails["sign-up"], "/events/sign-up/"), {"action": "cancel"})
    visitor.post(path_in(mails["pledge"], "/donations/pledge/"), {})


def _erase_myself(visitor: Visitor, smtp_server, run_tasks) -> None:
    """By the link in a mail: a copy of everything first, then everything away."""
    visitor.fill_in("/en/my-solidarity/", {"email": MAIL})
    run_tasks()
    visitor.post(path_in(smtp_server.messages[-1], "/my-solidarity/open/"), {})
    overview = visitor.path
    visitor.post(f"{overview}export/", {})
    run_tasks()
    assert DataExport.objects.exclude(made_at=None).exists()
    visitor.post(f"{overview}erase/", {})


def _controls_are_found(places, folder: Path, log: io.StringIO) -> None:
    """Plant every canary in every place, see the search find them all, and take them out."""
    everything = b"|".join(CANARIES.values())
    text = everything.decode("latin-1")
    row = LoadedContent.objects.create(key="control")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pages_loadedcontent ADD COLUMN planted bytea")
        cursor.execute("UPDATE pages_loadedcontent SET planted = %s", [everything])
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)"
            " VALUES ('default', 'planted', 0, jsonb_build_object('hex', %s::text))",
            [everything.hex()],
        )
    planted = folder / "media" / "deep" / "planted.bin"
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_bytes(everything)
    cache.set("planted", everything)
    position = log.tell()
    log.write(text)
    places = {**places, "log": lambda: log.getvalue().encode("latin-1", "replace")}

    assert _remains(places) == {place: set(CANARIES) for place in places}

    log.seek(position)
    log.truncate()
    cache.delete("planted")
    planted.unlink()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'planted'")
        cursor.execute("ALTER TABLE pages_loadedcontent DROP COLUMN planted")
    row.delete()
