"""What a sender says about a photo beside its message: kept as said, refused where it must be."""

import uuid
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from solidarity import services
from solidarity.frame_samples import frame_sample
from solidarity.frames import DESIGNS, frame_drawing
from solidarity.frames import RED as FRAME_RED
from solidarity.models import HeldPhoto, Partner, Photo
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import (
    PATH,
    cleaned_photo,
    filled_in,
    held_token,
    send_photo,
    stored_files,
)
from tests.supporters.at_the_door import form_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    call = make_photo_call(
        slogan_en="Not a target", slogan_fr="Pas une cible", slogan_nl="Geen doelwit"
    )
    nurses = Partner.objects.create(
        slug="nurses", name_en="The nurses", name_fr="Les infirmières", name_nl="De verpleegkunde"
    )
    Partner.objects.create(slug="others", name_en="Others", name_fr="Autres", name_nl="Anderen")
    call.partners.add(nurses)
    return call


def choices(client, name: str, path: str = PATH) -> dict[str, str]:
    """Value → words of a field with choices, as the form shows it."""
    form = form_in(client.get(path))
    options = form.select(f'select[name="{name}"] option')
    if options:
        return {option["value"]: option.text for option in options}
    boxes = form.select(f'input[type=radio][name="{name}"]')
    return {box.get("value", ""): box.find_parent("label").text.strip() for box in boxes}


def test_everything_said_is_kept(client, make_image):
    said = {
        "people": "adults",
        "needs_cover": "on",
        "message_language": "tl",
        "partner": "nurses",
        "alt_text": "A sign on a wall",
        "country": "PH",
        "show_later": "week",
        "frame": "band",
    }
    client.post(PATH, filled_in(client, make_image(size=(300, 400)), **said))

    photo = Photo.objects.get()
    assert (photo.people, photo.needs_cover) == ("adults", True)
    assert (photo.message_language, photo.partner.slug) == ("tl", "nurses")
    assert (photo.alt_text, photo.country) == ("A sign on a wall", "PH")
    assert photo.show_from == in_days(7)
    assert photo.frame == "band"


def test_what_is_left_out_is_left_out(client, make_image):
    client.post(PATH, filled_in(client, make_image()))

    photo = Photo.objects.get()
    assert (photo.message_language, photo.partner, photo.country) == ("en", None, "")
    assert (photo.show_from, photo.frame, photo.alt_text) == (None, "", "")
    assert not photo.needs_cover


