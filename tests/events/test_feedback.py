"""How it was: asked once, by a link, and kept without a name."""

import uuid

import pytest
from django.utils import timezone
from django.utils.translation import override

from campaign_site.links import make_token
from events import services
from events.models import Event, Feedback, SignUp
from events.services.feedback import give_feedback
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    """The sign-up of somebody for an event that was yesterday."""
    event = make_event()
    with override("fr"):
        made = services.sign_up(
            event=event,
            name="Sam",
            email="sam@example.org",
            party_size=1,
            language="fr",
            form_key=uuid.uuid4(),
            form_digest="",
        )
    Event.objects.update(day=in_days(-1))
    return SignUp.objects.select_related("event").get(pk=made.pk)


def path_of(row: SignUp) -> str:
    token = make_token(SignUp.FEEDBACK_PURPOSE, row.public_id, row.link_version)
    return f"/fr/events/feedback/{token}/"


def test_answer_is_kept_once_and_nothing_says_whose_it_is(client, row):
    shown = client.get(path_of(row)).content.decode()
    assert not Feedback.objects.exists()

    client.post(path_of(row), {"grade": "4", "text": "Plus de musique"})
    again = client.post(path_of(row), {"grade": "1", "text": "Encore moi"})

    kept = Feedback.objects.get()
    assert (kept.grade, kept.text, kept.language) == (4, "Plus de musique", "fr")
    assert (kept.event_id, kept.on) == (row.event_id, timezone.localdate())
    assert shown.count('type="radio"') == 5
    assert again.status_code == 302
    thanks = client.get(path_of(row)).content.decode()
    assert 'name="grade"' not in thanks
    # A reference would be a column or a key of another table.
    relations = {field.name for field in Feedback._meta.fields if field.is_relation}
    assert relations == {"event"}


@pytest.mark.parametrize(
    ("data", "kept_text"),
    [({"text": "Très bien"}, "Très bien"), ({"grade": "6", "text": "Oui"}, "Oui")],
)
def test_answer_without_a_grade_comes_back(client, row, data, kept_text):
    html = client.post(path_of(row), data).content.decode()

    assert kept_text in html
    assert "error-summary" in html
    assert not Feedback.objects.exists()


def test_text_may_be_a_thousand_characters_long(client, row):
    client.post(path_of(row), {"grade": "3", "text": "a" * 1001})
    assert not Feedback.objects.exists()

    client.post(path_of(row), {"grade": "3", "text": "a" * 1000})
    assert len(Feedback.objects.get().text) == 1000


@pytest.mark.parametrize(
    ("event", "sign_up"),
    [
        ({"day": in_days(0)}, {}),
        ({"cancelled_at": timezone.now()}, {}),
        ({}, {"status": "cancelled"}),
        ({}, {"status": "waiting", "queue_number": 1}),
    ],
    ids=["not over", "cancelled", "did not come", "waited"],
)
def test_only_those_who_had_a_place_are_heard_and_only_afterwards(client, row, event, sign_up):
    Event.objects.update(**event)
    SignUp.objects.update(**sign_up)

    response = client.post(path_of(row), {"grade": "5"})

    assert 'role="alert"' in response.content.decode()
    assert not Feedback.objects.exists()
    assert not SignUp.objects.filter(gave_feedback=True).exists()


def test_second_answer_at_the_same_moment_is_not_kept(row):
    """Both have read that nothing was given yet."""
    first = give_feedback(sign_up=row, grade=5, text="", language="fr")
    second = give_feedback(sign_up=row, grade=1, text="", language="fr")

    assert (first, second) == (True, False)
    assert Feedback.objects.get().grade == 5


def test_unknown_link_shows_nothing(client, row):
    token = make_token(SignUp.LINK_PURPOSE, row.public_id, row.link_version)

    assert client.get(f"/fr/events/feedback/{token}/").status_code == 404
