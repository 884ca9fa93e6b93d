"""The tables of photos that people sent before this version, brought up to date and back."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


def test_photos_from_before_stay_where_they_were():
    call = make_photo_call()
    shown, waiting = public_photo(call=call), send_photo(call, language="fr")
    call_command("migrate", "solidarity", "0004", verbosity=0)

    call_command("migrate", verbosity=0)

    shown.refresh_from_db()
    waiting.refresh_from_db()
    assert (shown.on_wall, waiting.on_wall) == (True, False)
    assert (shown.message_language, waiting.message_language) == ("en", "fr")
    assert [row.number for row in call.wall_counts.all()] == [1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'solidarity_photo_%'")
        assert len(cursor.fetchall()) == 2
