"""An edition's way: frozen by one person, approved by another, handed over, answered."""

import hashlib
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry

from solidarity import services
from solidarity.models import (
    Delivery,
    DossierFile,
    Edition,
    EditionPhoto,
    OfficeHolder,
    Photo,
    PhotoCall,
    Purpose,
)
from solidarity.photo_files import delete_photo, read_picture
from supporters import retention
from tests.factories import in_days, make_staff
from tests.solidarity.editions import (
    LETTER,
    call_with_office,
    frozen,
    made,
    make_office,
    photos_of,
)
from tests.solidarity.sending import public_photo, send_photo, stored_files
from tests.stored_files import dossier_path

pytestmark = pytest.mark.django_db

MADE = DossierFile.State.MADE


def approved() -> Edition:
    return services.approve_edition(edition=made(frozen()), by=make_staff("Moderators", "second"))


def numbers(edition: Edition) -> list[tuple[int, str]]:
    return list(edition.photos.values_list("number", "message"))


def test_frozen_list_holds_what_may_be_delivered_in_the_walls_order():
    call = call_with_office()
    photos = photos_of(call, 3)
    only_wall = public_photo(call=call, consent_delivery=False, message="Wall only")
    waiting = send_photo(call=call, message="Undecided")
    hidden = public_photo(call=call, message="Reported")
    Photo.objects.filter(pk=hidden.pk).update(is_hidden=True)
    services.withdraw_photo(public_photo(call=call, message="Taken back"))

    edition = services.prepare_edition(call=call, letter=LETTER)
    edition = services.freeze_edition(edition=edition, by=make_staff("Moderators"))

    in_order = sorted(photos, key=lambda photo: photo.wall_key)
    assert numbers(edition) == [(n, p.message) for n, p in enumerate(in_order, start=1)]
    first = edition.photos.first()
    picture = read_picture(in_order[0].file_name, "delivery")
    assert first.picture_digest == hashlib.sha256(picture).hexdigest()
    assert first.display_name == in_order[0].display_name
    assert first.alt_text == "Somebody holds up a sign"
    assert not EditionPhoto.objects.filter(photo__in=[only_wall, waiting, hidden]).exists()


def test_late_photos_go_to_the_next_edition_and_none_to_two():
    first = frozen()
    late = public_photo(call=first.call, message="Late")

    second = services.prepare_edition(call=first.call, letter=LETTER)
    services.freeze_edition(edition=second, by=None)

    assert (first.number, second.number) == (1, 2)
    assert numbers(second) == [(1, late.message)]
    with pytest.raises(IntegrityError), transaction.atomic():
        EditionPhoto.objects.create(edition=first, number=9, photo=late, message_language="en")


def test_volumes_cover_the_list_and_the_manifest_is_made_last():
    edition = frozen(photos=5, size=2)

    rows = edition.files.order_by("pk").values_list("kind", "number", "first_number", "last_number")

    assert list(rows) == [
        ("letter", 1, None, None),
        ("volume", 1, 1, 2),
        ("volume", 2, 3, 4),
        ("volume", 3, 5, 5),
        ("zip", 1, None, None),
        ("csv", 1, None, None),
        ("manifest", 1, None, None),
    ]


def test_empty_list_and_photo_without_picture_are_not_frozen():
    call = call_with_office()
    edition = services.prepare_edition(call=call, letter=LETTER)
    lost = public_photo(call=call)
    delete_photo(lost.file_name)

    with pytest.raises(services.PhotoError, match="no approved photo"):
        services.freeze_edition(edition=edition, by=None)

    edition.refresh_from_db()
    assert edition.status == Edition.Status.DRAFT
    assert not edition.files.exists()


def test_call_without_office_and_second_draft_are_refused():
    call = call_with_office(office=None)
    with pytest.raises(services.PhotoError, match="which office"):
        services.prepare_edition(call=call, letter=LETTER)

    call.office = make_office()
    call.save()
    services.prepare_edition(call=call, letter=LETTER)
    with pytest.raises(services.PhotoError, match="being prepared already"):
        services.prepare_edition(call=call, letter=LETTER)


