"""Several moderators at once: no photo is decided on twice, and none is offered to two."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry

from solidarity import services
from solidarity.models import Photo
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import send_photo
from tests.solidarity.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MODERATORS = 4


@pytest.fixture(autouse=True)
def moderators():
    make_photo_call()
    return [make_staff("Moderators", username=f"moderator{n}") for n in range(MODERATORS)]


def results_at_once(calls) -> list:
    """Run each call in a thread of its own, at the same moment, and return what they returned."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_many_decisions_at_once_one_counts(moderators):
    for _round in range(5):
        photo = send_photo(email="sam@example.org")
        mine = [Photo.objects.get(pk=photo.pk) for _ in moderators]

        outcomes = at_once(
            *(
                (
                    lambda one=one, who=who: services.approve_photo(
                        photo=one, moderator=who, alt_text="A sign"
                    )
                )
                if number % 2
                else (
                    lambda one=one, who=who: services.reject_photo(
                        photo=one, moderator=who, reason="other"
                    )
                )
                for number, (one, who) in enumerate(zip(mine, moderators, strict=True))
            )
        )

        assert sorted(outcomes) == ["done"] + ["refused"] * (MODERATORS - 1)
        entry = ModelLogEntry.objects.get(object_id=str(photo.pk))
        photo.refresh_from_db()
        assert entry.user == photo.decided_by
        mails = ProcrastinateJob.objects.filter(
            task_name="send_photo_decision", args={"photo_id": photo.pk}
        )
        assert mails.count() == 1


def test_without_the_condition_several_would_decide(moderators):
    """The negative control: looking first and writing afterwards lets every one of them through."""
    photo = send_photo()
    looked = Barrier(MODERATORS)

    def decide(moderator) -> bool:
        row = Photo.objects.get(pk=photo.pk)
        is_waiting = row.is_undecided
        looked.wait()
        if is_waiting:
            row.status, row.decided_by = Photo.Status.APPROVED, moderator
            row.save(update_fields=["status", "decided_by"])
        return is_waiting

    decided = results_at_once([lambda who=who: decide(who) for who in moderators])

    assert decided == [True] * MODERATORS


def test_each_moderator_gets_another_photo(moderators):
    photos = {send_photo().pk for _ in range(MODERATORS)}

    taken = results_at_once(
        [lambda who=who: services.take_next(moderator=who) for who in moderators]
    )

    assert {photo.pk for photo in taken} == photos
    # Whoever asks again gets the same one; who comes later, none.
    again = services.take_next(moderator=moderators[0])
    assert again.pk == taken[0].pk
    late = get_user_model().objects.create_user(username="late", password="x" * 20)
    assert services.take_next(moderator=late) is None


def test_without_the_lock_all_would_get_the_same(moderators):
    """The negative control: asking for the oldest gives everybody the oldest."""
    for _ in range(MODERATORS):
        send_photo()

    taken = results_at_once([lambda: Photo.objects.pending().first() for _ in moderators])

    assert len({photo.pk for photo in taken}) == 1
