"""Note every change of what public pages show, in the transaction that makes it.

A statement-level trigger on each watched table writes one row for a transaction and table: the
number of the transaction (``xid8``). What a reader's snapshot sees of it then decides, exactly,
whether an answer was made before the change or after (PostgreSQL manual 9.27.8, "Transaction ID
and Snapshot Information Functions"). Bulk statements, other programs and ``psql`` are noted as
well; a transaction that is rolled back notes nothing.
"""

import logging
import time
from datetime import timedelta

from django.db import OperationalError, connections
from django.utils import timezone

from serving.models import HandledPoint, ShownChange
from serving.tables import watched_tables

logger = logging.getLogger(__name__)

TRIGGER = "serving_shown"
# Changes are kept for longer than any entry of the page cache lives.
KEPT = timedelta(minutes=15)
_ATTEMPTS = 5

# The function that the triggers call. It runs with the rights of whoever writes; the table is named
# with its schema, so that no search_path (an empty one while a copy is loaded) and no temporary
# table of the same name leads elsewhere.
_FUNCTION = """
CREATE OR REPLACE FUNCTION serving_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('serving.noted', true), '');
BEGIN
  -- Once for a transaction and table: the setting ends with the transaction, and goes back with
  -- a savepoint, as the row does.
  IF strpos(noted, ' ' || TG_RELID || ' ') = 0 THEN
    INSERT INTO {schema}.serving_shownchange (table_name) VALUES (TG_TABLE_NAME);
    PERFORM set_config('serving.noted', noted || ' ' || TG_RELID || ' ', true);
  END IF;
  RETURN NULL;
END
$$
"""

_EXISTING = """
SELECT relname FROM pg_trigger
  JOIN pg_class ON pg_class.oid = tgrelid
 WHERE tgname = %s AND relnamespace = current_schema()::regnamespace
"""
_PRESENT = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""


def watch_tables(using: str = "default") -> tuple[set[str], set[str]]:
    """Give every watched table its trigger and take it from all others; safe to repeat.

    Returns the tables that got one and those that lost theirs. When nothing is to be done this
    costs a few queries and locks no table. Does nothing while the table of changes is missing.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [ShownChange._meta.db_table])
        if not cursor.fetchone()[0]:
            return set(), set()
        cursor.execute("SELECT quote_ident(current_schema())")
        cursor.execute(_FUNCTION.replace("{schema}", cursor.fetchone()[0]))
        cursor.execute(_EXISTING, [TRIGGER])
        existing = {name for (name,) in cursor}
        cursor.execute(_PRESENT, [sorted(watched_tables())])
        wanted = {name for (name,) in cursor}
    for table in sorted(wanted - existing):
        _locked(
            connection,
            f"CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{}} "
            "FOR EACH STATEMENT EXECUTE FUNCTION serving_note_change()",
            table,
        )
    for table in sorted(existing - wanted):
        _locked(connection, f"DROP TRIGGER {TRIGGER} ON {{}}", table)
    return wanted - existing, existing - wanted


def _locked(connection, statement: str, table: str) -> None:
    """Run one statement that needs the table to itself for a moment, each in its own transaction.

    A table in use makes it wait for as long as ``lock_timeout`` allows, a few times over.
    """
    sql = statement.format(connection.ops.quote_name(table))
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
            return
        except OperationalError:
            if attempt == _ATTEMPTS or connection.in_atomic_block:
                raise
            time.sleep(attempt)


def forget_old() -> int:
    """Remove the changes that every reader has had the time to see; return how many.

    A long transaction's rows carry an old time when they appear. So not their age decides but
    whether the snapshot noted by an earlier run, at least ``KEPT`` ago, has seen them.
    """
    now = timezone.now()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        snapshot = cursor.fetchone()[0]
        point = HandledPoint.objects.filter(name="pruned").first()
        removed = 0
        if point is not None:
            if point.handled_at > now - KEPT:
                return 0
            cursor.execute(
                "DELETE FROM serving_shownchange WHERE changed_by < pg_snapshot_xmax(%s) "
                "AND pg_visible_in_snapshot(changed_by, %s)",
                [point.snapshot, point.snapshot],
            )
            removed = cursor.rowcount
    HandledPoint.objects.update_or_create(
        name="pruned", defaults={"snapshot": snapshot, "handled_at": now}
    )
    return removed
