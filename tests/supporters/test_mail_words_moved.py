"""Words of mails about events, written before all mails had one table: they and their log move."""

import pytest
from django.core.management import call_command
from django.db import connection
from wagtail.models import ModelLogEntry

from supporters import mail_words
from supporters.models import MailWords
from tests.factories import make_staff

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


def rows_of_events() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, language, subject, text FROM events_mailwords ORDER BY id")
        return cursor.fetchall()


def test_words_and_who_wrote_them_move_and_come_back():
    host = make_staff("Event hosts")
    kinds = mail_words.kinds()
    mail_words.set_words(kinds["my_export"], "en", subject="Kept", text="Kept")
    call_command("migrate", "events", "0004", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_mailwords (kind, language, subject, text, changed_at) VALUES "
            "('offer', 'nl', 'Er is plaats', 'Tot {until}', '2026-01-02T03:04:05Z'), "
            "('day', 'en', 'Today', '{event}', '2026-01-02T03:04:05Z') RETURNING id"
        )
        old = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO django_content_type (app_label, model) VALUES ('events', 'mailwords') "
            "ON CONFLICT DO NOTHING"
        )
        for action, number, label in (
            ("change", str(old), "offer nl"),
            ("reset", "999", "thanks fr"),
        ):
            cursor.execute(
                "INSERT INTO wagtailcore_modellogentry (content_type_id, label, action, data, "
                "timestamp, content_changed, deleted, object_id, user_id) SELECT id, %s, %s, '{}', "
                "now(), false, false, %s, %s FROM django_content_type WHERE app_label = 'events' "
                "AND model = 'mailwords'",
                [label, f"events.{action}_mail_words", number, host.pk],
            )

    call_command("migrate", verbosity=0)

    row = MailWords.objects.get(kind="sign_up_offer")
    assert (row.language, row.subject, row.text) == ("nl", "Er is plaats", "Tot {until}")
    assert row.changed_at.year == 2026 and row.changed_at.month == 1
    words = mail_words.words_for("event_day", "en", {"event": "May"})
    assert (words.subject, words.text) == ("Today", "May")
    moved = ModelLogEntry.objects.filter(user=host.pk).order_by("pk")
    assert list(moved.values_list("action", "content_type__app_label", "object_id", "data")) == [
        (
            "supporters.change_mail_words",
            "supporters",
            str(row.pk),
            {"kind": "sign_up_offer", "language": "nl"},
        ),
        (
            "supporters.reset_mail_words",
            "supporters",
            "events-999",
            {"kind": "event_thanks", "language": "fr"},
        ),
    ]

    call_command("migrate", "events", "0004", verbosity=0)

    assert rows_of_events() == [
        ("offer", "nl", "Er is plaats", "Tot {until}"),
        ("day", "en", "Today", "{event}"),
    ]
    assert list(MailWords.objects.values_list("kind", flat=True)) == ["my_export"]
    call_command("migrate", verbosity=0)
    assert MailWords.objects.count() == 3
