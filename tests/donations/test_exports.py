"""Gifts, pledges and payments as files: true figures, harmless cells, names only where asked."""

import csv
import tracemalloc
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4
from zipfile import ZipFile

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from donations.models import Allocation, BankEntry
from supporters.spreadsheets import csv_chunks, xlsx_chunks
from tests.donations.gifts import make_gift
from tests.donations.payments import make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_staff

FORMULAS = ["=1+1", "+32 2 123", "-2", "@SUM(A1)", "\tx", "\rx"]
ROW = ["text", Decimal("-1250.50"), 7, date(2026, 3, 1), None, ""]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_xlsx(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_csv_is_what_excel_opens_with_belgian_settings():
    content = b"".join(csv_chunks(["Day", "Ünï"], [ROW]))

    assert content.startswith(b"\xef\xbb\xbfDay;")
    assert read_csv(content) == [
        ["Day", "Ünï"],
        ["text", "-1250,50", "7", "2026-03-01", "", ""],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    table = read_csv(b"".join(csv_chunks([text], [[text]])))
    assert table == [[f"'{text}"], [f"'{text}"]]

    content = b"".join(xlsx_chunks(["heading"], [[text]]))
    cell = openpyxl.load_workbook(BytesIO(content)).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()
    assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_xlsx_has_numbers_days_and_texts():
    content = b"".join(xlsx_chunks(["a", "b", "c", "d", "e", "f"], [ROW]))

    sheet = openpyxl.load_workbook(BytesIO(content)).active
    text, amount, number, day, none, empty = sheet[2]
    assert (text.value, amount.value, number.value) == ("text", -1250.5, 7)
    assert amount.number_format == "#,##0.00"
    assert (day.value.date(), day.is_date) == (date(2026, 3, 1), True)
    assert (none.value, empty.value) == (None, None)
    assert sheet.freeze_panes == "A2"
    assert ZipFile(BytesIO(content)).testzip() is None


@pytest.mark.parametrize(
    "text", ["<b>&amp;\"'", "nul\x00 bell\x07", "two\nlines", "\ud800", "é𝕏" * 9]
)
def test_any_text_makes_a_workbook_that_opens(text):
    (row,) = read_xlsx(b"".join(xlsx_chunks([text], [])))

    kept = "".join(sign for sign in text if sign >= " " or sign == "\n").replace("\ud800", "")
    assert (row[0] or "") == kept


@pytest.mark.parametrize("chunks", [csv_chunks, xlsx_chunks])
def test_long_table_is_never_in_memory_as_a_whole(chunks):
    rows = ([f"{uuid4()} {uuid4()}", *ROW] for _number in range(10_000))
    tracemalloc.start()

    size = sum(map(len, chunks(["heading"] * 7, rows)))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 400_000
    # Of rows that make some three megabytes before they are compressed.
    assert peak < 800_000


LISTS = ("gifts", "pledges", "payments")


def export(client, key: str, kind: str = "csv", query: str = "", **data) -> bytes:
    address = f"{reverse(f'donations_treasury:{key}_export')}{query}"
    response = client.post(address, {"kind": kind, **data})
    return b"".join(response.streaming_content) if response.streaming else b""


@pytest.fixture
def staff(client):
    client.force_login(make_staff("Treasurers"))
    return client


@pytest.fixture
def entry():
    """A payment by somebody whose name is a formula, placed on a promise of theirs."""
    pledge = make_pledge(name="=Sam()", amount_eur="25.00")
    make_gift(
        pledge=pledge, amount="25.00", on=date(2026, 3, 1), rule="reference", circumstance="exact"
    )
    return make_payment(
        pledge.appeal.account,
        "12.50",
        name="@Robin",
        payer="BE68539007547034",
        text="hello",
        on=date(2026, 4, 1),
    )


@pytest.mark.django_db
def test_gifts_are_exported_as_the_ledger_has_them(staff, entry):
    make_gift(
        appeal=make_appeal(slug="other", account=entry.account), amount="-5.00", kind="return"
    )

    header, gift, returned = read_csv(export(staff, "gifts"))

    communication = Allocation.objects.get(rule="reference").pledge.communication
    assert gift[:6] == [
        "2026-03-01", "25,00", "gift", "Test appeal", "Test account", f"'{communication}",
    ]  # fmt: skip
    assert returned[1:3] == ["-5,00", "gift sent back"]
    assert "Donor" not in header
    amounts = read_xlsx(export(staff, "gifts", "xlsx"))
    assert [row[1] for row in amounts[1:]] == [25, -5]


@pytest.mark.django_db
def test_export_follows_the_filters_of_the_list(staff, entry):
    make_gift(appeal=make_appeal(slug="other", account=entry.account), amount="7.00")

    rows = read_csv(export(staff, "gifts", query="?on_from=2026-03-01&on_to=2026-03-02&p=2"))

    assert [row[1] for row in rows[1:]] == ["25,00"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_are_in_the_file_that_says_so_only(staff, entry, key, kind):
    secrets = {"gifts": ["=Sam()"], "pledges": ["=Sam()"], "payments": ["@Robin", "hello"]}[key]
    read = read_csv if kind == "csv" else read_xlsx
    mark = "'" if kind == "csv" else ""

    without = [cell for row in read(export(staff, key, kind)) for cell in row]
    with_names = [cell for row in read(export(staff, key, kind, names="on")) for cell in row]

    for secret in secrets:
        shown = secret if secret == "hello" else f"{mark}{secret}"
        assert shown in with_names
        assert not any(secret in str(cell) for cell in without)
    assert not any("BE68" in str(cell) for cell in without)


@pytest.mark.django_db
def test_payments_are_exported_once_each(staff, entry):
    with transaction.atomic():
        batch = BankEntry.objects.create(
            account=entry.account,
            statement=entry.statement,
            booked_on=entry.booked_on,
            amount=Decimal("99.00"),
            currency="EUR",
            state=BankEntry.State.BATCH,
            fingerprint="batch",
            occurrence=1,
            likeness="",
            format="test",
        )
        make_payment(entry.account, "99.00", on=entry.booked_on, batch=batch)

    rows = read_csv(export(staff, "payments", booked_on_from="2026-04-01"))

    assert [row[4] for row in rows[1:]] == ["12,50", "99,00"]
    everything = read_csv(export(staff, "payments"))
    assert [row[4] for row in everything[1:]] == ["25,00", "12,50", "99,00"]


@pytest.mark.django_db
def test_each_export_is_kept_with_filters_and_number_of_rows_and_no_name(staff, entry):
    appeal = Allocation.objects.get(rule="reference").appeal_id
    export(staff, "gifts", "xlsx", query=f"?appeal={appeal}&rule=", names="on")

    (logged,) = ModelLogEntry.objects.filter(action="donations.export_gifts")
    assert logged.user.username == "treasurers"
    assert logged.data == {
        "format": "xlsx",
        "names": True,
        "rows": 1,
        "filters": {"appeal": [str(appeal)]},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_others_export_nothing_and_see_no_button(client, entry, key, group):
    client.force_login(make_staff(group))

    response = client.post(reverse(f"donations_treasury:{key}_export"), {"kind": "csv"})

    assert response.headers["Location"] == reverse("wagtailadmin_home")
    assert not ModelLogEntry.objects.filter(action__startswith="donations.export").exists()


@pytest.mark.django_db
def test_whoever_may_see_but_not_export_gets_the_list_alone(client, entry):
    reader = make_staff("Editors")
    see = ["view_allocation", "view_pledge"]
    reader.user_permissions.add(*Permission.objects.filter(codename__in=see))
    client.force_login(reader)

    for name in ("donations_treasury:gifts", "pledge:index"):
        page = client.get(reverse(name)).content.decode()
        assert Allocation.objects.get(rule="reference").pledge.communication in page
        assert "/export/" not in page
    assert export(client, "gifts") == b""


@pytest.mark.django_db
def test_whoever_may_export_but_not_see_gets_nothing(client, entry):
    other = make_staff("Editors")
    other.user_permissions.add(Permission.objects.get(codename="export_pledge"))
    client.force_login(other)

    for key in LISTS:
        assert export(client, key) == b""
    assert not ModelLogEntry.objects.filter(action__startswith="donations.export").exists()


@pytest.mark.django_db
def test_lists_offer_the_export_with_their_filters(staff, entry):
    page = staff.get(reverse("donations_treasury:gifts"), {"rule": "reference", "p": "1"})

    address = f"{reverse('donations_treasury:gifts_export')}?rule=reference"
    assert f'action="{address}"' in page.content.decode()
    assert staff.get(reverse("donations_treasury:gifts_export")).status_code == 405
    # Wagtail's own export is neither logged nor safe against formulas.
    assert not staff.get(reverse("pledge:index"), {"export": "csv"}).streaming


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "kind"), [("?on_from=nonsense", "csv"), ("?appeal=999999", "csv"), ("", "exe")]
)
def test_nothing_is_exported_with_a_filter_that_means_nothing(staff, entry, query, kind):
    assert export(staff, "gifts", kind, query=query) == b""
    assert not ModelLogEntry.objects.filter(action__startswith="donations.export").exists()


@pytest.mark.django_db
def test_file_is_in_the_language_of_who_takes_it(staff, entry):
    treasurer = get_user_model().objects.get(username="treasurers")
    profile = UserProfile.get_for_user(treasurer)
    profile.preferred_language = "fr"
    profile.save()

    with override("nl"):
        content = export(staff, "gifts")

    assert "Appel aux dons d’essai" in content.decode()


@pytest.mark.django_db
def test_export_asks_the_database_as_often_for_thirty_rows_as_for_one(
    staff, entry, django_assert_max_num_queries
):
    account = make_account(label="Second", iban="BE68539007547034")
    appeal = make_appeal(slug="second", account=account)
    for _ in range(30):
        make_gift(pledge=make_pledge(appeal=appeal))

    for key in LISTS:
        with django_assert_max_num_queries(14):
            assert export(staff, key, names="on")
