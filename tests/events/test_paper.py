"""Posters and action sheets: what stands on them, who gets them, and what cannot break them."""

import io
import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import typst
import zxingcpp
from django.utils import timezone
from django.utils.translation import override
from PIL import Image
from pypdf import PdfReader

from campaign_site import links
from campaign_site import pdf as pdfs
from campaign_site.printable import printable_data
from events import paper
from events.models import ActionSheet, Event, Organiser, SignUp
from tests.factories import make_event, make_staff, make_supporter

pytestmark = pytest.mark.django_db

POSTER = "/{}/events/test-event/poster.pdf"
SHEET = "/{}/events/test-event/sheet.pdf"
PHONE = "+32 470 12 34 56"
POINTS = {"a4": (595, 842), "a3": (842, 1191), "a5": (420, 595)}


def make(**fields) -> Event:
    defaults = {
        "day": "2027-12-01",
        "starts_at": datetime(2027, 12, 1, 14, tzinfo=ZoneInfo("Europe/Brussels")),
        "ends_at": datetime(2027, 12, 1, 17, 30, tzinfo=ZoneInfo("Europe/Brussels")),
        "address_fr": "Place de la Monnaie 1, 1000 Bruxelles",
        "latitude": Decimal("50.849700"),
        "longitude": Decimal("4.353700"),
        "contact_name": "Jasmine",
        "contact_phone": PHONE,
    }
    event = make_event(**{**defaults, **fields})
    Organiser.objects.create(event=event, name="Viva Salud", role="organiser")
    Organiser.objects.create(event=event, name="Solidaris", role="partner")
    event.refresh_from_db()
    return event


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def size(pdf: bytes) -> tuple[int, int]:
    box = read(pdf).pages[0].mediabox
    return round(box.width), round(box.height)


def pictures(made: paper.Paper, folder, dots_an_inch: int) -> list[Image.Image]:
    """The printed pages."""
    for source in (*pdfs.HOUSE.glob("*.typ"), *made.template.parent.glob("*.typ")):
        (folder / source.name).write_bytes(source.read_bytes())
    data = printable_data(json.loads(made.words))
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    for name, address in made.codes:
        (folder / name).write_bytes(paper._code(address))
    pages = typst.compile(
        str(folder / made.template.name),
        format="png",
        ppi=dots_an_inch,
        font_paths=[str(pdfs.FONTS)],
        ignore_system_fonts=True,
    )
    pages = pages if isinstance(pages, list) else [pages]
    return [Image.open(io.BytesIO(page)).convert("L") for page in pages]


def codes(made: paper.Paper, folder) -> set[str]:
    """What a phone reads from the printed pages."""
    found = set()
    for picture in pictures(made, folder, 100):
        found |= {code.text for code in zxingcpp.read_barcodes(picture)}
    return found


def margin(picture: Image.Image, millimetres: int, top: float, bottom: float) -> Image.Image:
    """The right edge of a page, this wide, between two heights (parts of the whole)."""
    width, height = picture.size
    left = width - round(millimetres * 50 / 25.4)
    return picture.crop((left, round(top * height), width, round(bottom * height)))


@pytest.mark.parametrize(
    ("language", "asked", "expected"),
    [
        ("en", "a4", ["Test event", "Wednesday", "1 December 2027", "14:00–17:30", "Brussels",
                      "testserver/en/notatarget/event-test-event"]),
        ("fr", "a3", ["Événement d’essai", "Mercredi", "1er décembre 2027", "14 h–17 h 30",
                      "Bruxelles", "Place de la Monnaie 1, 1000 Bruxelles",
                      "testserver/fr/events/test-event"]),
        ("nl", "a4", ["Testevenement", "Woensdag", "1 december 2027", "14:00–17:30", "Brussel"]),
    ],
)  # fmt: skip
def test_poster_says_what_when_and_where(client, language, asked, expected):
    make()

    response = client.get(POSTER.format(language), {"size": asked})

    pdf = response.content
    text = words(pdf)
    for part in [*expected, "Viva Salud", "Solidaris"]:
        assert part in text
    assert "Jasmine" not in text
    assert "470" not in text
    reader = read(pdf)
    assert len(reader.pages) == 1
    assert size(pdf) == POINTS[asked]
    assert reader.trailer["/Root"]["/Lang"] == language
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert expected[0] in reader.metadata.title
    assert response["Content-Disposition"].startswith('attachment; filename="test-event-')
    assert response["Content-Disposition"].endswith(f'-{language}-{asked}.pdf"')


def test_poster_may_be_kept_and_is_made_once(client, monkeypatch):
    paper._make_once.cache_clear()
    event = make()
    address = POSTER.format("nl")

    first = client.get(address)
    monkeypatch.setattr(paper, "make_pdf", None)
    again = client.get(address)
    known = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert again.content == first.content
    assert (known.status_code, known.content) == (304, b"")
    assert "public" in first["Cache-Control"]
    assert first["X-Robots-Tag"] == "noindex"
    assert not first.cookies
    # Another hour is another poster.
    before = paper.poster(event).etag
    event.ends_at = None
    assert paper.poster(event).etag != before


