import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from supporters import services
from supporters.models import Consent, ConsentText, OneTimeLink, Supporter
from tests.factories import make_supporter

pytestmark = pytest.mark.django_db


def test_one_row_whatever_the_case_and_unicode_form_of_the_address():
    first = services.remember_supporter(email="Zoé@example.org", language="fr")
    second = services.remember_supporter(email="zoe\u0301@EXAMPLE.org", language="nl")

    assert first == second
    assert Supporter.objects.get().language == "fr"
    assert services.find_supporter("ZOÉ@example.org") == first
    assert services.find_supporter("other@example.org") is None


def test_consent_keeps_the_exact_words_and_only_the_hour():
    subject = uuid.uuid4()

    consent = services.record_consent(
        subject_type="test.thing",
        subject_id=subject,
        purpose="wall",
        language="fr",
        text="Montrez-la.",
    )

    assert consent.text.text == "Montrez-la."
    assert (consent.given_hour.minute, consent.given_hour.second) == (0, 0)


def test_changed_words_leave_old_consents_attached_to_the_old_ones():
    given = {"subject_type": "test.thing", "purpose": "wall", "language": "en"}
    old = services.record_consent(**given, subject_id=uuid.uuid4(), text="Old words.")
    new = services.record_consent(**given, subject_id=uuid.uuid4(), text="New words.")

    old.refresh_from_db()
    assert (old.text.text, new.text.text) == ("Old words.", "New words.")
    assert ConsentText.objects.count() == 2


def test_recording_twice_keeps_one_consent_in_force():
    given = {
        "subject_type": "test.thing",
        "subject_id": uuid.uuid4(),
        "purpose": "wall",
        "language": "en",
        "text": "Words.",
    }

    assert services.record_consent(**given) == services.record_consent(**given)
    assert Consent.objects.count() == 1


def test_withdrawing_one_purpose_leaves_the_other():
    subject = uuid.uuid4()
    for purpose in ("wall", "delivery"):
        services.record_consent(
            subject_type="test.thing",
            subject_id=subject,
            purpose=purpose,
            language="en",
            text=purpose,
        )

    assert (
        services.withdraw_consents(subject_type="test.thing", subject_id=subject, purpose="wall")
        == 1
    )
    assert (
        services.withdraw_consents(subject_type="test.thing", subject_id=subject, purpose="wall")
        == 0
    )
    assert [consent.purpose for consent in Consent.objects.in_force()] == ["delivery"]


def test_one_time_link_works_once_and_is_stored_as_a_hash():
    supporter = make_supporter()
    token = services.make_one_time_link(supporter=supporter, purpose="p")

    assert token not in str(OneTimeLink.objects.values().get())
    assert services.use_one_time_link(token=token, purpose="p") == supporter
    assert services.use_one_time_link(token=token, purpose="p") is None


def test_looking_does_not_use_a_link_up():
    token = services.make_one_time_link(supporter=make_supporter(), purpose="p")

    for _ in range(50):
        assert services.find_one_time_link(token=token, purpose="p")
    assert services.use_one_time_link(token=token, purpose="p")


def test_one_time_link_of_another_purpose_or_past_its_time_is_refused():
    token = services.make_one_time_link(supporter=make_supporter(), purpose="p")

    assert services.use_one_time_link(token=token, purpose="q") is None
    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        assert services.use_one_time_link(token=token, purpose="p") is None
