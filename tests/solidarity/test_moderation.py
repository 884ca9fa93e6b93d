"""Staff decide on photos: one at a time, with a description, and only those who may."""

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from solidarity import services
from solidarity.models import Partner, Photo, PhotoCall
from tests.factories import in_days, make_photo_call, make_staff
from tests.solidarity.sending import public_photo, send_photo
from tests.to_do import waiting_for

pytestmark = pytest.mark.django_db

QUEUE = "/admin/photos/"
FRAGMENT = {"X-Moderation": "fragment"}


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def page(photo: Photo) -> str:
    return f"{QUEUE}{photo.pk}/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_queue_begins_with_the_oldest_photo(client, moderator):
    public_photo()
    oldest, newer = send_photo(message="First words", display_name="Noor"), send_photo()

    response = client.get(QUEUE, follow=True)

    html = text(response)
    assert response.redirect_chain == [(page(oldest), 302)]
    assert "First words" in html and "Noor" in html
    assert "2 photos to moderate" in html
    assert "delivery, wall" in html
    assert f'src="{QUEUE}{oldest.pk}/large.webp?{oldest.file_name[:8]}"' in html
    assert f'data-upcoming="{QUEUE}{newer.pk}/large.webp?{newer.file_name[:8]}"' in html
    assert f'href="{QUEUE}?after={oldest.pk}' in html


def test_everything_needed_to_decide_stands_beside_the_photo(client, moderator, call):
    partner = Partner.objects.create(slug="pcc", name_en="Care in the Philippines")
    details = services.PhotoDetails(
        message_language="ar",
        partner=partner,
        country="BE",
        people="minors",
        needs_cover=True,
        show_from=in_days(9),
        alt_text="Two hands",
    )
    photo = send_photo(message="سلام", details=details)

    html = text(client.get(page(photo)))

    assert 'lang="ar" dir="rtl"' in html
    assert "Arabic" in html and "Care in the Philippines" in html and "Belgium" in html
    assert "asks us to cover a face" in html
    assert "Somebody under 18 is in the picture" in html
    assert f"Not to be shown before {in_days(9).day} " in html
    assert 'value="Two hands"' in html


def test_empty_queue_says_so(client, moderator):
    assert "No photo is waiting." in text(client.get(QUEUE))
    alone = text(client.get(QUEUE, headers=FRAGMENT))
    assert "No photo is waiting." in alone and "<html" not in alone


def test_approved_photo_is_public_and_the_next_one_comes(client, moderator):
    photo, following = send_photo(), send_photo()

    response = client.post(f"{page(photo)}approve/", {"alt_text": " A sign\u202e "}, follow=True)

    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED
    assert photo.alt_text == "A sign"
    assert photo.decided_by == moderator
    assert photo.decided_at is not None
    assert photo in Photo.objects.public()
    assert response.redirect_chain[-1][0] == f"{page(following)}?last={photo.pk}"
    assert f"Photo {photo.pk}: Approved." in text(response)
    assert f'action="{page(photo)}undo/"' in text(response)


def test_script_gets_the_next_screen_with_the_answer(client, moderator):
    photo, following = send_photo(), send_photo()

    response = client.post(f"{page(photo)}approve/", {"alt_text": "A sign"}, headers=FRAGMENT)

    html = text(response)
    assert response.status_code == 200 and "<html" not in html
    assert f'data-url="{page(following)}?last={photo.pk}"' in html
    assert f"Photo {photo.pk}: Approved." in html


def test_photo_without_description_is_not_approved(client, moderator):
    photo = send_photo()

    response = client.post(f"{page(photo)}approve/", {"alt_text": " "})

    assert response.status_code == 422
    assert "Describe the photo before you approve it." in text(response)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_ready_sentences_are_in_the_language_of_the_sender(client, moderator):
    html = text(client.get(page(send_photo(language="fr"))))

    assert '<ol class="moderation__sentences" lang="fr"' in html
    assert 'value=""' in html  # none is filled in by itself
    assert html.count("data-sentence=") == 5


def test_rejected_photo_is_not_public_and_keeps_its_reason(client, moderator):
    photo = send_photo()

    client.post(f"{page(photo)}reject/", {"reason": "unclear"})

    photo.refresh_from_db()
    assert (photo.status, photo.reason) == (Photo.Status.REJECTED, Photo.Reason.UNCLEAR)
    assert photo.decided_by == moderator
    assert photo not in Photo.objects.public()