def test_there_is_no_poster_of_another_size_or_of_what_is_not_announced(client):
    event = make()

    assert client.get(POSTER.format("en"), {"size": "a0"}).status_code == 404
    event.pages.update(live=False)
    assert client.get(POSTER.format("en")).status_code == 404


def test_a_phone_reads_the_codes(tmp_path):
    event = make()
    Event.objects.filter(pk=event.pk).update(address_nl="straat " * 28, place_nl="z" * 200)
    event.refresh_from_db()

    with override("nl"):
        assert codes(paper.poster(event), tmp_path) == {"http://testserver/nl/events/test-event/"}
    with override("fr"):
        assert codes(paper.sheet(event, for_attendees=True), tmp_path) == {
            "http://testserver/fr/events/test-event/",
            "https://www.openstreetmap.org/?mlat=50.849700&mlon=4.353700#map=18/50.849700/4.353700",
        }


ONE_WORD = "Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbau" * 4
UNKNOWN = "保衛健康 🎉 لستم وحدكم Ω Ж \u200b\ufeff ሰላም"


@pytest.mark.parametrize(
    ("name", "place", "address"),
    [(ONE_WORD, "W" * 200, "wij gaan samen " * 14), ("\ufeff\u200b", UNKNOWN, ONE_WORD)],
    ids=["long", "unknown"],
)
def test_no_words_break_a_poster(name, place, address, tmp_path):
    event = make()
    event.name_en, event.place_en, event.address_en = name[:120], place[:200], address[:200]
    event.cancelled_at = timezone.now()

    with override("en"):
        made = paper.poster(event)
        pdf = made.pdf()

    assert len(read(pdf).pages) == 1
    # Nothing runs off the paper: white on the red field above, or dark on the paper below it.
    (picture,) = pictures(made, tmp_path, 50)
    assert margin(picture, 10, 0, 0.5).getextrema()[1] < 200
    assert margin(picture, 10, 0.52, 1).getextrema() == (255, 255)
    text = words(pdf)
    assert "2027" in text
    assert "Cancelled" in text
    # All of it is there, and the code still stands at the foot.
    letters = "".join(text.split())
    assert all("".join(part.split())[:100] in letters for part in (name, place, address)) or (
        "[…]" in text
    )
    assert "testserver/en/notatarget/event-test-event" in text


def test_no_words_break_a_sheet(tmp_path):
    event = make(name_nl=ONE_WORD[:120], contact_name="N" * 80)
    text = UNKNOWN + " " + "https://example.org/" + "x" * 500
    ActionSheet.objects.create(
        event=event, meeting_point_nl=text, route_nl="woord " * 200, rights_nl="a" * 2000
    )

    with override("nl"):
        made = paper.sheet(event, for_attendees=True)
        pdf = made.pdf()

    assert len(read(pdf).pages) < 5
    for picture in pictures(made, tmp_path, 50):
        assert margin(picture, 9, 0, 1).getextrema() == (255, 255)
    assert size(pdf) == POINTS["a5"]


def write_sheet(event: Event, **fields) -> ActionSheet:
    defaults = {
        "meeting_point_en": "Below the clock.\nLook for yellow flags.",
        "route_en": "14:30 we leave.",
        "bring_en": "Water.",
        "plan_b_en": "If it storms we meet inside.",
    }
    return ActionSheet.objects.create(event=event, **{**defaults, **fields})


def test_public_sheet_has_the_contact_only_if_that_is_public(client):
    event = make()
    write_sheet(event, is_public=True)

    response = client.get(SHEET.format("en"))
    text = words(response.content)

    for part in ("Below the clock.", "Look for yellow flags.", "14:30 we leave.", "Water.",
                 "If it storms we meet inside.", "Wednesday 1 December 2027", "14:00–17:30",
                 "article 34", "112"):  # fmt: skip
        assert part in text
    assert "Jasmine" not in text
    assert "470" not in text
    assert "public" in response["Cache-Control"]
    Event.objects.update(contact_is_public=True)
    assert f"Jasmine {PHONE}" in words(client.get(SHEET.format("en")).content)


@pytest.mark.parametrize("why", ["not public", "no sheet", "not announced"])
def test_sheet_that_is_not_for_everybody_is_not_there(client, why):
    event = make()
    if why != "no sheet":
        write_sheet(event, is_public=why != "not public")
    if why == "not announced":
        event.pages.update(live=False)

    assert client.get(SHEET.format("en")).status_code == 404


def own_address(sign_up: SignUp, purpose: str = SignUp.LINK_PURPOSE) -> str:
    token = links.make_token(purpose, sign_up.public_id, sign_up.link_version)
    return f"/en/events/sign-up/{token}/sheet.pdf"


def sign_up_for(event: Event, **fields) -> SignUp:
    return SignUp.objects.create(
        event=event, supporter=make_supporter(), name="Zorro Vega", language="en", **fields
    )