def test_letter_changes_until_the_freeze_and_no_longer():
    edition = frozen()
    draft = services.prepare_edition(call=edition.call, letter=LETTER)

    services.update_letter(edition=draft, letter="Another letter", by=None)

    draft.refresh_from_db()
    assert draft.letter == "Another letter"
    for refused in (
        lambda: services.update_letter(edition=edition, letter="Too late", by=None),
        lambda: services.freeze_edition(edition=edition, by=None),
    ):
        with pytest.raises(services.PhotoError, match="gone on with this edition"):
            refused()


def test_nobody_approves_what_they_froze():
    edition = made(frozen())

    with pytest.raises(services.PhotoError, match="Somebody else has to approve"):
        services.approve_edition(edition=edition, by=edition.frozen_by)
    services.approve_edition(edition=edition, by=make_staff("Administrators"))

    edition.refresh_from_db()
    assert edition.status == Edition.Status.APPROVED
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(approved_by=edition.frozen_by)


def test_dossier_that_is_not_made_is_not_approved():
    edition = frozen()

    with pytest.raises(services.PhotoError, match="still being made"):
        services.approve_edition(edition=edition, by=make_staff("Administrators"))


def test_list_that_everybody_left_is_not_approved():
    edition = frozen(photos=1)
    services.withdraw_photo(Photo.objects.get())

    with pytest.raises(services.PhotoError, match="nothing to deliver"):
        services.approve_edition(edition=made(edition), by=make_staff("Administrators"))


def test_reopened_edition_frees_its_photos_and_deletes_its_files(
    django_capture_on_commit_callbacks,
):
    edition = made(frozen())
    paths = [dossier_path(file.file_name) for file in edition.files.all()]
    assert all(path.exists() for path in paths)

    with django_capture_on_commit_callbacks(execute=True):
        services.reopen_edition(edition=edition, by=None)

    edition.refresh_from_db()
    assert (edition.status, edition.frozen_by, edition.manifest_digest) == ("draft", None, "")
    assert not any(path.exists() for path in paths)
    assert services.waiting_photos(edition.call).count() == 3


def test_approved_edition_is_not_reopened():
    with pytest.raises(services.PhotoError):
        services.reopen_edition(edition=approved(), by=None)


@pytest.mark.parametrize("is_photo", [True, False])
def test_photo_taken_back_leaves_only_its_number(is_photo, django_capture_on_commit_callbacks):
    edition = made(frozen(photos=3, size=1))
    entry = edition.photos.get(number=2)
    photo = entry.photo

    with django_capture_on_commit_callbacks(execute=True):
        if is_photo:
            services.withdraw_photo(photo)
        else:
            services.withdraw_consent(photo, purpose=Purpose.DELIVERY)

    entry.refresh_from_db()
    assert (entry.message, entry.display_name, entry.alt_text, entry.photo) == ("", "", "", None)
    assert timezone.localdate(entry.taken_back_hour) == timezone.localdate()
    states = {(file.kind, file.number): file.state for file in edition.files.all()}
    kept = {key for key, state in states.items() if state == MADE}
    assert kept == {("volume", 1), ("volume", 3)}
    assert not edition.files.filter(state="stale").exclude(file_name="").exists()
    edition.refresh_from_db()
    assert edition.manifest_digest == ""


def times_to_be_made() -> int:
    return ProcrastinateJob.objects.filter(task_name="make_dossier").count()


def test_photo_taken_back_after_the_delivery_is_listed_and_nothing_is_made_anew():
    edition = approved()
    services.withdraw_photo(edition.photos.get(number=2).photo)
    made(edition)
    assert times_to_be_made() == 2  # at the freeze, and for number 2
    services.record_delivery(edition=edition, by=None, delivered_on=timezone.localdate())

    services.withdraw_photo(edition.photos.get(number=1).photo)

    edition.refresh_from_db()
    assert edition.photos.get(number=1).taken_back_hour is not None
    assert edition.manifest_digest == "0" * 64
    assert times_to_be_made() == 2