@pytest.mark.parametrize("reason", ["", "because"])
def test_nothing_is_rejected_without_a_reason(client, moderator, reason):
    photo = send_photo()

    response = client.post(f"{page(photo)}reject/", {"reason": reason}, follow=True)

    assert "Choose why you reject the photo." in text(response)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_photo_set_aside_leaves_the_queue_and_comes_back(client, moderator):
    photo, following = send_photo(), send_photo()

    response = client.post(f"{page(photo)}set-aside/", follow=True)

    assert response.redirect_chain[-1][0] == f"{page(following)}?last={photo.pk}"
    aside = text(client.get(f"{QUEUE}aside/"))
    assert f'href="{page(photo)}"' in aside and f'href="{page(following)}"' not in aside
    client.post(f"{page(photo)}undo/")
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_undone_decision_puts_the_photo_back(client, moderator):
    photo = public_photo()

    response = client.post(f"{page(photo)}undo/", follow=True)

    photo.refresh_from_db()
    assert (photo.status, photo.decided_by, photo.decided_at) == (Photo.Status.PENDING, None, None)
    assert response.redirect_chain[-1][0].startswith(page(photo))
    assert 'value="Somebody holds up a sign"' in text(response)


@pytest.mark.parametrize(
    ("action", "data"), [("approve", {"alt_text": "A sign"}), ("reject", {"reason": "other"})]
)
def test_of_two_moderators_one_decides_and_the_other_is_told(client, moderator, action, data):
    photo, following = send_photo(), send_photo()
    services.reject_photo(photo=photo, moderator=make_staff("Administrators"), reason="copy")

    page_answer = client.post(f"{page(photo)}{action}/", data, follow=True)
    answer = client.post(f"{page(photo)}{action}/", data, headers=FRAGMENT)

    for response in (page_answer, answer):
        assert "Somebody else has decided on this photo" in text(response)
    assert answer.status_code == 409
    assert f'data-url="{page(following)}' in text(answer)
    photo.refresh_from_db()
    assert (photo.status, photo.reason) == (Photo.Status.REJECTED, Photo.Reason.COPY)
    assert photo.decided_by != moderator


def test_photo_on_another_screen_is_offered_to_nobody_else(client, moderator):
    first, second = send_photo(), send_photo()
    other = make_staff("Administrators")
    services.look_at(photo=first, moderator=other)

    response = client.get(QUEUE, follow=True)

    assert response.redirect_chain == [(page(second), 302)]
    assert "administrators has this photo on the screen." in text(client.get(page(first)))
    first.refresh_from_db()
    assert first.looked_at_by == other


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_photo_taken_back_meanwhile_is_told(client, moderator, action):
    photo = services.withdraw_photo(send_photo())

    data = {"alt_text": "A sign", "reason": "other"}
    response = client.post(f"{page(photo)}{action}/", data, follow=True)

    assert "its sender has taken it back" in text(response)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert client.get(page(photo), follow=True).status_code == 404
    assert client.get(f"{page(photo)[:-1]}/large.webp").status_code == 404


def test_decisions_are_logged_without_naming_the_sender(client, moderator):
    photo = send_photo(email="sam@example.org", message="You are not alone")

    client.post(f"{page(photo)}approve/", {"alt_text": "A sign"})
    client.post(f"{page(photo)}undo/")
    client.post(f"{page(photo)}set-aside/")
    client.post(f"{page(photo)}reject/", {"reason": "faces"})

    entries = ModelLogEntry.objects.filter(content_type__model="photo").order_by("pk")
    assert [(entry.action, entry.data) for entry in entries] == [
        ("solidarity.approve", {}),
        ("solidarity.undo", {}),
        ("solidarity.aside", {}),
        ("solidarity.reject", {"reason": "faces"}),
    ]
    assert {entry.user for entry in entries} == {moderator}
    known = ("Sam", "sam@", "not alone", "A sign")
    said = [entry.label + str(entry.data) for entry in entries]
    assert not [line for line in said for word in known if word in line]


def test_picture_to_moderate_is_for_moderators_and_kept_nowhere(client, moderator):
    photo = send_photo()

    large = client.get(f"{QUEUE}{photo.pk}/large.webp")
    original = client.get(f"{QUEUE}{photo.pk}/original.jpg")

    assert large.content.startswith(b"RIFF")
    assert original.content.startswith(b"\xff\xd8\xff")
    for response in (large, original):
        assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
        assert "no-store" in response["Cache-Control"]
    for other in ("delivery.jpg", "original.webp", "large.jpg"):
        assert client.get(f"{QUEUE}{photo.pk}/{other}", follow=True).status_code == 404


def test_lists_hold_what_they_say_and_can_be_filtered(client, moderator):
    waiting = send_photo()
    public_photo(alt_text="An approved sign")
    rejected = send_photo()
    services.reject_photo(photo=rejected, moderator=moderator, reason="hostile")
    services.withdraw_photo(public_photo(alt_text="A withdrawn sign"))

    everything = text(client.get(f"{QUEUE}decided/"))
    only_rejected = text(client.get(f"{QUEUE}decided/", {"status": "rejected"}))
    by_reason = text(client.get(f"{QUEUE}decided/results/", {"reason": "hostile"}))
    results = text(client.get(f"{QUEUE}decided/results/", {"status": "approved"}))
    to_moderate = text(client.get(f"{QUEUE}waiting/"))

    assert "An approved sign" in everything
    assert "A withdrawn sign" not in everything
    assert "An approved sign" not in only_rejected and moderator.get_username() in only_rejected
    assert f'href="{page(rejected)}"' in by_reason and "An approved sign" not in by_reason
    assert "An approved sign" in results
    assert f'href="{page(waiting)}"' in to_moderate and "An approved" not in to_moderate


