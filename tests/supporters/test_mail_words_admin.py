"""The screens of the words of mails: who may change which, tried out, kept, taken back."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from donations.models import Pledge
from supporters import mail_words
from supporters.mail_words_forms import MailWordsForm
from supporters.models import MailWords, Supporter
from tests.factories import make_appeal, make_event, make_pledge, make_staff

pytestmark = pytest.mark.django_db

INDEX = "mail_words_admin:index"
OFFER, PROMISE = "sign_up_offer", "pledge_instructions"


def address(key: str) -> str:
    return reverse("mail_words_admin:words", args=[key])


def form(client, key: str, **changes) -> dict[str, str]:
    """What the form of a mail sends when nobody touches it, and ``changes``."""
    bound = client.get(address(key)).context["form"]
    return {**{field.html_name: field.value() for field in bound}, "do": "save", **changes}


@pytest.fixture
def editor(client):
    user = make_staff("Editors", "editor")
    client.force_login(user)
    return user


def test_every_mail_has_its_screen_with_the_words_in_three_languages(client, editor):
    listed = client.get(reverse(INDEX)).content.decode()

    for key, kind in mail_words.kinds().items():
        assert f'href="{address(key)}"' in listed
        assert str(kind.when) in listed
    for key in (OFFER, PROMISE, "my_export", "photo_mailed"):
        page = client.get(address(key)).content.decode()
        for language in ("en", "fr", "nl"):
            words = mail_words.default_words(mail_words.kinds()[key], language)
            assert words.text.partition("\n")[0] in page
    assert client.get(address("nothing")).status_code == 404


def test_form_that_nobody_touched_changes_nothing(client, editor):
    for kind in mail_words.kinds().values():
        shown = MailWordsForm(kind=kind)
        sent = MailWordsForm({field.html_name: field.value() for field in shown}, kind=kind)
        assert sent.is_valid() and not sent.refuse_if_outdated()
        for code, words in sent.written.items():
            assert words == mail_words.default_words(kind, code)
    client.post(address(OFFER), form(client, OFFER))

    assert not MailWords.objects.exists()


def test_staff_change_words_and_take_them_back(client, editor):
    changes = {"subject_nl": "Er is  plaats", "text_nl": "Tot {until}?\r\n\r\nDag"}
    answer = client.post(address(OFFER), form(client, OFFER, **changes))

    assert answer.url == address(OFFER)
    row = MailWords.objects.get()
    assert (row.kind, row.language, row.subject) == (OFFER, "nl", "Er is plaats")
    assert row.text == "Tot {until}?\n\nDag"
    assert "<td>NL</td>" in client.get(reverse(INDEX)).content.decode()
    assert client.post(address(OFFER), {"do": "reset-nl"}).url == address(OFFER)
    assert not MailWords.objects.exists()
    entries = ModelLogEntry.objects.filter(action__contains="mail_words").order_by("pk")
    of_offer = {"kind": OFFER, "language": "nl"}
    assert list(entries.values_list("action", "user", "data")) == [
        ("supporters.change_mail_words", editor.pk, of_offer),
        ("supporters.reset_mail_words", editor.pk, of_offer),
    ]
    page = client.get(address(OFFER)).content.decode()
    assert page.count("<td>editor</td><td>NL</td>") == 2
    assert "Nobody yet" in client.get(address(PROMISE)).content.decode()


def test_mistake_stands_beside_its_field_and_nothing_is_saved(client, editor):
    typed = {"text_fr": "Bonjour {nom}", "text_nl": "Dank je", "subject_en": ""}
    page = client.post(address(PROMISE), form(client, PROMISE, **typed)).content.decode()

    assert "Bonjour {nom}" in page
    for field, sentence in (
        ("text_fr", "This email does not know {nom}. What it knows: {appeal}, {amount}, {day}."),
        ("text_nl", "Without {appeal}, people do not know what this email is about."),
        ("subject_en", "This field is required."),
    ):
        error = page.partition(f'id="id_{field}_error">')[2].partition("</p>")[0]
        assert sentence in error
        box = page.partition(f'name="{field}"')[2].partition(">")[0]
        assert 'aria-invalid="true"' in box
        assert f"id_{field}_error" in box
    assert not MailWords.objects.exists()


def test_words_that_somebody_else_changed_are_not_replaced_unseen(client, editor):
    typed = form(client, PROMISE, text_en="My words about {appeal}")
    kind = mail_words.kinds()[PROMISE]
    mail_words.set_words(kind, "en", subject="Theirs", text="Their words about {appeal}")

    page = client.post(address(PROMISE), typed)

    assert "My words about {appeal}" in page.content.decode()
    assert "Their words about {appeal}" in page.content.decode()
    assert MailWords.objects.get().subject == "Theirs"
    again = {**typed, "seen": page.context["form"]["seen"].value()}
    assert client.post(address(PROMISE), again).url == address(PROMISE)
    assert MailWords.objects.get().text == "My words about {appeal}"


def test_whole_mail_is_seen_with_real_facts_and_nobody_real(client, editor):
    make_pledge(appeal=make_appeal(name_en="Clinics"), name="Real Donor")
    make_appeal(slug="other", name_en="Later", account=None)
    typed = form(client, PROMISE, text_en="Hi! {appeal}", text_fr="Salut ! {appeal}", do="preview")

    page = client.post(address(PROMISE), typed)

    (english, french, dutch) = [mail for _name, _code, mail in page.context["sample"]]
    assert english.text.startswith("Hi! Clinics\n")
    assert "BE71 0961 2345 6769" in english.html
    assert french.text.startswith("Salut ! Appel aux dons d’essai\n")
    assert dutch.subject == "De gegevens voor je overschrijving"
    html = page.content.decode()
    assert 'sandbox srcdoc="' in html and "&lt;!doctype html&gt;" in html
    assert "With the facts of Clinics, for a made-up person." in html
    for mail in (english, french, dutch):
        for part in (mail.text, mail.html):
            assert "Real Donor" not in part and "/donations/pledge/" not in part
    assert not MailWords.objects.exists()
    assert (Pledge.objects.count(), Supporter.objects.count()) == (1, 1)


def test_example_can_be_chosen(client, editor):
    first = make_event(slug="first", name_en="First of May")
    make_event(slug="second", name_en="Second of May")

    typed = form(client, OFFER, do="preview", example=str(first.pk))

    assert "First of May" in client.post(address(OFFER), typed).context["sample"][0][2].text


def test_staff_try_words_out_on_themselves(client, editor, mailoutbox):
    make_appeal()

    client.post(address(PROMISE), form(client, PROMISE, do="test", subject_en="Details"))

    assert [message.to for message in mailoutbox] == [[editor.email]] * 3
    marks = [message.subject.partition(":")[0].strip() for message in mailoutbox]
    assert marks == ["Test", "Essai", "Test"]
    assert mailoutbox[0].subject == "Test: Details"
    assert [attached.get_filename() for attached in mailoutbox[0].attachments] == [
        "payment-code.png"
    ]
    assert not MailWords.objects.exists()


def test_mail_server_that_refuses_the_test_is_told(client, editor, settings, mailoutbox):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Refusing"}}

    page = client.post(address("my_export"), form(client, "my_export", do="test"))

    assert "The mail server did not take the test." in page.content.decode()


class Refusing:
    """A mail server that is not there."""

    def __init__(self, *args, **kwargs) -> None:
        pass

    def send_messages(self, messages) -> int:
        raise ConnectionRefusedError


@pytest.mark.parametrize("group", ["Event hosts"])
def test_hosts_change_the_mails_about_events_alone(client, group):
    client.force_login(make_staff(group))

    listed = client.get(reverse(INDEX)).content.decode()
    client.post(address(OFFER), form(client, OFFER, subject_en="Come"))

    assert address(OFFER) in listed
    assert address(PROMISE) not in listed and address("my_export") not in listed
    assert client.get(address(PROMISE)).status_code == 302
    refused = {"do": "save", "subject_en": "x", "text_en": "{appeal}"}
    assert client.post(address(PROMISE), refused).status_code == 302
    assert client.post(address("my_export"), {"do": "reset-en"}).status_code == 302
    assert list(MailWords.objects.values_list("kind", "subject")) == [(OFFER, "Come")]


@pytest.mark.parametrize("group", ["Moderators", "Treasurers", "Translators (French)"])
def test_other_staff_change_no_words(client, group):
    client.force_login(make_staff(group))
    kind = mail_words.kinds()[OFFER]
    mail_words.set_words(kind, "en", subject="Kept", text="Kept")

    assert client.get(reverse(INDEX)).status_code == 302
    assert client.get(address(OFFER)).status_code == 302
    assert client.post(address(OFFER), {"do": "reset-en"}).status_code == 302
    assert MailWords.objects.get().subject == "Kept"


def test_number_of_queries_does_not_grow_with_mails_or_examples(
    client, editor, django_assert_max_num_queries
):
    for number in range(8):
        make_event(slug=f"event-{number}")
    for key, kind in mail_words.kinds().items():
        mail_words.set_words(kind, "en", subject=f"About {key}", text="{appeal} {reward}")
    client.get(reverse(INDEX))

    with django_assert_max_num_queries(30):
        client.get(reverse(INDEX))
    with django_assert_max_num_queries(40):
        client.get(address(OFFER))