def test_delivery_names_who_held_the_office_that_day():
    edition = approved()
    handover = timezone.localdate() - timedelta(days=20)
    OfficeHolder.objects.create(office=edition.office, name="Before", until=handover)
    OfficeHolder.objects.create(office=edition.office, name="After", since=handover)

    day = handover - timedelta(days=1)
    delivery = services.record_delivery(
        edition=edition, by=None, delivered_on=day, place_en="Brussels", received_by="A clerk"
    )
    assert delivery.holder.name == "Before"

    services.change_delivery(delivery=delivery, by=None, delivered_on=handover)
    delivery.refresh_from_db()
    edition.refresh_from_db()
    assert delivery.holder.name == "After"
    assert delivery.place_en == "Brussels"
    assert edition.status == Edition.Status.DELIVERED


def test_delivery_needs_approval():
    today = timezone.localdate()

    with pytest.raises(services.PhotoError):
        services.record_delivery(edition=made(frozen()), by=None, delivered_on=today)


def test_delivery_in_the_future_is_refused():
    edition = approved()

    with pytest.raises(services.PhotoError, match="not come yet"):
        services.record_delivery(
            edition=edition, by=None, delivered_on=timezone.localdate() + timedelta(days=1)
        )

    edition.refresh_from_db()
    assert edition.status == Edition.Status.APPROVED


def test_answer_comes_after_the_delivery():
    today = timezone.localdate()
    delivery = services.record_delivery(edition=approved(), by=None, delivered_on=today)
    answers = {"answer_en": "Yes", "answer_fr": "Oui", "answer_nl": "Ja"}

    with pytest.raises(services.PhotoError, match="after the delivery"):
        services.record_answer(
            delivery=delivery, by=None, answered_on=today - timedelta(days=1), **answers
        )
    services.record_answer(delivery=delivery, by=None, answered_on=today, **answers)

    delivery.refresh_from_db()
    assert (delivery.answered_on, delivery.answer_nl) == (today, "Ja")


def test_steps_are_logged_with_who_took_them():
    edition = approved()

    steps = ModelLogEntry.objects.filter(content_type__model="edition").order_by("pk")

    assert [(step.action, step.user and step.user.username) for step in steps] == [
        ("solidarity.prepare_edition", None),
        ("solidarity.freeze_edition", "first"),
        ("solidarity.approve_edition", "second"),
    ]
    assert edition.approved_by.username == "second"


def test_holder_of_an_office_on_a_day():
    office = make_office()
    OfficeHolder.objects.create(office=office, name="Meryame Kitir", until=date(2022, 12, 17))
    OfficeHolder.objects.create(office=office, name="Caroline Gennez", since=date(2022, 12, 17))

    days = [date(2022, 12, 9), date(2022, 12, 17), date(2022, 12, 20)]

    held = [office.holder_on(day).name for day in days]
    assert held == ["Meryame Kitir", "Caroline Gennez", "Caroline Gennez"]
    assert make_office().holder_on(days[0]) is None


def race(photo: Photo, edition: Edition, freeze) -> None:
    """Freeze while a consent to delivery is taken back: written, and not yet committed."""
    begun, may_commit = threading.Event(), threading.Event()

    def take_back() -> None:
        with transaction.atomic():
            services.withdraw_consent(photo, purpose=Purpose.DELIVERY)
            begun.set()
            may_commit.wait(5)
        connection.close()

    def take_part() -> None:
        begun.wait(5)
        threading.Timer(0.5, may_commit.set).start()
        freeze(edition)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_back), pool.submit(take_part)]:
            done.result()


def freeze(edition: Edition) -> None:
    services.freeze_edition(edition=edition, by=None)


