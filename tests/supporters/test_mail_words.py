"""Words of staff in mails: checked, filled in, kept, taken back; facts and links stay."""

import re

import pytest
from django.conf import settings
from django.utils.translation import override

from donations.reward_tasks import send_reward_question
from solidarity import services as photos
from supporters import mail_words
from supporters.mail_samples import render_sample
from supporters.mail_words import Words, fill
from supporters.models import MailWords
from tests.factories import make_delivery, make_event, make_photo_call
from tests.solidarity.sending import send_photo

LANGUAGES = ["en", "fr", "nl"]
KINDS = mail_words.kinds()
CONFIRMATION = KINDS["sign_up_confirmation"]
PROMISE = KINDS["pledge_instructions"]


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


def test_every_mail_to_people_is_among_them():
    folders = {path.name for path in (settings.BASE_DIR / "templates" / "emails").glob("*/")}
    to_staff = {name for name in folders if name.startswith("staff_")}
    # Staff write these each time anew.
    written = {"event_message", "campaign_update"}

    assert {kind.template for kind in KINDS.values()} == folders - to_staff - written


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_house_pass_their_own_checks(language):
    for kind in KINDS.values():
        words = mail_words.default_words(kind, language)
        assert (kind.key, mail_words.check_subject(kind, words.subject)) == (kind.key, [])
        assert (kind.key, mail_words.check_text(kind, words.text)) == (kind.key, [])
        assert len(words.subject) <= mail_words.MOST_SUBJECT
        assert len(kind.key) <= MailWords._meta.get_field("kind").max_length


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (CONFIRMATION, "{until}", "This email does not know {until}. What it knows: {event}, "),
        (CONFIRMATION, "{a} {b} {a}", "This email does not know {a}, {b}."),
        (KINDS["my_solidarity"], "{link}", "This email does not know {link}."),
        (CONFIRMATION, "{event", "A brace is open or closed alone."),
        (CONFIRMATION, "event}", "A brace is open or closed alone."),
        (CONFIRMATION, "{{event}}", "A brace is open or closed alone."),
        (PROMISE, "Thank you for {amount}!", "Without {appeal}, people do not know"),
        (KINDS["reward_sent"], "On its way since {day}.", "Without {reward}, people do not know"),
    ],
)
def test_text_with_a_mistake_is_refused(kind, text, sentence):
    errors = mail_words.check_text(kind, text)

    assert len(errors) == 1
    assert errors[0].startswith(sentence)


@pytest.mark.parametrize(
    ("kind", "subject", "word"),
    [
        (CONFIRMATION, "{event}", "{event}"),
        (CONFIRMATION, "See you in {place}", "{place}"),
        (PROMISE, "For {appeal}", "{appeal}"),
        (KINDS["photo_approved"], "Your photos are on the wall", "photos"),
        (KINDS["gift_thanks"], "Merci pour votre don", "don"),
        (KINDS["my_export"], "Je solidariteit", "solidariteit"),
        (KINDS["newsletter_welcome"], "Welkom bij onze nieuwsbrief", "nieuwsbrief"),
        (KINDS["event_day"], "The demonstration is today", "demonstration"),
    ],
)
def test_subject_may_not_tell_what_somebody_did(kind, subject, word):
    (error,) = mail_words.check_subject(kind, subject)

    assert error.endswith(f"leave out {word}.")


@pytest.mark.parametrize(
    "subject", ["See you on {day}", "On se voit en mars", "Donderdag", "Donc, à demain", "Geschenk"]
)
def test_subject_that_tells_nothing_is_let_pass(subject):
    assert mail_words.check_subject(CONFIRMATION, subject) == []


@pytest.mark.django_db
def test_words_equal_to_those_of_the_house_are_not_kept():
    words = mail_words.default_words(CONFIRMATION, "en")
    assert mail_words.set_words(CONFIRMATION, "en", subject="Other", text="Other")
    assert not mail_words.set_words(CONFIRMATION, "en", subject="Other", text="Other")

    assert mail_words.set_words(CONFIRMATION, "en", subject=words.subject, text=words.text)

    assert not MailWords.objects.exists()
    assert not mail_words.reset_words(CONFIRMATION, "en")


# What stays whatever staff write: facts, links and what the law asks for.


@pytest.mark.django_db
def test_words_of_staff_open_the_mail_and_the_rest_stays(run_tasks, mailoutbox):
    make_photo_call(name_en="<Hands>")
    kind = KINDS["photo_confirmation"]
    mail_words.set_words(kind, "en", subject="Got it", text="Hi!\n\n<b>{call}</b> thanks you.")
    mail_words.set_words(kind, "fr", subject="Bien reçu", text="Salut !")

    send_photo(email="sam@example.org")
    run_tasks()

    (message,) = mailoutbox
    html = message.alternatives[0].content
    assert message.subject == "Got it"
    assert message.body.startswith("Hi!\n\n<b><Hands></b> thanks you.\n\nWhat we recorded:\n")
    assert "<p>&lt;b&gt;&lt;Hands&gt;&lt;/b&gt; thanks you.</p>" in html
    for part in (message.body, html):
        assert "/en/solidarity/photo/" in part
        assert "your email address, only to write to you about this." in part


@pytest.mark.django_db
def test_promise_to_erase_does_not_depend_on_the_words(run_tasks, mailoutbox):
    make_photo_call()
    mail_words.set_words(KINDS["photo_rejected"], "en", subject="About it", text="Alas.")
    photo = send_photo(email="sam@example.org")
    photos.reject_photo(photo=photo, moderator=None, reason="other")

    run_tasks()

    assert "We erase what you sent us within a week." in mailoutbox[-1].body
    assert "we do not use it" not in mailoutbox[-1].body


@pytest.mark.django_db
def test_two_situations_of_one_mail_have_words_of_their_own(mailoutbox):
    delivery = make_delivery()
    mail_words.set_words(KINDS["reward_question"], "en", subject="A", text="{reward}!")
    mail_words.set_words(KINDS["reward_came_back"], "en", subject="B", text="{reward}?")

    send_reward_question(delivery_id=delivery.pk)
    delivery.sent_on = delivery.asked_at.date()
    delivery.save()
    send_reward_question(delivery_id=delivery.pk)

    assert [message.subject for message in mailoutbox] == ["A", "B"]
    assert [message.body.split("\n")[0] for message in mailoutbox] == [
        "Test T-shirt!",
        "Test T-shirt?",
    ]


# Samples: real facts, nobody real.


@pytest.mark.django_db
@pytest.mark.parametrize("has_facts", [True, False], ids=["with facts", "with none"])
def test_every_mail_can_be_seen_whole_in_three_languages(has_facts):
    if has_facts:
        make_photo_call()
        make_event()
        make_delivery()
    for kind in KINDS.values():
        for language in LANGUAGES:
            rendered = render_sample(kind, language)
            with override(language):
                assert rendered.subject == str(kind.subject)
            for part in (rendered.text, rendered.html):
                assert "{" not in re.sub(r"<style>.*?</style>", "", part, flags=re.DOTALL)
                assert "donor" not in part and "Sample" not in part, kind.key
            assert f'<html lang="{language}">' in rendered.html
