"""The screens of updates by mail: written, looked at, tried out, sent, by who may."""

import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsroom.models import CampaignUpdate, UpdateCopy
from newsroom.updating import sending
from newsroom.updating.campaigns import news_of
from newsroom.updating.words import digest, is_tested
from tests.factories import make_staff
from tests.newsroom.updates import ENGLISH, FRENCH, campaign_with_news, make_update, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_staff("Editors")
    client.force_login(user)
    return user


def address(name: str, update: CampaignUpdate | None = None, **more) -> str:
    known = {"public_id": update.public_id} if update else {}
    return reverse(f"newsroom_updating:{name}", kwargs={**known, **more})


def text_of(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def save(client, update: CampaignUpdate, **changes):
    fields = {
        "title": "Autumn",
        "audience": "all",
        "pace": "60",
        "seen": digest(update),
        "subject_en": "New words",
        "text_en": "Something new.\r\n\r\nAnd more.",
        **changes,
    }
    return client.post(address("edit", update), fields)


def test_from_the_news_of_a_page_to_everybodys_mailbox(client, editor, mailoutbox, run_tasks):
    subscribe(sam="en", noor="nl")
    run_tasks()
    mailoutbox.clear()
    campaign = campaign_with_news()
    news = news_of(campaign.pages["en"])[0]
    assert str(campaign) in text_of(client.get(address("choose_campaign")))
    choose = address("choose_news", key=campaign.key)
    screen = client.get(choose)
    assert news.heading in text_of(screen)

    begun = client.post(choose, {**form_fields(screen), "news": str(news.block_id)})
    update = CampaignUpdate.objects.get()
    assert begun.url == address("edit", update)
    opened = client.get(begun.url)
    saved = client.post(begun.url, {**form_fields(opened), "subject_en": "It is done"})
    assert saved.url == address("show", update)
    before = client.get(saved.url)
    assert "2 people get it as of now." in text_of(before)
    assert "Nobody has tried out these words yet." in text_of(before)
    refused = client.post(address("start", update), {"when": "now"})
    assert "Send a test to yourself first" in text_of(refused)
    assert mailoutbox == []

    client.post(address("try_out", update))
    assert [mail.to for mail in mailoutbox] == [[editor.email]] * 3
    assert mailoutbox[0].subject == "Test: It is done"
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
    mailoutbox.clear()
    client.post(address("start", update), {"when": "now"})
    run_tasks()

    assert sorted(mail.to[0] for mail in mailoutbox) == ["noor@example.org", "sam@example.org"]
    assert "It is done" in {mail.subject for mail in mailoutbox}
    actions = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {f"newsroom.{name}_update" for name in ("write", "change", "test", "send")} <= actions


def form_fields(response) -> dict[str, str]:
    """What the screen's own form holds; Wagtail's search form beside it is not meant."""
    html = BeautifulSoup(response.content, "html.parser")
    for form in html.select("form:not([method=post])"):
        form.decompose()
    fields = {}
    form = html.select_one("main form[method=post], .hosting form[method=post]")
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            fields[field["name"]] = field.select_one("[selected]")["value"]
        else:
            fields[field["name"]] = field.text if field.name == "textarea" else field["value"]
    return fields


def test_changing_the_words_asks_for_another_test(client, editor):
    update = make_update()

    save(client, update)

    update.refresh_from_db()
    assert update.words == {"en": {"subject": "New words", "text": "Something new.\n\nAnd more."}}
    assert not is_tested(update)


def test_narrow_space_before_a_french_sign_stays(client, editor):
    update = make_update()

    save(client, update, subject_fr="Et\u202f  alors\u202f?", text_fr="Voici\u202f: rien.")

    update.refresh_from_db()
    assert update.words["fr"] == {"subject": "Et\u202f alors\u202f?", "text": "Voici\u202f: rien."}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"pace": "0"}, "greater than or equal to 1"),
        ({"pace": "601"}, "less than or equal to 600"),
        ({"audience": "nobody"}, "not one of the available choices"),
        ({"subject_en": "", "text_en": ""}, "Write it in one language at least."),
        ({"subject_fr": "Bonjour"}, "Write both a subject and a text"),
        ({"subject_en": "About #NotATarget"}, "It may not name the campaign."),
        ({"text_en": "Dear {name}"}, "does not know {name}"),
        ({"seen": "other"}, "Somebody else has changed this update"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, editor, changes, sentence):
    update = make_update()

    answer = save(client, update, **{"text_nl": "", "subject_en": "My words", **changes})

    assert sentence in text_of(answer)
    expected = changes.get("text_en", "Something new.")
    assert expected in answer.content.decode()
    update.refresh_from_db()
    assert update.words["en"] == ENGLISH


