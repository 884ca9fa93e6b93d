"""Screens of bank statements: who sees them, upload, dry run, doubts, columns, refusals."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import ModelLogEntry

from donations.models import BankEntry, BankStatement, StatementFile
from donations.templatetags.statements import money
from donations.treasury import statement_uploads
from tests.donations.csv_files import ACCOUNT, kbc_csv, row
from tests.donations.statement_files import Movement, coda_file
from tests.factories import make_account, make_appeal, make_pledge, make_staff

pytestmark = pytest.mark.django_db

STATEMENTS = "/admin/treasury/statements/"
State = StatementFile.State


@pytest.fixture
def account():
    return make_account(iban=ACCOUNT, label="Gifts")


@pytest.fixture
def treasurer(client, account):
    user = make_staff("Treasurers", "kassier")
    client.force_login(user)
    return user


def coda(*amounts: str, **facts) -> bytes:
    movements = [Movement(amount, name="Lien Peeters", text="gift") for amount in amounts]
    return coda_file(movements, **facts)


def upload(client, *contents: bytes, button: str = "book", names: tuple[str, ...] = ()):
    names = names or tuple(f"statement-{number}.cod" for number in range(len(contents)))
    files = [
        SimpleUploadedFile(name, content) for name, content in zip(names, contents, strict=True)
    ]
    return client.post(f"{STATEMENTS}upload/", {"files": files, button: ""})


def page(file: StatementFile, step: str = "") -> str:
    return f"{STATEMENTS}{file.pk}/{step}"


def shown(client, address: str = STATEMENTS) -> str:
    return client.get(address).content.decode()


def shown_after(answer, client) -> str:
    assert answer.status_code == 302
    return shown(client, answer["Location"])


def logged(file: StatementFile) -> list[tuple[str, object]]:
    """Return who did what to a file, as the log has it."""
    entries = ModelLogEntry.objects.for_instance(file).order_by("pk").select_related("user")
    return [(entry.action.removeprefix("donations."), entry.user) for entry in entries]


def test_statement_is_booked_and_told(client, treasurer, run_tasks):
    answer = upload(client, coda("25.00", "-3.50", opening="100"))
    file = StatementFile.objects.get()
    assert answer["Location"] == page(file)
    waiting = shown(client, page(file))
    assert "data-at-work" in waiting and "The file waits for its turn." in waiting
    assert '<progress max="100" value="0">' in waiting
    assert BankEntry.objects.count() == 0

    run_tasks()

    html = shown(client, page(file))
    assert "data-at-work" not in html and "CODA" in html
    assert "Gifts" in html and "2 March 2026" not in html and "3 March 2026" in html
    for amount in ("100.00", "21.50", "121.50"):
        assert money(Decimal(amount)) in html
    assert "left for a person to match" in html
    assert sorted(entry.amount for entry in BankEntry.objects.all()) == [Decimal("-3.5"), 25]
    listed = shown(client)
    assert file.name in listed and "kassier" in listed and money(Decimal("121.50")) in listed


def test_looking_first_books_nothing_until_told(client, treasurer, run_tasks):
    upload(client, coda("25.00"), button="look")
    run_tasks()
    file = StatementFile.objects.get()
    html = shown(client, page(file))
    assert "Nothing is booked yet" in html and money(Decimal(25)) in html
    assert (file.state, BankEntry.objects.count()) == (State.LOOKED_AT, 0)

    client.post(page(file, "book/"))
    run_tasks()

    file.refresh_from_db()
    assert (file.state, BankEntry.objects.count()) == (State.BOOKED, 1)
    assert "Nothing is booked yet" not in shown(client, page(file))
    client.post(page(file, "book/"))
    assert logged(file) == [("upload_statement", treasurer), ("book_statement", treasurer)]


def test_matching_is_told_by_rule(client, treasurer, account, run_tasks):
    pledge = make_pledge(appeal=make_appeal(account=account), reference_number=909_337_554)
    structured = "".join(filter(str.isdigit, pledge.communication))
    paid = Movement(pledge.amount_eur, structured=structured)

    upload(client, coda_file([paid, Movement("7.00", text="?")]))
    run_tasks()

    html = shown(client, page(StatementFile.objects.get()))
    assert "matched by: structured communication" in html
    assert "no communication of ours" in html


def test_several_files_go_in_at_once(client, treasurer, run_tasks):
    second = coda("7.00", number=2, opening="5")

    answer = upload(client, coda("5.00"), second)
    run_tasks()

    assert answer["Location"] == STATEMENTS
    assert BankStatement.objects.count() == 2


def test_more_files_than_allowed_are_refused(client, treasurer):
    files = [coda(f"{number}.00") for number in range(1, 7)]

    html = shown_after(upload(client, *files), client)

    assert "Upload at most 5 files at once." in html
    assert StatementFile.objects.count() == 0


def test_nothing_chosen_is_told(client, treasurer):
    html = client.post(f"{STATEMENTS}upload/", {"book": ""}).content.decode()

    assert "Choose at least one file." in html


def test_files_too_large_together_are_told(client, treasurer, monkeypatch):
    monkeypatch.setattr("donations.treasury.statements.MAX_READ_BYTES", 100)

    html = upload(client, coda("5.00")).content.decode()

    assert "These files are too large together." in html
    assert StatementFile.objects.count() == 0


def test_uploads_have_no_name_on_the_disk_and_no_more_than_allowed(monkeypatch):
    monkeypatch.setattr(statement_uploads.UnnamedUploadHandler, "most_bytes", 10)
    handler = statement_uploads.UnnamedUploadHandler()
    handler.new_file("files", "a.cod", "text/plain", None)
    handler.receive_data_chunk(b"0123456789", 0)
    handler.receive_data_chunk(b"0123456789", 10)

    kept = handler.file_complete(20)

    assert (kept.size, kept.read(), hasattr(kept, "temporary_file_path")) == (
        20,
        b"01234567890",
        False,
    )
    kept.close()


def test_same_file_again_says_who_imported_it(client, treasurer, run_tasks):
    upload(client, coda("25.00"))
    run_tasks()

    html = shown_after(upload(client, coda("25.00"), names=("other-name.cod",)), client)
    run_tasks()

    assert "this file was already imported on" in html and "by kassier" in html
    assert (StatementFile.objects.count(), BankEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 no statement", "This is not a bank statement that we can read."),
        (coda("25.00")[:300], "Nothing of this file is booked."),
    ],
    ids=["pdf", "cut off"],
)
def test_what_is_no_statement_is_refused_with_the_reason(
    client, treasurer, run_tasks, content, reason
):
    upload(client, content)
    run_tasks()

    file = StatementFile.objects.get()
    html = shown(client, page(file))
    assert file.state == State.REFUSED and reason in html
    assert "Nothing of this file is booked." in html
    assert BankEntry.objects.count() == 0


def test_file_of_another_account_is_refused_without_telling_the_number(
    client, treasurer, run_tasks
):
    upload(client, coda("25.00", account="BE43068999999501"))
    run_tasks()

    html = shown(client, page(StatementFile.objects.get()))
    assert "an account that is not among ours" in html and "9501" in html
    assert "BE43068999999501" not in html
    assert BankEntry.objects.count() == 0


def test_doubtful_file_asks_before_it_is_booked(client, treasurer, run_tasks):
    upload(client, coda("25.00", opening="100", closing="130"))
    run_tasks()
    file = StatementFile.objects.get()
    html = shown(client, page(file))
    assert "What does not add up" in html and "the closing balance is 130.00" in html
    assert (file.state, BankEntry.objects.count()) == (State.DOUBTFUL, 0)

    refused = client.post(page(file, "accept/")).content.decode()
    run_tasks()
    assert "Tick this once you have compared the file with the bank." in refused
    assert BankEntry.objects.count() == 0

    client.post(page(file, "accept/"), {"is_compared": "on"})
    run_tasks()

    file.refresh_from_db()
    assert (file.state, file.doubts_accepted_by) == (State.BOOKED, treasurer)
    assert BankEntry.objects.count() == 1
    html = shown(client, page(file))
    assert "Booked all the same, on the word of kassier." in html
    assert "Book it all the same" not in html
    assert logged(file) == [("upload_statement", treasurer), ("accept_statement", treasurer)]


def unknown_csv(*rows: tuple[str, str], names: str = "Boekdatum,Som,Wie,Tekst") -> bytes:
    lines = [f'{day},"{amount}",Lien Peeters,gift' for day, amount in rows]
    return "\n".join([names, *lines, ""]).encode()


def columns_of_unknown(account, **changes) -> dict[str, object]:
    chosen = {
        "bank_account": account.pk,
        "booked_on": "0",
        "amount": "1",
        "counterparty_name": "2",
        "free_text": ["3"],
        "date_order": "dmy",
        "decimal": ",",
    }
    return {**chosen, **changes}


def test_columns_of_an_unknown_bank_are_named_once(client, treasurer, account, run_tasks):
    upload(client, unknown_csv(("09/03/2026", "1.250,50"), ("10/03/2026", "-3,59")))
    run_tasks()
    file = StatementFile.objects.get()
    assert file.state == State.UNMAPPED
    assert "Name the columns" in shown(client, page(file))
    asked = shown(client, page(file, "columns/"))
    assert "Lien Peeters" in asked and "Boekdatum (09/03/2026)" in asked
    assert "This is how we read it" not in asked

    tried = client.post(
        page(file, "columns/"), {**columns_of_unknown(account), "show": ""}
    ).content.decode()
    assert "This is how we read it" in tried and money(Decimal("1250.50")) in tried
    assert "Remember it and go on" in tried
    account.refresh_from_db()
    assert account.csv_mappings == {}

    answer = client.post(page(file, "columns/"), {**columns_of_unknown(account), "remember": ""})
    run_tasks()

    assert answer["Location"] == page(file)
    file.refresh_from_db()
    assert file.state == State.BOOKED
    assert sorted(entry.amount for entry in BankEntry.objects.all()) == [
        Decimal("-3.59"),
        Decimal("1250.50"),
    ]


def test_next_file_is_read_by_the_columns_that_are_remembered(
    client, treasurer, account, run_tasks
):
    header = b"Boekdatum;Som;Wie;Tekst;Van\n"
    upload(client, header + f"09/03/2026;1.250,50;Lien;gift;{ACCOUNT}\n".encode())
    run_tasks()
    first = StatementFile.objects.get()
    chosen = {**columns_of_unknown(account), "account": "4"}
    client.post(page(first, "columns/"), {**chosen, "remember": ""})
    run_tasks()

    upload(client, header + f"11/03/2026;5,00;Lien;gift;{ACCOUNT}\n".encode())
    run_tasks()

    assert StatementFile.objects.first().state == State.BOOKED
    assert BankEntry.objects.count() == 2


def test_file_that_names_no_account_may_be_said_to_be_of_another(
    client, treasurer, account, run_tasks
):
    other = make_account(iban="BE43068999999501", label="Other account")
    upload(client, unknown_csv(("09/03/2026", "1.250,50")))
    run_tasks()
    first = StatementFile.objects.get()
    client.post(page(first, "columns/"), {**columns_of_unknown(account), "remember": ""})
    run_tasks()
    upload(client, unknown_csv(("11/03/2026", "5,00")))
    run_tasks()
    second = StatementFile.objects.first()
    assert second.state == State.DOUBTFUL
    assert "It is of another account" in shown(client, page(second))
    assert '<option value="1" selected>Som (5,00)</option>' in shown(
        client, page(second, "columns/")
    )

    client.post(page(second, "columns/"), {**columns_of_unknown(other), "remember": ""})
    run_tasks()

    second.refresh_from_db()
    assert second.state == State.BOOKED
    assert BankEntry.objects.get(account=other).amount == 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"booked_on": ""}, "This field is required."),
        ({"bank_account": ""}, "This field is required."),
        ({"amount": ""}, "Say which column has the amount."),
        ({"booked_on": "2"}, "With these columns no row has a day."),
        ({"amount": "2"}, "With these columns no row has an amount."),
        ({"decimal": "."}, "With these columns no row has an amount."),
        ({"currency": "2"}, "With these columns no row has a currency of three letters."),
        ({"amount": "", "direction": "2", "credit": "1"}, "These columns cannot go together."),
        ({"booked_on": "77"}, "Select a valid choice."),
    ],
    ids=str,
)
def test_columns_that_cannot_be_are_not_remembered(
    client, treasurer, account, run_tasks, changes, sentence
):
    upload(client, unknown_csv(("09/03/2026", "50,25")))
    run_tasks()
    file = StatementFile.objects.get()

    html = client.post(
        page(file, "columns/"), {**columns_of_unknown(account, **changes), "remember": ""}
    ).content.decode()

    assert sentence in html
    account.refresh_from_db()
    file.refresh_from_db()
    assert (account.csv_mappings, file.state) == ({}, State.UNMAPPED)


def test_columns_are_asked_for_only_where_they_are_missing(client, treasurer, run_tasks):
    upload(client, kbc_csv(row("5,00")))
    run_tasks()
    file = StatementFile.objects.get()
    assert file.state == State.BOOKED

    html = shown_after(client.get(page(file, "columns/")), client)

    assert "The columns of this file are known, or it is no CSV file." in html


def test_progress_is_told_while_the_file_is_read(client, treasurer):
    upload(client, coda("25.00"))
    StatementFile.objects.update(state=State.READING, bytes_read=300, size=1000, entries_read=7)
    file = StatementFile.objects.get()

    html = client.get(page(file, "progress/")).content.decode()

    assert "7 payments read" in html and '<progress max="100" value="30">' in html
    assert "The file is being read." in html and "<html" not in html
    assert f'href="{page(file)}"' in html  # without scripts: look again


def test_reading_that_stopped_is_told(client, treasurer):
    upload(client, coda("25.00"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")

    html = shown(client, page(StatementFile.objects.get()))

    assert "has stopped" in html and "data-at-work" not in html


@pytest.mark.parametrize("group", ["Moderators", "Editors"])
def test_others_see_and_change_nothing(client, treasurer, run_tasks, group):
    upload(client, coda("25.00"), button="look")
    run_tasks()
    file = StatementFile.objects.get()
    client.force_login(make_staff(group))

    for step in ("", "progress/", "columns/"):
        assert client.get(page(file, step)).status_code == 302
    assert client.get(STATEMENTS).status_code == 302
    assert client.post(page(file, "book/")).status_code == 302
    assert client.post(page(file, "accept/"), {"is_compared": "on"}).status_code == 302
    upload(client, coda("7.00"))
    run_tasks()

    assert (StatementFile.objects.count(), BankEntry.objects.count()) == (1, 0)


def test_upload_without_a_token_is_refused(treasurer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(treasurer)

    assert upload(strict, coda("25.00")).status_code == 403
    assert StatementFile.objects.count() == 0


def test_list_costs_the_same_for_one_statement_and_for_more(client, treasurer, run_tasks):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(STATEMENTS)
        return len(captured)

    upload(client, coda("1.00"))
    run_tasks()
    queries()
    with_one = queries()
    for number in (2, 3):
        upload(client, coda("1.00", number=number, opening=str(number - 1)))
        run_tasks()

    assert BankStatement.objects.count() == 3
    assert queries() == with_one


def test_long_lists_have_pages_of_their_own(client, treasurer, account):
    files = [
        StatementFile(sha256=f"{number:064}", name=f"file-{number}", size=1) for number in range(21)
    ]
    StatementFile.objects.bulk_create(files)

    first, second = shown(client), shown(client, f"{STATEMENTS}?f=2&p=1")

    assert "file-20<" in first and "file-0<" not in first
    assert "file-20<" not in second and "file-0<" in second
    assert "?f=2&amp;p=1" in first and "?f=1&amp;p=1" in second


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "-1,250.50\N{NO-BREAK SPACE}EUR"),
        ("fr", "-1\N{NARROW NO-BREAK SPACE}250,50\N{NO-BREAK SPACE}EUR"),
        ("nl", "-1.250,50\N{NO-BREAK SPACE}EUR"),
    ],
)
def test_amounts_are_written_as_the_reader_writes_them(language, text):
    with translation.override(language):
        assert money(Decimal("-1250.500")) == money("-1250.5") == text
        assert money(None) == money("") == ""


def test_amounts_have_the_decimals_of_their_currency():
    assert money("1200.000", "JPY") == "1,200\N{NO-BREAK SPACE}JPY"
    assert money("1.005") == "1.005\N{NO-BREAK SPACE}EUR"
