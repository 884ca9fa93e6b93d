"""Words of staff in mails: checked, filled in, tried out, taken back."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from events import mail_words
from events.mail_kinds import KINDS, VARIABLES
from events.mail_words import Words, fill
from events.models import MailWords
from events.tasks import send_sign_up_answer
from tests.events.test_changes import make_host
from tests.events.test_tasks import make_sign_up
from tests.factories import make_event

CONFIRMATION = KINDS["confirmation"]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{event} on {day}", "A & B on Monday"),
        ("{event}{event}", "A & BA & B"),
        ("{nobody} {event.name} {}", "{nobody} {event.name} {}"),
        ("{{event}}", "{A & B}"),
        ("no braces", "no braces"),
    ],
)
def test_only_declared_names_are_filled_in(text, filled):
    values = {"event": "A & B", "day": "Monday"}

    assert fill(Words("x", text), values).text == filled


def test_value_that_looks_like_a_variable_is_not_filled_again():
    words = fill(Words("", "{event} {day}"), {"event": "{day}", "day": "Monday"})

    assert words.text == "{day} Monday"


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.django_db
def test_words_of_the_house_pass_their_own_check(kind, language):
    words = mail_words.default_words(kind, language)

    assert mail_words.check_subject(kind, words.subject) == []
    assert mail_words.check_text(kind, words.text) == []
    assert set(kind.variables) <= set(VARIABLES)
    assert len(words.subject) <= mail_words.MOST_SUBJECT


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{until}", "This email does not know {until}."),
        ("{a} {b} {a}", "This email does not know {a}, {b}."),
        ("{event", "A brace is open or closed alone."),
        ("event}", "A brace is open or closed alone."),
        ("{{event}}", "A brace is open or closed alone."),
    ],
)
def test_words_with_a_mistake_are_refused(text, sentence):
    errors = mail_words.check_text(CONFIRMATION, text)

    assert len(errors) == 1
    assert errors[0].startswith(sentence)


@pytest.mark.parametrize("subject", ["{event}", "See you in {place}"])
def test_subject_may_not_say_which_event_it_is(subject):
    assert len(mail_words.check_subject(CONFIRMATION, subject)) == 1


@pytest.mark.django_db
def test_words_of_staff_stand_in_the_mail_and_can_be_taken_back(mailoutbox):
    row = make_sign_up(make_event(), party_size=2)
    mail_words.set_words(
        CONFIRMATION, "en", subject="Hurray", text="<b>{event}</b>\n\nfor {people}"
    )
    mail_words.set_words(CONFIRMATION, "fr", subject="Hourra", text="{event}")

    send_sign_up_answer(public_id=str(row.public_id))

    (message,) = mailoutbox
    assert message.subject == "Hurray"
    assert message.body.startswith("<b>Test event</b>\n\nfor 2\n")
    assert "<p>&lt;b&gt;Test event&lt;/b&gt;</p>" in message.alternatives[0].content
    assert "/en/events/sign-up/" in message.body
    assert mail_words.reset_words(CONFIRMATION, "en")
    assert not mail_words.reset_words(CONFIRMATION, "en")
    assert mail_words.current_words(CONFIRMATION, "en").subject == "Your confirmation"
    assert mail_words.current_words(CONFIRMATION, "fr").subject == "Hourra"


@pytest.mark.django_db
def test_words_equal_to_those_of_the_house_are_not_kept():
    words = mail_words.default_words(CONFIRMATION, "en")
    mail_words.set_words(CONFIRMATION, "en", subject="Other", text="Other")

    mail_words.set_words(CONFIRMATION, "en", subject=words.subject, text=words.text)

    assert not MailWords.objects.exists()


# The screens.


def form(**changes) -> dict[str, str]:
    values = {}
    for language in ("en", "fr", "nl"):
        words = mail_words.default_words(KINDS["offer"], language)
        values[f"subject_{language}"], values[f"text_{language}"] = words.subject, words.text
    return {**values, "do": "save", **changes}


@pytest.fixture
def screen(client, db):
    client.force_login(make_host())
    return reverse("events_hosting:mail_words_of", args=["offer"])


def test_every_mail_has_its_screen_with_words_in_three_languages(screen, client):
    listed = client.get(reverse("events_hosting:mail_words")).content.decode()

    for key, kind in KINDS.items():
        address = reverse("events_hosting:mail_words_of", args=[key])
        assert f'href="{address}"' in listed
        page = client.get(address).content.decode()
        assert str(kind.subject) in page
    assert client.get(screen.replace("offer", "nothing")).status_code == 404


def test_staff_change_words_and_take_them_back(screen, client):
    answer = client.post(screen, form(subject_nl="Er is plaats", text_nl="Tot {until}?\r\n\r\nDag"))

    assert answer.url == screen
    row = MailWords.objects.get()
    assert (row.kind, row.language, row.subject) == ("offer", "nl", "Er is plaats")
    assert row.text == "Tot {until}?\n\nDag"
    assert "<td>NL</td>" in client.get(reverse("events_hosting:mail_words")).content.decode()
    client.post(screen, {"do": "reset-nl"})
    logged = ModelLogEntry.objects.order_by("pk").values_list("action", "user__username")
    assert [entry for entry in logged if entry[0].startswith("events.")] == [
        ("events.change_mail_words", "host"),
        ("events.reset_mail_words", "host"),
    ]
    assert not MailWords.objects.exists()


def test_mistake_keeps_what_was_typed_and_saves_nothing(screen, client):
    page = client.post(screen, form(text_fr="Bonjour {position}", subject_en="")).content.decode()

    assert "Bonjour {position}" in page
    assert not MailWords.objects.exists()
    page = client.post(screen, form(text_fr="Bonjour {position}")).content.decode()
    assert "This email does not know {position}." in page
    assert not MailWords.objects.exists()


@pytest.mark.parametrize("key", list(KINDS))
def test_words_are_seen_with_the_facts_of_an_event(screen, client, key):
    event = make_event(name_en="First of May")
    address = reverse("events_hosting:mail_words_of", args=[key])
    words = {}
    for language in ("en", "fr", "nl"):
        words[f"subject_{language}"], words[f"text_{language}"] = "See you", "Hi, {event}!"

    page = client.post(address, {**words, "do": "preview", "event": event.pk}).content.decode()

    assert "Hi, First of May!" in page
    assert "Hi, Événement d’essai!" in page
    assert not MailWords.objects.exists()


def test_staff_try_words_out_on_themselves(screen, client, mailoutbox):
    make_event()

    client.post(screen, form(do="test", subject_en="Room"))

    assert [message.to for message in mailoutbox] == [["host@example.org"]] * 3
    assert mailoutbox[0].subject == "Test: Room"
    assert "/events/sign-up/" not in mailoutbox[0].body


def test_who_may_not_change_events_changes_no_words(client, db):
    client.force_login(make_host(without="change_event"))
    screen = reverse("events_hosting:mail_words_of", args=["offer"])

    assert client.get(reverse("events_hosting:mail_words")).status_code == 302
    assert client.post(screen, form(subject_nl="Er is plaats")).status_code == 302
    assert not MailWords.objects.exists()