def test_english_for_the_others_needs_english_words(client, editor):
    update = make_update()
    french = {"subject_en": "", "text_en": "", "subject_fr": "Bonjour", "text_fr": "Salut"}

    answer = save(client, update, english_for_others="on", **french)

    assert "There are no English words that the others could get." in text_of(answer)


def test_screen_says_who_gets_what(client, editor):
    subscribe(sam="en", alix="fr", noor="nl")
    update = make_update(words={"en": ENGLISH, "fr": FRENCH})

    without = text_of(client.get(address("show", update)))
    update.words = {**update.words, "others": "en"}
    update.save()
    with_english = text_of(client.get(address("show", update)))

    assert "Dutch 1 nothing: there are no words in their language" in without
    assert "2 people get it as of now. 1 person gets nothing." in without
    assert "Dutch 1 the English words, with a sentence that says so" in with_english
    assert "3 people get it as of now." in with_english


def test_update_for_later_is_planned_and_called_off(client, editor):
    subscribe(sam="en")
    update = make_update()
    for text, sentence in (
        ("", "Say from which day and hour on."),
        ("2020-01-01T10:00", "This moment has passed."),
        ("soon", "Enter a valid date/time."),
    ):
        refused = client.post(address("start", update), {"when": "later", "begins_at": text})
        assert sentence in text_of(refused)
    later = timezone.localtime() + timedelta(days=1)

    client.post(address("start", update), {"when": "later", "begins_at": f"{later:%Y-%m-%dT%H:%M}"})

    update.refresh_from_db()
    assert timezone.localtime(update.begins_at) == later.replace(second=0, microsecond=0)
    assert "planned, leaves on" in text_of(client.get(address("show", update)))
    assert "What is planned" in text_of(client.get(address("index")))
    assert client.get(address("edit", update)).status_code == 302
    assert "on its way already" in text_of(save(client, update))
    called_off = client.post(address("stop", update), follow=True)
    assert "Called off. It is a draft again." in text_of(called_off)
    update.refresh_from_db()
    assert (update.state, update.words["en"]) == ("draft", ENGLISH)


def test_progress_stop_and_going_on(client, editor, mailoutbox, run_tasks):
    subscribe(a="en", b="en", c="en")
    update = make_update(pace=1)
    client.post(address("start", update), {"when": "now"})
    run_tasks()
    part = client.get(address("progress", update))
    assert "data-at-work" in part.content.decode()
    assert "1 copy has left" in text_of(part) and "2 copies are still to leave." in text_of(part)

    client.post(address("stop", update))

    assert "data-at-work" not in client.get(address("progress", update)).content.decode()
    stopped = text_of(client.get(address("show", update)))
    assert "Those who had not got it yet are still waiting for it." in stopped
    assert "It goes on" in text_of(client.post(address("go_on", update), follow=True))
    assert "It was not stopped." in text_of(client.post(address("go_on", update), follow=True))
    update.refresh_from_db()
    assert update.state == "sending"


def test_figures_after(client, editor, run_tasks):
    from supporters import failed_mails, newsletter

    people = subscribe(a="en", b="en", c="en")
    update = sending.start(make_update(), user=None)
    newsletter.stop_news(people["a"])
    run_tasks()
    newsletter.stop_news(people["b"])
    copy = UpdateCopy.objects.get(subscription=people["c"])
    for number in (copy.pk, 0):
        failed_mails.remember(
            task_name="send_update_copy_anew", arguments={"copy_id": number}, error=OSError()
        )

    text = text_of(client.get(address("show", update)))

    assert "Recipients 3 Copies sent 2" in text
    assert "because they stopped the news meanwhile 1" in text
    assert "Failed, or came back 1" in text
    assert "Have stopped the news since (counted for a month) 1" in text