def test_a_month_is_thirty_days(client, make_image):
    client.post(PATH, filled_in(client, make_image(), show_later="month"))

    assert Photo.objects.get().show_from == in_days(30)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("people", "everybody"),
        ("message_language", "xx"),
        ("partner", "others"),
        ("country", "XX"),
        ("show_later", "never"),
        ("frame", "hearts"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_nothing_is_lost(client, make_image, field, value):
    response = client.post(PATH, filled_in(client, make_image(), **{field: value}))

    html = response.content.decode()
    assert f'id="id_{field}_error"' in html
    assert "You are not alone" in html
    assert held_token(response)
    assert not Photo.objects.exists()


def test_who_can_be_recognised_has_to_be_said(client, make_image):
    response = client.post(PATH, filled_in(client, make_image(), people=None))

    assert "Tell us who can be recognised in the photo." in response.content.decode()
    assert not Photo.objects.exists()


def test_somebody_under_18_needs_the_agreement_of_their_parents(client, make_image):
    response = client.post(PATH, filled_in(client, make_image(), people="minors"))
    assert "Cover their faces so that nobody can recognise them" in response.content.decode()
    assert not Photo.objects.exists()

    client.post(
        PATH, filled_in(client, held_photo=held_token(response), people="minors", minors_agree="on")
    )

    assert Photo.objects.get().people == "minors"


def test_parents_agreement_alone_declares_nobody_under_18(client, make_image):
    client.post(PATH, filled_in(client, make_image(), people="sender", minors_agree="on"))

    assert Photo.objects.get().people == "sender"


def test_choices_are_in_the_readers_language(client):
    french = "/fr/solidarity/test-call/"

    languages = choices(client, "message_language", french)
    assert list(languages)[:3] == ["en", "fr", "nl"]
    assert list(languages)[-1] == "und"
    assert languages["ar"] == "arabe"
    assert list(choices(client, "country", french).items())[1] == ("BE", "Belgique")
    assert choices(client, "partner", french)["nurses"] == "Les infirmières"
    assert form_in(client.get(french)).select_one("option[value=fr][selected]")


def test_without_partners_and_slogan_there_is_nothing_to_choose(client, call):
    call.partners.clear()
    call.slogan_en = call.slogan_fr = call.slogan_nl = ""
    call.save()

    form = form_in(client.get(PATH))

    assert not form.select('[name="partner"], [name="frame"]')


def test_each_frame_is_drawn_with_the_slogan_in_the_language_of_the_page(client):
    samples = form_in(client.get("/nl/solidarity/test-call/")).select(".frames__sample")

    assert len(samples) == 1 + len(DESIGNS)
    assert not samples[0].select("text")
    assert all("Geen doelwit" in sample.text for sample in samples[1:])


def test_photo_of_the_same_sender_comes_once_and_is_told_kindly(client, make_image):
    source = make_image()
    client.post(PATH, filled_in(client, source))

    again = client.post(PATH, filled_in(client, source, message="Once more"))

    html = again.content.decode()
    assert "We have this photo from you already" in html
    assert "Once more" in html
    assert held_token(again)
    assert Photo.objects.count() == 1
    client.post(PATH, filled_in(client, source, email="other@example.org"))
    assert Photo.objects.count() == 2


# The frame of a photo that was held


def red_below(data: bytes) -> bool:
    """Whether a picture has the red of the band at its lower edge."""
    picture = Image.open(BytesIO(data)).convert("RGB")
    found = picture.getpixel((3, picture.height - 3))
    wanted = tuple(bytes.fromhex(FRAME_RED[1:]))
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 24


def test_frame_is_around_what_is_shown_and_not_around_the_original(client, make_image):
    grey = make_image(size=(300, 400), colour="#808080")

    client.post(PATH, filled_in(client, grey, frame="band"))

    framed = {path.name.split("-")[1]: path for path in settings.PHOTO_ROOT.iterdir()}
    assert not red_below(framed.pop("original.jpg").read_bytes())
    assert set(framed) == {"delivery.jpg", "large.webp", "wall.webp", "wall2.webp"}
    assert all(red_below(path.read_bytes()) for path in framed.values())


@pytest.mark.parametrize(("first", "then"), [("", "band"), ("band", "")])
def test_held_photo_gets_the_frame_that_is_chosen_last(client, make_image, first, then):
    grey = make_image(size=(300, 400), colour="#808080")
    spoiled = client.post(PATH, filled_in(client, grey, message="", frame=first))
    token = held_token(spoiled)
    shown = client.get(f"/en/solidarity/held/{token}/").content
    assert red_below(shown) is bool(first)

    client.post(PATH, filled_in(client, held_photo=token, frame=then))

    photo = Photo.objects.get()
    assert photo.frame == then
    wall = settings.PHOTO_ROOT / f"{photo.file_name}-wall.webp"
    assert red_below(wall.read_bytes()) is bool(then)


def test_changing_the_frame_leaves_one_set_of_files(
    client, make_image, django_capture_on_commit_callbacks
):
    spoiled = client.post(PATH, filled_in(client, make_image(), message="", frame="band"))
    token = held_token(spoiled)
    before = HeldPhoto.objects.get().file_name

    with django_capture_on_commit_callbacks(execute=True):
        client.post(PATH, filled_in(client, message="", held_photo=token, frame="rings"))

    after = HeldPhoto.objects.get().file_name
    assert after != before
    assert {name.split("-")[0] for name in stored_files()} == {after}


def test_photo_that_was_sent_keeps_its_files_whatever_frame_is_asked_for_later(client, make_image):
    token = held_token(client.post(PATH, filled_in(client, make_image(), message="")))
    client.post(PATH, filled_in(client, held_photo=token))
    files = stored_files()

    other = filled_in(client, held_photo=token, frame="band", email="other@example.org")
    again = client.post(PATH, other)

    assert "This photo was sent already." in again.content.decode()
    assert stored_files() == files


# After sending


def standing(client, photo: Photo) -> str:
    return client.get(photo.standing_url).content.decode()


def test_page_of_a_delayed_photo_names_the_day(client, call):
    later = services.PhotoDetails(show_from=in_days(7))

    assert "at the earliest, as you asked" in standing(client, send_photo(call, details=later))
    assert "at the earliest, as you asked" not in standing(client, send_photo(call))


def test_next_step_is_to_share_the_call_and_never_the_photo(client, call):
    photo = send_photo(call)

    html = standing(client, photo)

    page = call.pages.get()
    assert "The next step" in html
    assert f'{page.url}"' in html
    shared = html[html.index("data-share>") : html.index("wrap back")]
    assert photo.standing_url not in shared
    services.withdraw_photo(photo)
    assert "data-share>" not in standing(client, photo)


def mailed_photo(call, staff) -> Photo:
    return services.enter_mailed_photo(
        call=call,
        image=cleaned_photo(),
        message="Courage",
        display_name="Sam",
        email="sam@example.org",
        consent_delivery=True,
        consent_wall=False,
        language="en",
        mailed_on=in_days(-2),
        entered_by=staff,
        form_key=uuid.uuid4(),
        form_digest="",
    )


def test_sender_of_a_mailed_photo_confirms_what_was_noted(client, call, admin_user):
    photo = mailed_photo(call, admin_user)
    page = standing(client, photo)
    assert "Is this what you meant?" in page and "Courage" in page
    assert "Is this what you meant?" not in standing(client, send_photo(call))

    for _ in range(2):
        client.post(f"{photo.standing_url}confirm/")

    photo.refresh_from_db()
    assert photo.confirmed_hour is not None
    assert "Is this what you meant?" not in standing(client, photo)


def test_nothing_else_is_confirmed(client, call, admin_user):
    sent, taken_back = send_photo(call), mailed_photo(call, admin_user)
    services.withdraw_photo(taken_back)

    for photo in (sent, taken_back):
        client.post(f"{photo.standing_url}confirm/")
        photo.refresh_from_db()
        assert photo.confirmed_hour is None
    assert client.get(f"{sent.standing_url}confirm/").status_code == 405
    assert "confirm" in client.post("/en/solidarity/photo/wrong/confirm/").request["PATH_INFO"]


def test_camera_is_allowed_on_the_form_and_its_page_and_nowhere_else(client, call):
    for path in (PATH, call.pages.get().url):
        assert "camera=(self)" in client.get(path)["Permissions-Policy"]
    assert "camera=()" in client.get("/en/")["Permissions-Policy"]


def test_sample_of_a_frame_has_a_shape_for_each_primitive():
    for design in DESIGNS:
        drawing = frame_drawing(design, "Not a target")
        shapes = frame_sample(drawing)
        assert [shape.words for shape in shapes if shape.words] == ["Not a target"]
        assert len(shapes) == len(drawing)
        assert not any("," in text for shape in shapes for text in shape.attributes.values())