def test_own_sheet_has_the_contact_and_nothing_of_the_person(client):
    sign_up = sign_up_for(make())

    response = client.get(own_address(sign_up))

    text = words(response.content)
    assert f"Jasmine {PHONE}" in text
    assert "Zorro" not in text
    assert "sam@example.org" not in text
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("status", ["waiting", "offered", "cancelled", "lapsed", "passed_on"])
def test_own_sheet_is_for_those_who_have_places(client, status):
    sign_up = sign_up_for(make(), status=status, queue_number=1, offer_until=timezone.now())

    response = client.get(own_address(sign_up))

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_own_sheet_needs_the_link_of_the_sign_up(client):
    sign_up = sign_up_for(make())

    assert client.get(own_address(sign_up, SignUp.FEEDBACK_PURPOSE)).status_code == 404
    assert client.get("/en/events/sign-up/nonsense/sheet.pdf").status_code == 404
    SignUp.objects.update(link_version=2)
    assert client.get(own_address(sign_up)).status_code == 404


def test_rights_are_those_of_staff_in_the_language_they_wrote_in():
    event = make()
    write_sheet(event, rights_fr="Restez\nensemble.")

    def rights(language: str) -> list[dict]:
        with override(language):
            return json.loads(paper.sheet(event, for_attendees=False).words)["rights"]

    (own,) = rights("fr")
    assert own["points"] == ["Restez", "ensemble."]
    for language in ("en", "nl"):
        house = rights(language)
        assert len(house) == 2
        assert "33ter" in " ".join(house[0]["points"])


def test_changed_event_says_so_on_the_sheet():
    event = make(notice_en="We meet an hour later.", moved_at=timezone.now())
    assert "We meet an hour later." in paper.sheet(event, for_attendees=False).words

    event.cancelled_at = timezone.now()
    with override("en"):
        assert json.loads(paper.sheet(event, for_attendees=False).words)["band"] == "Cancelled"


def test_paper_that_cannot_be_made_now_asks_to_come_back(client, monkeypatch):
    def busy(*arguments, **options):
        raise pdfs.PdfBusy

    paper._make_once.cache_clear()
    monkeypatch.setattr(paper, "make_pdf", busy)
    event = make()
    write_sheet(event, is_public=True)

    for address in (POSTER.format("en"), SHEET.format("en"), own_address(sign_up_for(event))):
        response = client.get(address)
        assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_place_without_a_point_has_no_map():
    assert paper.map_url(make(latitude=None, longitude=None)) == ""


# The screen of staff.


def staff_address(event: Event) -> str:
    return f"/admin/hosting/events/{event.pk}/paper/"


def test_staff_write_the_sheet_in_three_languages(client):
    event = make()
    client.force_login(make_staff("Event hosts"))

    client.post(
        staff_address(event),
        {"meeting_point_en": "Here", "meeting_point_fr": "Ici", "rights_nl": "Blijf samen."},
    )

    sheet = ActionSheet.objects.get(event=event)
    assert (sheet.meeting_point_en, sheet.meeting_point_fr) == ("Here", "Ici")
    assert sheet.rights_nl == "Blijf samen."
    assert not sheet.is_public
    screen = client.get(staff_address(event)).content.decode()
    assert "Where we meet" in screen.partition("Not written in every language")[2][:60]
    assert "Ici</textarea>" in screen
    assert PHONE in screen


def test_too_long_a_text_is_refused_and_kept_on_the_screen(client):
    event = make()
    client.force_login(make_staff("Event hosts"))

    screen = client.post(staff_address(event), {"bring_en": "x" * 601}).content.decode()

    assert "x" * 601 in screen
    assert "600" in screen
    assert ActionSheet.objects.get(event=event).bring_en == ""


def test_staff_download_paper_of_an_event_that_is_not_announced(client):
    event = make()
    event.pages.update(live=False)
    client.force_login(make_staff("Event hosts"))

    poster = client.get(f"{staff_address(event)}poster-fr-a3.pdf")
    sheet = client.get(f"{staff_address(event)}sheet-nl.pdf")

    assert size(poster.content) == POINTS["a3"]
    assert "Mercredi" in words(poster.content)
    assert PHONE in words(sheet.content)
    assert read(sheet.content).trailer["/Root"]["/Lang"] == "nl"
    for missing in ("poster-de-a4.pdf", "poster-fr-a0.pdf", "sheet-de.pdf"):
        assert client.get(f"{staff_address(event)}{missing}").status_code == 404


def test_paper_is_not_for_other_staff_nor_for_visitors(client):
    event = make()
    addresses = ["", "poster-fr-a3.pdf", "sheet-nl.pdf"]
    for login in (None, make_staff("Moderators")):
        if login:
            client.force_login(login)
        for address in addresses:
            assert client.get(staff_address(event) + address).status_code == 302
        client.post(staff_address(event), {"bring_en": "x"})
    assert not ActionSheet.objects.exists()