def freeze_without_looking_again(edition: Edition) -> None:
    """What freezing would be if it trusted the statement that waited for the lock."""
    with transaction.atomic():
        waiting = services.waiting_photos(edition.call).order_by("pk").select_for_update()
        EditionPhoto.objects.bulk_create(
            EditionPhoto(edition=edition, number=number, photo=photo, message_language="en")
            for number, photo in enumerate(waiting, start=1)
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("freezes", "lost"), [(freeze, False), (freeze_without_looking_again, True)]
)
def test_consent_taken_back_during_the_freeze_is_never_lost(freezes, lost):
    call = call_with_office()
    photo = photos_of(call, 3)[1]
    edition = services.prepare_edition(call=call, letter=LETTER)

    race(photo, edition, freezes)

    listed = edition.photos.filter(photo=photo, taken_back_hour=None).exists()
    assert not Photo.objects.deliverable().filter(pk=photo.pk).exists()
    assert listed is lost


@pytest.mark.django_db(transaction=True)
def test_photos_taken_back_while_lists_are_frozen_are_listed_or_left_out():
    call = call_with_office()
    photos = photos_of(call, 8)
    edition = services.prepare_edition(call=call, letter=LETTER)
    start = threading.Barrier(5)

    def run(act) -> None:
        start.wait()
        act()
        connection.close()

    acts = [lambda: freeze(edition)]
    acts += [lambda photo=photo: services.withdraw_photo(photo) for photo in photos[::2]]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(run, acts))

    present = edition.photos.filter(taken_back_hour=None)
    assert sorted(present.values_list("photo", flat=True)) == [p.pk for p in photos[1::2]]
    gone = edition.photos.exclude(taken_back_hour=None)
    assert set(gone.values_list("message", "photo")) <= {("", None)}
    assert present.count() + gone.count() == edition.photos.count() <= 8


def test_digests_of_what_was_handed_over_stay_when_a_photo_is_taken_back(
    django_capture_on_commit_callbacks,
):
    edition = approved()
    services.record_delivery(edition=edition, by=None, delivered_on=timezone.localdate())

    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_photo(edition.photos.get(number=1).photo)

    assert {file.digest for file in edition.files.all()} == {"0" * 64}
    assert not edition.files.exclude(file_name="").exists()


def test_list_with_a_photo_that_a_report_hides_is_not_approved():
    edition, second = made(frozen()), make_staff("Moderators", "second")
    photo = edition.photos.get(number=1).photo
    services.report_photo(
        photo=photo,
        kind="me",
        words="",
        email="",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="digest",
    )

    with pytest.raises(services.PhotoError, match="Answer the report"):
        services.approve_edition(edition=edition, by=second)
    services.keep_reported_photo(photo=photo, moderator=second)
    services.approve_edition(edition=edition, by=second)


def test_nothing_stays_of_a_list_that_nobody_handed_over(django_capture_on_commit_callbacks):
    edition = made(frozen(photos=2))
    names = list(edition.files.values_list("file_name", flat=True))
    PhotoCall.objects.filter(pk=edition.call_id).update(closes_on=in_days(-183))
    before = times_to_be_made()

    with django_capture_on_commit_callbacks(execute=True):
        assert retention.apply_retention().counts["photos"] == 2

    said = edition.photos.values_list("message", "display_name", "photo", "picture_digest")
    assert [(row[0], row[2], row[3]) for row in said] == [("", None, "")] * 2
    assert {entry.display_name for entry in edition.photos.all()} == {""}
    assert not any(dossier_path(name).exists() for name in names)
    assert times_to_be_made() == before


def test_photo_is_handed_over_once_even_when_no_list_names_it_any_more(
    django_capture_on_commit_callbacks,
):
    edition = approved()
    delivery = services.record_delivery(edition=edition, by=None, delivered_on=timezone.localdate())
    Delivery.objects.filter(pk=delivery.pk).update(delivered_on=in_days(-200))

    with django_capture_on_commit_callbacks(execute=True):
        counts = retention.apply_retention().counts

    assert counts["delivered-lists"] == 3
    assert not edition.photos.exclude(photo=None).exists()
    assert not services.waiting_photos(edition.call).exists()
    assert Photo.objects.public().count() == 3
    assert not any(name.endswith(".jpg") for name in stored_files())