def test_draft_is_deleted_after_a_question_and_what_was_sent_stays(client, editor):
    subscribe(sam="en")
    draft, sent = make_update(), sending.start(make_update(), user=None)
    assert "Yes, delete the draft" in text_of(client.get(address("throw_away", draft)))
    assert CampaignUpdate.objects.count() == 2

    client.post(address("throw_away", draft))
    client.post(address("throw_away", sent))

    assert CampaignUpdate.objects.get() == sent


def test_mail_is_shown_as_mail_programs_do(client, editor):
    update = make_update(words={"en": {"subject": "x", "text": "<script>alert(1)</script>"}})

    shown = client.get(address("mail_html", update, language="en"))

    assert "script-src" not in shown["Content-Security-Policy"]
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in shown.content.decode()
    for language in ("fr", "xx"):
        assert client.get(address("mail_html", update, language=language)).status_code == 404


def test_list_costs_the_same_with_one_and_with_many(client, editor, django_assert_max_num_queries):
    assert "Nothing was written yet." in text_of(client.get(address("index")))
    make_update()
    client.get(address("index"))
    with django_assert_max_num_queries(30) as one:
        client.get(address("index"))
    for _ in range(51):
        make_update(made_by=editor)

    with django_assert_max_num_queries(len(one)):
        page = client.get(address("index"))

    assert page.content.decode().count('class="title"') == 50
    assert client.get(address("index") + "?p=2").content.decode().count('class="title"') == 2


def test_update_outlives_the_page_of_its_campaign(client, editor):
    subscribe(sam="en")
    update = make_update(campaign_key=uuid.uuid4())

    assert "Autumn" in text_of(client.get(address("index")))
    assert ENGLISH["subject"] in text_of(client.get(address("show", update)))
    refused = client.post(address("start", update), {"when": "now"})
    assert "No page of this campaign is published." in text_of(refused)
    assert client.get(address("choose_news", key=update.campaign_key)).status_code == 404


SCREENS = ("index", "choose_campaign", "choose_news", "show", "edit", "throw_away", "mail_html")
ACTS = ("try_out", "start", "stop", "go_on", "throw_away", "edit")


@pytest.mark.parametrize(
    ("group", "may"),
    [
        ("Editors", True),
        ("Administrators", True),
        ("Moderators", False),
        ("Treasurers", False),
        ("Event hosts", False),
        ("Translators (French)", False),
    ],
)
def test_who_may(client, group, may):
    subscribe(sam="en")
    update = make_update()
    client.force_login(make_staff(group))
    more = {"choose_news": {"key": update.campaign_key}, "mail_html": {"language": "en"}}
    plain = ("index", "choose_campaign", "choose_news")

    for name in SCREENS:
        path = address(name, None if name in plain else update, **more.get(name, {}))
        assert (client.get(path).status_code == 200) is may, name
    if not may:
        for name in ACTS:
            assert client.post(address(name, update), {"when": "now"}).status_code == 302
        assert CampaignUpdate.objects.get().state == "draft"
    assert ("Updates by email" in client.get(reverse("wagtailadmin_home")).content.decode()) is may


def test_nobody_outside_and_no_look_acts(client, editor):
    subscribe(sam="en")
    update = make_update()
    for name in ("try_out", "start", "stop", "go_on"):
        assert client.get(address(name, update)).status_code == 405
    client.logout()
    for name in ("show", "edit", "mail_html", "progress"):
        more = {"language": "en"} if name == "mail_html" else {}
        assert "/admin/login/" in client.get(address(name, update, **more)).url
    assert client.post(address("start", update), {"when": "now"}).status_code == 302
    assert (
        client.get(
            address("show", update).replace(str(update.public_id), str(uuid.uuid4()))
        ).status_code
        == 302
    )
    assert CampaignUpdate.objects.get().state == "draft"
