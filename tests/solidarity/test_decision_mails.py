"""What a sender reads about a decision: why, in their language, and what they can do."""

import uuid

import pytest
from django.utils.translation import override

from solidarity import services
from solidarity.models import Photo
from solidarity.rejections import rejection_sentence
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def last_text(smtp_server) -> str:
    body = smtp_server.messages[-1].get_body(("plain",)).get_content()
    return " ".join(body.split())


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_every_reason_has_a_sentence_of_its_own_in_the_senders_language(
    smtp_server, run_tasks, language
):
    sentences = set()
    for reason in Photo.Reason.values:
        if reason == Photo.Reason.REPORTED:
            continue
        photo = send_photo(email="sam@example.org", language=language)
        services.reject_photo(photo=photo, moderator=None, reason=reason)
        run_tasks()
        with override(language):
            sentence = " ".join(str(rejection_sentence(reason)).split())
        assert sentence in last_text(smtp_server)
        assert f"http://testserver/{language}/solidarity/test-call/" in last_text(smtp_server)
        sentences.add(sentence)
    assert len(sentences) == len(Photo.Reason.values) - 1


def test_taken_down_photo_is_told_without_who_reported_it(smtp_server, run_tasks):
    photo = public_photo(email="sam@example.org")
    services.report_photo(
        photo=photo,
        kind="me",
        words="That is my daughter",
        email="parent@example.org",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="",
    )
    services.take_down_photo(photo=photo, moderator=None)

    run_tasks()

    text = last_text(smtp_server)
    assert "We have taken your photo down." in text
    assert "daughter" not in text and "parent" not in text
    assert smtp_server.messages[-1]["To"] == "sam@example.org"
