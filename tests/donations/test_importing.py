"""Statements are received once, booked whole or not at all, and each movement counts once."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from donations import statement_storage, statement_tasks
from donations.fingerprints import compact_account
from donations.models import (
    Allocation,
    BankAccount,
    BankEntry,
    BankStatement,
    StatementChunk,
    StatementFile,
)
from donations.particulars import Particulars
from donations.services import DonationError, importing, statement_files
from donations.statements import bank_csv, recognition
from supporters import retention
from tests.donations.camt_files import camt_file, mt940_file
from tests.donations.importing_files import (
    FIRST,
    OTHER_PAYER,
    PAYER,
    SECOND,
    digits,
    imported,
    lines,
    our_account,
    our_pledge,
    paid,
    sums,
    upload,
)
from tests.donations.statement_files import Movement, coda_file
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

State = StatementFile.State


def gift(amount: str = "10", **fields) -> Movement:
    return Movement(amount, **{"name": "KIM", "account": PAYER, "text": "a gift", **fields})


def jobs() -> list[dict]:
    found = ProcrastinateJob.objects.filter(task_name="read_statement_file", status="todo")
    return [job.args for job in found.order_by("id")]


def amounts() -> list[Decimal]:
    return list(BankEntry.objects.order_by("pk").values_list("amount", flat=True))


# Receiving


def test_received_file_is_kept_encrypted_and_read_later():
    content = coda_file([gift(name="VERY PRIVATE")])

    file = upload(content, name="C:\\bank\\march.cod", by=make_staff("Administrators"))

    assert (file.state, file.name, file.size) == ("waiting", "march.cod", len(content))
    assert jobs() == [{"file_id": file.pk}]
    kept = bytes(StatementChunk.objects.get().content)
    assert b"VERY PRIVATE" not in kept
    assert statement_storage.open_file(file).read() == content


def test_long_file_is_kept_in_pieces_and_read_from_anywhere():
    content = bytes(range(256)) * 3000  # nearly three pieces
    file = upload(content)

    with statement_storage.open_file(file) as stored:
        assert StatementChunk.objects.count() == 3
        assert stored.read() == content
        assert stored.read(10) == b""
        stored.seek(statement_storage.CHUNK_BYTES - 3)
        assert stored.read(6) == content[stored.tell() - 6 : stored.tell()]
        assert stored.seek(-5, 2) == len(content) - 5
        assert stored.read(100) == content[-5:]


def test_upload_that_gives_little_at_a_time_is_kept_whole():
    class Dripping(BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1000) if size and size > 0 else 1000)

    content = bytes(range(256)) * 1100
    file, _ = statement_files.receive_file(
        file=Dripping(content), name="a", by=None, is_to_book=False
    )

    assert statement_storage.open_file(file).read() == content
    assert StatementChunk.objects.count() == 2


def test_empty_file_is_not_received():
    with pytest.raises(DonationError, match="empty"):
        upload(b"")

    assert not StatementFile.objects.exists()


def test_too_large_file_is_not_received(monkeypatch):
    monkeypatch.setattr(recognition, "MOST_BYTES", 1000)

    upload(b"x" * 1000)
    with pytest.raises(DonationError, match="larger than"):
        upload(b"x" * 1001)

    assert StatementFile.objects.count() == 1


def test_same_bytes_are_one_file_under_any_name():
    our_account()
    content = coda_file([gift()])
    first = imported(content)

    again, is_new = statement_files.receive_file(
        file=BytesIO(content), name="renamed.txt", by=None, is_to_book=True
    )

    assert (again, is_new, again.state) == (first, False, "booked")
    assert amounts() == [Decimal("10.000")]
    assert not StatementChunk.objects.exists()


def test_file_that_a_worker_is_about_to_read_is_left_to_it():
    content = coda_file([gift()])
    upload(content)
    upload(content)

    assert len(jobs()) == 1


def test_second_upload_starts_again_what_was_lost_half_way():
    our_account()
    content = coda_file([gift()])
    file = upload(content)
    ProcrastinateJob.objects.all()._raw_delete("default")
    StatementFile.objects.update(state=State.READING)

    upload(content)

    assert jobs() == [{"file_id": file.pk}]
    assert importing.read_file(file=file).state == "booked"


def test_second_upload_starts_again_what_failed_and_what_was_refused():
    content = coda_file([gift()])
    assert imported(content).state == "refused"  # the account is not there yet
    our_account()

    assert imported(content).state == "booked"


# Booking


def test_file_is_booked_with_its_statement():
    account = our_account()

    file = imported(coda_file([gift("10"), gift("-4")], number=31, opening="100"))

    statement = BankStatement.objects.get()
    assert (file.state, file.format, file.bytes_read) == ("booked", "CODA", file.size)
    assert (statement.account, statement.file, statement.number) == (account, file, "31")
    assert (statement.opening_amount, statement.closing_amount) == (100, 106)
    assert (statement.first_booked_on, statement.last_booked_on) == (SECOND, SECOND)
    assert (statement.entry_count, statement.new_entry_count) == (2, 2)
    assert not StatementChunk.objects.exists()
    assert sums() == (Decimal("6"), Decimal("6"))
    assert file.summary["statements"] == [
        {
            "account": "Gifts",
            "number": "31",
            "currency": "EUR",
            "opening": "100.00",
            "closing": "106.00",
            "from": "2026-03-03",
            "to": "2026-03-03",
            "entries": 2,
            "new": 2,
            "known": 0,
            "pending": 0,
            "sum": "6.00",
        }
    ]
    assert file.summary["doubts"] == []


def test_what_the_payer_wrote_is_kept_encrypted_without_national_numbers():
    our_account()

    imported(coda_file([gift(text="gift, 85.07.30-033.28", name="KIM 85073003328")]))

    entry = BankEntry.objects.get()
    said = Particulars.from_text(entry.particulars)
    assert (said.name, said.account) == ("KIM •••••••••••", PAYER)
    assert said.text == "gift, ••.••.••-•••.••"
    assert entry.counterparty_hash
    raw = BankEntry.objects.extra(select={"raw": "particulars::text"}).get().raw
    assert "KIM" not in raw


def test_summary_has_nothing_of_a_payer():
    our_account()
    file = imported(coda_file([gift(name="PRIVATE NAME", text="private words")], closing="11"))

    kept = str(file.summary)
    assert file.summary["doubts"]
    for private in ("PRIVATE", "private", PAYER):
        assert private not in kept


def test_account_is_found_by_its_old_number():
    account = our_account(iban="BE68 5390 0754 7034")

    imported(coda_file([gift()], account="539007547034", version=1))

    assert BankEntry.objects.get().account == account


@pytest.mark.parametrize("number", ["BE68 5390 0754 7034", "539007547034", "be68539007547034"])
def test_account_numbers_are_compared_in_one_form(number):
    assert compact_account(number) == "BE68539007547034"
    assert compact_account("539007547035") == "539007547035"  # check digits


def test_unknown_account_books_nothing():
    our_account()
    both = coda_file([gift()], another_follows=True) + coda_file([gift()], account=OTHER_PAYER)

    file = imported(both)

    assert file.state == "refused"
    assert file.summary["unknown_accounts"] == ["BE62 … 7061"]
    assert not BankEntry.objects.exists()
    assert not BankStatement.objects.exists()


def test_several_statements_of_several_accounts_are_booked_together():
    our_account()
    other = our_account(label="Other", iban=OTHER_PAYER)
    both = coda_file([gift()], another_follows=True) + coda_file([gift("3")], account=OTHER_PAYER)

    assert imported(both).state == "booked"

    assert BankEntry.objects.get(account=other).amount == 3
    assert BankStatement.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Your session has ended</body></html>",
        b"\x00\x01\x02 not a statement",
        coda_file([gift()])[:300],  # stops in the middle
        camt_file([gift()]).replace(b"</Document>", b""),
    ],
)
def test_what_is_no_statement_is_refused_whole_with_the_reason(content):
    our_account()

    file = imported(content)

    assert file.state == "refused"
    assert file.summary["refusal"]["reason"]
    assert not BankEntry.objects.exists()
    assert not BankStatement.objects.exists()


def test_mistake_of_ours_leaves_nothing_and_says_so(monkeypatch, caplog):
    our_account()
    pledge = our_pledge()
    content = coda_file([paid(pledge, name="PRIVATE")])

    def break_down(**_kwargs):
        raise RuntimeError("PRIVATE")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "place_new", break_down)
        file = imported(content)

    assert file.state == "failed"
    assert not BankEntry.objects.exists()
    assert StatementChunk.objects.exists()
    assert f"statement file {file.pk} could not be read" in caplog.messages
    assert imported(content).state == "booked"


def test_pending_payments_are_counted_and_not_booked():
    our_account()

    file = imported(camt_file([gift("10")], pending=[gift("5", bank_reference="P1")]))

    assert amounts() == [Decimal("10.000")]
    assert file.summary["statements"][0]["pending"] == 1


def test_entry_without_a_day_takes_the_value_date():
    our_account()
    entry = gift(booked_on=SECOND, valued_on=FIRST)
    text = camt_file([entry]).replace(f"<BookgDt><Dt>{SECOND}</Dt></BookgDt>".encode(), b"")

    imported(text)

    assert BankEntry.objects.get().booked_on == FIRST


def test_amount_that_no_column_holds_is_refused():
    our_account()

    file = imported(camt_file([gift("1.23456")]))

    assert (file.state, file.summary["refusal"]["reason"]) == ("refused", "bad_amount")


# Each movement once


def test_line_ends_change_the_bytes_and_nothing_else():
    our_account()
    movements = [gift("10"), gift("20")]
    imported(coda_file(movements))

    file = imported(coda_file(movements, newline="\n"))

    assert file.state == "booked"
    statement = file.summary["statements"][0]
    assert (statement["new"], statement["known"]) == (0, 2)
    assert amounts() == [Decimal("10.000"), Decimal("20.000")]


@pytest.mark.parametrize("make", [coda_file, camt_file])
def test_two_equal_gifts_of_one_day_stay_two(make):
    our_account()
    twins = [gift(bank_reference=""), gift(bank_reference="")]

    imported(make(twins))
    imported(make([*twins, gift("7", bank_reference="")], number=1))

    assert sorted(amounts()) == [7, 10, 10]


def test_third_equal_gift_is_one_more():
    our_account()
    twins = [gift(bank_reference="")] * 2
    imported(camt_file(twins))

    file = imported(camt_file([*twins, *twins[:1]]))

    statement = file.summary["statements"][0]
    assert (statement["new"], statement["known"]) == (1, 2)
    assert BankEntry.objects.count() == 3


def test_months_that_overlap_count_each_movement_once():
    """A statement of the day and one of the month have different numbers, and one reference."""
    our_account()
    days = [FIRST + timedelta(days=n) for n in range(10)]
    movements = [
        gift(str(n + 1), bank_reference=f"BANK{n}", booked_on=day) for n, day in enumerate(days)
    ]
    imported(camt_file(movements[:6], number=1, closed_on=days[5]))

    file = imported(camt_file(movements[3:], number=9, opening="6", opened_on=days[3]))

    assert file.state == "booked", file.summary["doubts"]
    statement = file.summary["statements"][0]
    assert (statement["new"], statement["known"]) == (4, 3)
    assert sum(amounts()) == 55


def test_same_gift_in_the_next_statement_is_another_one():
    """Without a number of the bank, CODA tells them apart by the statement and the place in it."""
    our_account()
    same = gift(bank_reference=" ")
    imported(coda_file([same], number=1))

    imported(coda_file([same], number=2, opening="10"))

    assert amounts() == [10, 10]


def test_balance_tells_equal_movements_of_a_table_apart():
    our_account()
    header = "Datum;Bedrag;Saldo;Naam;Mededeling;Rekening\n"
    morning = "03/03/2026;10,00;110,00;KIM;gift;BE68539007547034\n"
    evening = "03/03/2026;10,00;120,00;KIM;gift;BE68539007547034\n"
    account = our_account(label="Mapped", iban=OTHER_PAYER)
    signature = bank_csv.columns(BytesIO((header + morning).encode())).signature
    mapping = bank_csv.Mapping(
        signature, booked_on=0, amount=1, balance=2, counterparty_name=3, free_text=(4,), account=5
    )
    account.csv_mappings = {signature: mapping.to_json()}
    account.save()

    assert imported((header + morning).encode()).state == "booked"
    assert imported((header + evening).encode()).state == "booked"
    assert imported((header + evening + morning).encode()).state == "booked"

    assert amounts() == [10, 10]


def test_batch_is_booked_as_its_parts():
    pledge = our_pledge()
    parts = [paid(pledge, "25"), gift("15")]
    content = coda_file([Movement("40", details=parts), gift("2")])

    file = imported(content)
    again = imported(coda_file([Movement("40", details=parts), gift("2")], newline="\n"))

    batch = BankEntry.objects.get(state="batch")
    assert batch.amount == 40
    assert [part.amount for part in batch.parts.order_by("pk")] == [25, 15]
    assert not batch.allocations.exists()
    assert batch.particulars == ""
    assert [kind for kind, _, _ in lines()] == ["gift", "suspense", "suspense"]
    assert sums() == (Decimal("42"), Decimal("42"))
    assert file.summary["statements"][0]["entries"] == 2
    assert again.summary["statements"][0]["known"] == 2
    assert BankEntry.objects.count() == 4


def test_two_equal_batches_of_one_day_stay_two():
    our_account()
    batch = Movement("40", details=[gift("25"), gift("15")], bank_reference="SAME")

    imported(coda_file([batch, batch]))

    assert BankEntry.objects.filter(state="batch").count() == 2
    assert BankEntry.objects.exclude(batch=None).count() == 4
    assert sums() == (80, 80)


def test_batch_of_a_thousand_is_booked():
    our_account()
    parts = [gift("1.00", name=f"DONOR {n}") for n in range(1000)]

    imported(camt_file([Movement("1000.00", details=parts, bank_reference="B1")]))

    assert BankEntry.objects.exclude(batch=None).count() == 1000
    assert sums() == (1000, 1000)


def test_payment_that_is_broken_down_into_amount_and_costs_stays_one():
    our_account()
    parts = [Movement("41", text="amount"), Movement("-1", text="costs")]

    imported(coda_file([gift("40", name="NOOR", code="30150000", details=parts)]))

    entry = BankEntry.objects.get()
    assert (entry.amount, entry.state) == (40, "to_match")
    assert Particulars.from_text(entry.particulars).name == "NOOR"


def test_batch_that_does_not_add_up_stays_one_payment_with_a_doubt():
    our_account()
    parts = [gift("25", text="first"), gift("14", structured=digits(5_000_000_001), text="")]
    content = coda_file([Movement("40", details=parts)])

    file = imported(content)
    assert file.state == "doubtful"
    assert "batch_total" in [doubt["kind"] for doubt in file.summary["doubts"]]

    statement_files.accept_doubts(file=file, by=make_staff("Administrators"))
    importing.read_file(file=file)
    entry = BankEntry.objects.get()
    assert (entry.amount, entry.state) == (40, "to_match")
    assert "first" in Particulars.from_text(entry.particulars).text


# Doubts


def test_doubtful_file_asks_and_is_booked_on_somebodys_word():
    our_account()
    file = imported(coda_file([gift("10")], closing="11"))
    assert file.state == "doubtful"
    assert file.summary["doubts"][0]["kind"] == "balance"
    assert not BankEntry.objects.exists()

    treasurer = make_staff("Administrators")
    statement_files.accept_doubts(file=file, by=treasurer)
    statement_files.accept_doubts(file=file, by=treasurer)
    assert len(jobs()) == 2  # of the upload, and one more
    file = importing.read_file(file=file)

    assert (file.state, file.doubts_accepted_by) == ("booked", treasurer)
    assert amounts() == [10]


def test_doubts_that_nobody_saw_are_asked_about_again():
    """Another file was booked between the reading and the word of the treasurer."""
    our_account()
    file = imported(coda_file([gift("10")], number=7, opening="100", closing="111"))
    assert [doubt["kind"] for doubt in file.summary["doubts"]] == ["balance"]
    imported(coda_file([gift("5")], number=1, closed_on=FIRST, opened_on=FIRST))
    statement_files.accept_doubts(file=file, by=make_staff("Administrators"))

    file = importing.read_file(file=file)

    assert (file.state, file.doubts_accepted_by) == ("doubtful", None)
    assert {doubt["kind"] for doubt in file.summary["doubts"]} >= {"balance", "chain", "gap"}
    assert amounts() == [5]


def test_only_a_doubtful_file_has_doubts_to_accept():
    our_account()
    file = imported(coda_file([gift()]), book=False)

    with pytest.raises(DonationError, match="no doubts"):
        statement_files.accept_doubts(file=file, by=None)

    assert not BankEntry.objects.exists()


def test_second_upload_of_a_doubtful_file_still_asks():
    our_account()
    content = coda_file([gift("10")], closing="11")
    imported(content)

    assert imported(content).state == "doubtful"
    assert not BankEntry.objects.exists()


def test_statement_that_does_not_go_on_from_the_last_is_doubted():
    our_account()
    imported(coda_file([gift("10")], number=1))

    right = imported(coda_file([gift("5")], number=2, opening="10"))
    skipped = imported(coda_file([gift("1")], number=4, opening="15"))
    jumped = imported(coda_file([gift("2")], number=3, opening="99"))

    assert right.state == "booked"
    assert [doubt["kind"] for doubt in skipped.summary["doubts"]] == ["gap"]
    assert [doubt["kind"] for doubt in jumped.summary["doubts"]] == ["chain"]
    assert sorted(amounts()) == [5, 10]


def test_statement_without_movements_counts_among_the_numbers():
    our_account()
    later = SECOND + timedelta(days=2)
    imported(coda_file([gift("10")], number=1))
    imported(coda_file([], number=2, opening="10", closed_on=SECOND + timedelta(days=1)))

    file = imported(
        coda_file([gift("5", booked_on=later)], number=3, opening="10", closed_on=later)
    )

    assert file.state == "booked", file.summary["doubts"]


def test_earlier_statement_fills_a_gap_without_doubts():
    our_account()
    imported(coda_file([gift("10")], number=7, opening="500"))
    old = FIRST - timedelta(days=20)

    file = imported(
        coda_file([gift("1", booked_on=old)], number=5, opening="3", opened_on=old, closed_on=old)
    )

    assert file.state == "booked", file.summary["doubts"]


def test_day_that_another_format_told_of_is_known_and_doubted():
    our_account()
    pledge = our_pledge()
    movements = [
        paid(pledge),
        gift("10"),
        gift("10"),
        gift("3", account="", name="AN ELDERLY DONOR"),
    ]
    imported(coda_file(movements, version=1))

    file = imported(camt_file([*movements, gift("4", name="NEW")], opening="0"))

    assert file.state == "doubtful"
    assert [doubt["kind"] for doubt in file.summary["doubts"]] == ["other_format"]
    statement = file.summary["statements"][0]
    assert (statement["new"], statement["known"]) == (1, 4)

    statement_files.accept_doubts(file=file, by=make_staff("Administrators"))
    importing.read_file(file=file)
    assert sorted(amounts()) == [3, 4, 10, 10, 25]
    pledge.refresh_from_db()
    assert pledge.received_eur == 25


def test_third_equal_gift_in_another_format_is_one_more():
    our_account()
    imported(coda_file([gift("10"), gift("10")]))

    file = imported(mt940_file([gift("10"), gift("10"), gift("10")]))

    statement = file.summary["statements"][0]
    assert (file.state, statement["new"], statement["known"]) == ("doubtful", 1, 2)


def test_batch_that_another_format_lists_one_by_one_is_known():
    our_account()
    parts = [gift("25"), gift("15", account=OTHER_PAYER)]
    imported(camt_file(parts))

    file = imported(coda_file([Movement("40", details=parts)]))

    statement = file.summary["statements"][0]
    assert (statement["new"], statement["known"]) == (0, 1)


def test_other_days_of_another_format_raise_no_doubt():
    our_account()
    imported(coda_file([gift("10")]))
    later = SECOND + timedelta(days=5)

    file = imported(
        camt_file([gift("4", booked_on=later)], opening="10", opened_on=later, closed_on=later)
    )

    assert file.state == "booked", file.summary["doubts"]


# Looking first


def test_looking_first_leaves_no_rows_and_no_jobs():
    pledge = our_pledge()
    before = ProcrastinateJob.objects.count()

    file = imported(coda_file([paid(pledge), gift("5")]), book=False)

    assert file.state == "looked_at"
    assert file.summary["matched"]["reference"] == 1
    assert file.summary["obstacles"] == {"no_reference": 1}
    assert not BankEntry.objects.exists()
    assert not BankStatement.objects.exists()
    assert not Allocation.objects.exists()
    assert ProcrastinateJob.objects.count() == before + 1  # the reading itself
    assert StatementChunk.objects.exists()


def test_what_was_looked_at_is_booked_when_asked():
    our_account()
    file = imported(coda_file([gift()]), book=False)

    statement_files.book_file(file=file, by=None)
    statement_files.book_file(file=file, by=None)

    assert len(jobs()) == 2
    assert importing.read_file(file=file).state == "booked"
    assert statement_files.book_file(file=file, by=None).state == "booked"
    assert amounts() == [10]


def test_upload_to_book_after_looking_books():
    our_account()
    content = coda_file([gift()])
    imported(content, book=False)

    assert imported(content, book=True).state == "booked"


def test_refused_file_cannot_be_booked():
    file = imported(b"<html></html>")

    with pytest.raises(DonationError, match="cannot be imported"):
        statement_files.book_file(file=file, by=None)


def test_file_that_was_read_is_not_read_again():
    our_account()
    file = imported(coda_file([gift()]), book=False)
    summary = file.summary

    again = importing.read_file(file=file)

    assert (again.state, again.summary) == ("looked_at", summary)


# Columns of unknown banks


def unknown_csv() -> tuple[bytes, str]:
    content = b"Day,What,Sum\n2026-03-03,a gift,10.00\n2026-03-04,another,5.00\n"
    return content, bank_csv.columns(BytesIO(content)).signature


def mapping_of(signature: str) -> bank_csv.Mapping:
    return bank_csv.Mapping(
        signature,
        booked_on=0,
        amount=2,
        free_text=(1,),
        delimiter=",",
        decimal=".",
        date_order="ymd",
    )


def test_columns_are_asked_for_once_and_remembered():
    BankAccount.objects.update(is_demo=True)  # those of the first content
    account = our_account()
    content, signature = unknown_csv()
    file = imported(content)
    assert file.state == "unmapped"

    statement_files.map_columns(file=file, account=account, mapping=mapping_of(signature), by=None)
    file = importing.read_file(file=file)
    assert file.state == "booked"
    assert amounts() == [10, 5]

    more = imported(content + b"2026-03-05,third,1.00\n")
    assert more.state == "booked"
    assert amounts() == [10, 5, 1]
    assert {entry.account for entry in BankEntry.objects.all()} == {account}


def test_table_that_names_no_account_is_not_booked_by_a_guess():
    first, second = our_account(), our_account(label="Other", iban=OTHER_PAYER)
    content, signature = unknown_csv()
    mapping = mapping_of(signature)
    statement_files.map_columns(file=imported(content), account=first, mapping=mapping, by=None)
    importing.read_file(file=StatementFile.objects.get())
    assert BankEntry.objects.filter(account=first).count() == 2

    file = imported(content + b"2026-03-05,third,1.00\n")
    assert file.state == "doubtful"
    assert file.summary["doubts"][0]["values"] == {"found": "Gifts"}

    statement_files.map_columns(file=file, account=second, mapping=mapping, by=None)
    assert importing.read_file(file=file).state == "booked"
    assert BankEntry.objects.filter(account=second).count() == 3
    # From now on, either may be meant.
    assert imported(content + b"2026-03-06,fourth,1.00\n").state == "unmapped"


def test_only_an_unmapped_file_takes_columns():
    account = our_account()
    file = imported(coda_file([gift()]))

    with pytest.raises(DonationError, match="columns"):
        statement_files.map_columns(
            file=imported(b"<html></html>"), account=account, mapping=mapping_of("x"), by=None
        )

    account.refresh_from_db()
    assert account.csv_mappings == {}
    assert file.state == "booked"


# Bytes that nobody booked


def test_bytes_of_unbooked_files_are_dropped_after_a_month():
    our_account()
    old = imported(coda_file([gift()]), book=False)
    StatementFile.objects.update(uploaded_at=timezone.now() - timedelta(days=31))
    recent = imported(coda_file([gift("7")]), book=False)

    assert retention.apply_retention().counts["statement-files"] == 1

    assert set(StatementChunk.objects.values_list("file", flat=True)) == {recent.pk}
    assert not StatementFile.objects.filter(pk=old.pk).exists()
    assert imported(coda_file([gift()])).state == "booked"


def test_task_reads_the_file(run_tasks):
    our_account()
    file = upload(coda_file([gift()]))

    assert "read_statement_file" in run_tasks()

    file.refresh_from_db()
    assert file.state == "booked"
    statement_tasks.read_statement_file(file_id=0)  # a row that is gone
