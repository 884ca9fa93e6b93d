"""A wall of a million photos: a page costs the same wherever it is, and however many there are.

A measurement, so no part of the suite: ``make drill-wall``. Prints the medians and the plans.
"""

import statistics
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from solidarity.models import Partner, Photo
from solidarity.wall import PAGE_SIZE, open_wall
from supporters.models import Consent
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo

pytestmark = [pytest.mark.drill, pytest.mark.django_db]

FEW, MANY = 1_000, 1_000_000
FAR_PAGE = 30_000
ROUNDS = 60
MOST_TIMES_SLOWER = 1.5

# Languages and partners in unequal shares; keys at random, as the site draws them. Photo rows are
# copies of one that went through the services, so that no column is forgotten.
FILL = """
INSERT INTO solidarity_photo ({columns})
SELECT {values} FROM solidarity_photo AS model, generate_series(%(first)s, %(last)s) AS n
WHERE model.id = %(model)s
"""
CONSENTS = """
INSERT INTO supporters_consent ({columns})
SELECT {values} FROM supporters_consent AS model, solidarity_photo AS photo
WHERE model.id = %(model)s AND photo.form_digest = 'drill'
AND NOT EXISTS (SELECT FROM supporters_consent AS c WHERE c.subject_id = photo.public_id)
"""
COUNT = """
INSERT INTO solidarity_wallcount (call_id, language, partner_id, number)
SELECT call_id, message_language, partner_id, count(*) FROM solidarity_photo
WHERE on_wall GROUP BY 1, 2, 3
"""


def copied(table: str, template: str, own: dict[str, str]) -> str:
    """The statement that copies a row of ``table`` but for the columns in ``own``."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    names = [column.name for column in found if column.name != "id"]
    values = [own.get(name, f"model.{name}") for name in names]
    return template.format(columns=", ".join(names), values=", ".join(values))


def fill(model: Photo, consent_id: int, partners: list[Partner], first: int, last: int) -> None:
    photos = copied(
        "solidarity_photo",
        FILL,
        {
            "public_id": "gen_random_uuid()",
            "form_key": "gen_random_uuid()",
            "form_digest": "'drill'",
            "file_name": "md5(n::text)",
            "withdrawal_code_hash": "NULL",
            "wall_key": "(random() * 4611686018427387903)::bigint",
            "message_language": "(ARRAY['fr','fr','nl','nl','en','es','ar','sw'])[1 + n %% 8]",
            "partner_id": f"(ARRAY{[p.pk for p in partners]}::bigint[] || NULL)[1 + n %% 5]",
        },
    )
    consents = copied("supporters_consent", CONSENTS, {"subject_id": "photo.public_id"})
    with connection.cursor() as cursor:
        # Counting a million photos one by one would measure the trigger.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(photos, {"first": first, "last": last, "model": model.pk})
        cursor.execute(consents, {"model": consent_id})
        cursor.execute("DELETE FROM solidarity_wallcount")
        cursor.execute(COUNT)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE solidarity_photo, supporters_consent, solidarity_wallcount")


def place_before_page(number: int, photos) -> int:
    """The place on the wall that a page begins after, found the slow way."""
    skipped = (number - 1) * PAGE_SIZE
    return photos.order_by("wall_key").values_list("wall_key", flat=True)[skipped - 1]


def measured(asked: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Medians in milliseconds, all measured in turn so that none has the quieter minute."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, ask in asked.items():
            began = time.perf_counter()
            ask()
            times[name].append(1000 * (time.perf_counter() - began))
    return {name: statistics.median(spent) for name, spent in times.items()}


def statements(ask: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return [query["sql"] for query in queries]


def explain(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF) {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def model() -> tuple[Photo, int, list[Partner]]:
    """A photo that went through the services, its consent, and for whom photos can be."""
    call = make_photo_call()
    photo = public_photo(call=call)
    partners = [
        Partner.objects.create(slug=f"p{n}", name_en=f"P{n}", name_fr=f"P{n}", name_nl=f"P{n}")
        for n in range(4)
    ]
    consent = Consent.objects.get(subject_id=photo.public_id, purpose="photo-wall")
    return photo, consent.pk, partners


def test_a_page_costs_the_same_at_a_million(model, client):
    photo, consent_id, partners = model
    call = photo.call
    address = f"/en/solidarity/{call.slug}/wall/"
    questions = {
        "page 1": {},
        "in one language": {"language": "es"},
        "for one": {"for": "p1"},
        "both": {"language": "ar", "for": "p2", "view": "list"},
    }
    results: dict[int, dict[str, float]] = {}
    asked_sql: dict[int, dict[str, list[str]]] = {}
    first = 1
    for size in (FEW, MANY):
        fill(photo, consent_id, partners, first, size)
        first = size + 1
        assert Photo.objects.public().filter(form_digest="drill").count() == size
        far = FAR_PAGE if size == MANY else size // PAGE_SIZE
        after = str(place_before_page(far, call.photos.public()))
        pages = {**questions, f"page {far}": {"after": after}}
        asked = {name: lambda q=query: open_wall(call, q).tiles for name, query in pages.items()}
        asked |= {
            f"{name}, whole screen": lambda q=query: client.get(address, q)
            for name, query in pages.items()
            if name.startswith("page")
        }
        for ask in asked.values():
            ask()
        results[size] = measured(asked)
        asked_sql[size] = {name: statements(ask) for name, ask in asked.items()}
        print(f"\n{size} photos")
        for name, spent in results[size].items():
            print(f"  {name:28} {spent:7.2f} ms, {len(asked_sql[size][name])} queries")
    for name in ("page 1", "page 30000", "both"):
        print(f"\n{name}\n{explain(asked_sql[MANY][name][-1])}")
    check(results, asked_sql)


def check(results: dict[int, dict[str, float]], asked: dict[int, dict[str, list[str]]]) -> None:
    few, many = results[FEW], results[MANY]
    for ending in ("", ", whole screen"):
        base = few[f"page 1{ending}"]
        first, far = many[f"page 1{ending}"], many[f"page {FAR_PAGE}{ending}"]
        assert far < MOST_TIMES_SLOWER * first
        assert max(first, far) < MOST_TIMES_SLOWER * base
        assert len(asked[FEW][f"page 1{ending}"]) == len(asked[MANY][f"page 1{ending}"])
        assert len(asked[MANY][f"page {FAR_PAGE}{ending}"]) == len(asked[MANY][f"page 1{ending}"])
    for name in ("in one language", "for one", "both"):
        assert many[name] < MOST_TIMES_SLOWER * max(few[name], few["page 1"]), name
    for pages in asked.values():
        for sql in (line for lines in pages.values() for line in lines):
            if "solidarity_photo" in sql:
                assert "COUNT(" not in sql and "OFFSET" not in sql