def photo_addresses(photo: Photo) -> list[tuple[str, str]]:
    looked_at = ("", "waiting/", "aside/", "reported/", "decided/", "by-mail/")
    posted = ("approve", "reject", "set-aside", "undo", "edit", "copies", "take-down", "keep")
    return [
        *(("get", f"{QUEUE}{name}") for name in looked_at),
        ("get", page(photo)),
        ("get", f"{QUEUE}{photo.pk}/large.webp"),
        ("get", f"{QUEUE}{photo.pk}/original.jpg"),
        ("post", f"{QUEUE}by-mail/"),
        *(("post", f"{page(photo)}{name}/") for name in posted),
    ]


@pytest.mark.parametrize("group", ["Editors", "Treasurers", None])
def test_others_neither_see_nor_decide(client, group):
    photo = send_photo()
    if group:
        client.force_login(make_staff(group))

    for method, address in photo_addresses(photo):
        response = getattr(client, method)(address, {"alt_text": "A sign", "reason": "other"})
        assert response.status_code == 302, address
        assert response.headers["Location"].startswith("/admin/")
        assert not response.headers["Location"].startswith(QUEUE)

    photo.refresh_from_db()
    assert (photo.status, photo.looked_at) == (Photo.Status.PENDING, None)
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("group", ["Moderators", "Administrators"])
def test_who_may_moderate_opens_every_screen(client, group):
    photo = send_photo()
    client.force_login(make_staff(group))

    for method, address in photo_addresses(photo)[:9]:
        response = getattr(client, method)(address, follow=True)
        assert response.status_code == 200, address
        assert response.request["PATH_INFO"].startswith(QUEUE)


def test_decisions_are_never_made_by_looking(client, moderator):
    photo = send_photo()

    for method, address in photo_addresses(photo):
        if method == "post" and "by-mail" not in address:
            assert client.get(address).status_code == 405

    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_decisions_need_the_token_of_the_session(moderator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator)
    photo = send_photo()

    for address in (f"{page(photo)}reject/", f"{QUEUE}by-mail/?call={photo.call_id}&language=en"):
        assert strict.post(address, {"reason": "other"}).status_code == 403

    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


@pytest.mark.parametrize(("group", "is_shown"), [("Moderators", True), ("Treasurers", False)])
def test_first_page_counts_the_photos_that_wait(client, group, is_shown):
    send_photo()
    client.force_login(make_staff(group))

    waiting = waiting_for(client)

    assert waiting == ({"photos": "1 photo to moderate The oldest came today."} if is_shown else {})


def call_fields(**fields) -> dict[str, str]:
    names = {f"name_{code}": f"New call {code}" for code in ("en", "fr", "nl")}
    recipients = {f"recipient_{code}": f"somebody {code}" for code in ("en", "fr", "nl")}
    return {**names, **recipients, "slug": "new", "opens_on": "", "closes_on": "", **fields}


def test_editor_adds_and_closes_a_call_for_a_partner(client):
    client.force_login(make_staff("Editors"))

    names = {f"name_{code}": "Health workers" for code in ("en", "fr", "nl")}
    client.post("/admin/photo-partners/new/", {**names, "slug": "workers", "country": "PH"})
    partner = Partner.objects.get(slug="workers")
    fields = call_fields(slogan_en="Care is not a target", partners=[partner.pk])
    client.post("/admin/photo-calls/new/", fields)
    call = PhotoCall.objects.get(slug="new")
    client.post(f"/admin/photo-calls/edit/{call.pk}/", {**fields, "closes_on": "2022-12-01"})

    call.refresh_from_db()
    assert call.is_past
    assert (call.slogan_en, list(call.partners.all())) == ("Care is not a target", [partner])
    assert client.get(f"/admin/photo-calls/delete/{call.pk}/", follow=True).status_code == 404


def test_call_that_closes_before_it_opens_is_refused(client):
    client.force_login(make_staff("Editors"))

    response = client.post(
        "/admin/photo-calls/new/", call_fields(opens_on="2026-02-01", closes_on="2026-01-01")
    )

    assert response.status_code == 200
    assert "The last day cannot come before the first." in response.content.decode()
    assert not PhotoCall.objects.filter(slug="new").exists()


@pytest.mark.parametrize("group", ["Moderators", "Treasurers"])
def test_others_change_no_call(client, group):
    client.force_login(make_staff(group))

    client.post("/admin/photo-calls/new/", call_fields())

    assert not PhotoCall.objects.filter(slug="new").exists()
