"""Each change of a watched table is noted, by whatever way it comes, once for a transaction."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pages.models import Theme
from serving import changes
from serving.models import HandledPoint, ShownChange
from serving.tables import NOT_SHOWN, all_tables, watched_tables

pytestmark = pytest.mark.django_db


def noted() -> list[str]:
    return sorted(ShownChange.objects.values_list("table_name", flat=True))


@pytest.fixture
def nothing_noted(db):
    ShownChange.objects.all().delete()
    # The test's own transaction is one: each statement is to be noted as if it were another.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('serving.noted', '', true)")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pages_theme SET id = id",
        "DELETE FROM pages_theme WHERE false",
        "INSERT INTO pages_theme SELECT * FROM pages_theme WHERE false",
        "TRUNCATE pages_theme CASCADE",
    ],
)
def test_every_kind_of_statement_is_noted(nothing_noted, statement):
    run(statement)

    assert "pages_theme" in noted()


def test_many_statements_of_a_transaction_are_one_change(nothing_noted):
    for _ in range(3):
        run("UPDATE pages_theme SET id = id")
    run("UPDATE events_event SET id = id")

    assert noted() == ["events_event", "pages_theme"]


def test_what_is_rolled_back_is_not_noted_and_the_next_is(nothing_noted):
    with transaction.atomic():
        run("UPDATE pages_theme SET id = id")
        transaction.set_rollback(True)
    assert noted() == []

    run("UPDATE pages_theme SET id = id")
    assert noted() == ["pages_theme"]


def test_noted_wherever_names_are_looked_up(nothing_noted):
    """While a copy is loaded there is no search_path; a temporary table of the name is not it."""
    run("CREATE TEMPORARY TABLE serving_shownchange (table_name text)")
    run("SET LOCAL search_path = ''")
    run("UPDATE public.pages_theme SET id = id")
    run("SET LOCAL search_path = public")
    run("DROP TABLE pg_temp.serving_shownchange")

    assert noted() == ["pages_theme"]


def test_tables_of_staff_and_queue_are_not_noted(nothing_noted):
    run("UPDATE wagtailcore_revision SET id = id")
    run("UPDATE supporters_doorcount SET id = id")
    run("UPDATE django_session SET session_key = session_key")

    assert noted() == []


def test_watching_again_changes_nothing(db):
    assert changes.watch_tables() == (set(), set())


def test_missing_trigger_is_made_and_a_needless_one_goes(db):
    run("DROP TRIGGER serving_shown ON pages_theme")
    run(
        "CREATE TRIGGER serving_shown AFTER INSERT ON django_session "
        "FOR EACH STATEMENT EXECUTE FUNCTION serving_note_change()"
    )

    assert changes.watch_tables() == ({"pages_theme"}, {"django_session"})
    assert changes.watch_tables() == (set(), set())


def test_every_table_left_out_exists_and_has_a_reason():
    assert NOT_SHOWN.keys() <= all_tables()
    assert all(NOT_SHOWN.values())
    assert "pages_campaignpage" in watched_tables()
    assert not watched_tables() & NOT_SHOWN.keys()


def test_changes_are_forgotten_when_all_have_seen_them(nothing_noted):
    old = "5:5:"  # sees hardly anything: what it does not see stays, however old
    HandledPoint.objects.create(name="pruned", snapshot=old, handled_at=timezone.now())
    run("UPDATE pages_theme SET id = id")
    ShownChange.objects.update(changed_at=timezone.now() - timedelta(days=1))
    assert changes.forget_old() == 0

    HandledPoint.objects.update(handled_at=timezone.now() - changes.KEPT - timedelta(seconds=1))
    assert changes.forget_old() == 0
    assert noted() == ["pages_theme"]

    ahead = str(2**40 + 5)
    HandledPoint.objects.update(
        snapshot=f"{ahead}:{ahead}:", handled_at=timezone.now() - changes.KEPT * 2
    )
    assert changes.forget_old() == 1
    assert noted() == []


def test_new_row_is_noted_through_the_models(nothing_noted):
    Theme.objects.first().save()

    assert "pages_theme" in noted()
