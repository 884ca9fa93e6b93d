"""A bank account changes when two people agree, and everybody reads it the same way."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from wagtail.models import ModelLogEntry

from donations.account_warnings import (
    NOT_OURS,
    NOT_THE_PAYEE,
    account_numbers,
    pages_to_check,
    promises_told_otherwise,
)
from donations.models import AccountChange, BankAccount, Pledge
from donations.services import (
    DonationError,
    approve_change,
    describe_account,
    propose_change,
    refuse_change,
    withdraw_change,
)
from donations.services.accounts import current_values, masked
from tests.factories import in_days, make_account, make_appeal, make_pledge, notatarget

State = AccountChange.State
VALUES = {
    "iban": "BE68 5390 0754 7034",
    "bic": "gkcc be bb",
    "payee_name": "Viva Salud asbl",
    "reference_line": "text",
    "used_from": in_days(0),
    "used_until": None,
}


def make_person(name: str):
    return get_user_model().objects.create_user(name, f"{name}@example.org", "x" * 20)


@pytest.fixture
def ada(db):
    return make_person("ada")


@pytest.fixture
def bob(db):
    return make_person("bob")


def proposed(by, account: BankAccount | None = None, **changes) -> AccountChange:
    values = {**VALUES, **changes}
    return propose_change(
        account=account, values=values, label="New", purpose="Gifts", reason="Letter", by=by
    )


def test_new_account_takes_gifts_when_a_second_person_has_approved(ada, bob):
    change = proposed(ada)
    assert not change.account.is_in_use
    assert not make_appeal(account=change.account).is_open

    approve_change(change=change, by=bob)

    account = BankAccount.objects.get(label="New")
    assert account.is_in_use
    assert (account.iban, account.bic) == ("BE68539007547034", "GKCCBEBB")
    assert (account.payee_name, account.purpose) == ("Viva Salud asbl", "Gifts")
    change.refresh_from_db()
    assert (change.state, change.proposed_by, change.decided_by) == (State.APPROVED, ada, bob)
    assert change.values_before is None


def test_proposal_alone_changes_nothing(ada):
    account = make_account()

    proposed(ada, account)

    account.refresh_from_db()
    assert (account.iban, account.payee_name) == ("BE71096123456769", "Viva Test")
    assert account.is_in_use


def test_approved_change_keeps_what_was_before(ada, bob):
    account = make_account()
    before = current_values(account)

    change = approve_change(change=proposed(ada, account), by=bob)

    account.refresh_from_db()
    assert current_values(account) == change.values
    assert change.values_before == before
    assert account.label == "Test account"


def test_nobody_approves_a_change_of_their_own(ada):
    account = make_account()
    change = proposed(ada, account)

    with pytest.raises(DonationError, match="yourself"):
        approve_change(change=change, by=ada)
    with (
        pytest.raises(IntegrityError, match="account_change_takes_two_people"),
        transaction.atomic(),
    ):
        AccountChange.objects.filter(pk=change.pk).update(state=State.APPROVED, decided_by=ada)

    account.refresh_from_db()
    assert account.iban == "BE71096123456769"
    assert AccountChange.objects.get(pk=change.pk).state == State.PROPOSED


def test_change_of_somebody_who_is_gone_is_not_approved(ada, bob):
    change = proposed(ada, make_account())
    ada.delete()

    with pytest.raises(DonationError, match="gone"):
        approve_change(change=change, by=bob)
    refuse_change(change=change, by=bob)

    assert AccountChange.objects.get(pk=change.pk).state == State.REFUSED


def test_one_change_of_an_account_waits_at_a_time(ada, bob):
    account = make_account()
    first = proposed(ada, account)

    with pytest.raises(DonationError, match="waits for a second person already"):
        proposed(bob, account, payee_name="Other")
    withdraw_change(change=first, by=ada)
    second = proposed(bob, account, payee_name="Other")

    assert second.state == State.PROPOSED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"iban": "BE68539007547035"}, "not a valid IBAN"),
        ({"iban": ""}, "blank"),
        ({"payee_name": ""}, "blank"),
        ({"payee_name": "a" * 71}, "70"),
        ({"payee_name": "Viva\nSalud"}, "payment code"),
        ({"bic": "GKCC"}, "not a BIC"),
        ({"reference_line": "both"}, "not a valid choice"),
        ({"used_from": in_days(3), "used_until": in_days(1)}, "cannot come before"),
        ({"iban": "BE71096123456769"}, "has this account number already"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(ada, changes, words):
    make_account()

    with pytest.raises(DonationError, match=words):
        proposed(ada, **changes)

    assert not BankAccount.objects.filter(label="New").exists()
    assert not AccountChange.objects.exists()


def test_reason_is_asked_for(ada):
    with pytest.raises(DonationError, match="Say why"):
        propose_change(account=None, values=VALUES, label="New", reason="  ", by=ada)

    assert not BankAccount.objects.filter(label="New").exists()


def test_proposing_what_already_is_changes_nothing(ada):
    account = make_account()

    with pytest.raises(DonationError, match="nothing would change"):
        propose_change(account=account, values=current_values(account), reason="None", by=ada)

    assert not AccountChange.objects.exists()


def test_number_that_another_account_has_got_meanwhile_is_not_approved(ada, bob):
    change = proposed(ada, make_account())
    make_account(label="Quicker", iban="BE68539007547034")

    with pytest.raises(DonationError, match="Quicker"):
        approve_change(change=change, by=bob)

    assert AccountChange.objects.get(pk=change.pk).state == State.PROPOSED


def test_deciding_again_changes_nothing_and_deciding_otherwise_is_refused(ada, bob):
    change = proposed(ada, make_account())
    approve_change(change=change, by=bob)
    decided_at = AccountChange.objects.get(pk=change.pk).decided_at

    approve_change(change=change, by=bob)
    for decide, person in ((refuse_change, bob), (withdraw_change, ada)):
        with pytest.raises(DonationError, match="meanwhile"):
            decide(change=change, by=person)

    change.refresh_from_db()
    assert (change.state, change.decided_at) == (State.APPROVED, decided_at)


def test_only_the_proposer_withdraws(ada, bob):
    change = proposed(ada, make_account())

    with pytest.raises(DonationError, match="Somebody else"):
        withdraw_change(change=change, by=bob)
    withdraw_change(change=change, by=ada)

    assert AccountChange.objects.get(pk=change.pk).state == State.WITHDRAWN


def test_log_names_people_and_masks_numbers(ada, bob):
    approve_change(change=proposed(ada, make_account()), by=bob)

    entries = ModelLogEntry.objects.filter(action__startswith="donations.").order_by("pk")

    assert [(entry.action, entry.user) for entry in entries] == [
        ("donations.propose_account", ada),
        ("donations.approve_account", bob),
    ]
    for entry in entries:
        assert entry.data["iban"] == "BE68 … 7034"
        assert entry.data["iban_before"] == "BE71 … 6769"
        assert entry.data["fields"] == ["bic", "iban", "payee_name", "used_from"]
        assert "5390" not in str(entry.data)


def test_masked_number_is_recognised_and_no_more():
    assert masked("BE17 5230 8138 7321") == "BE17 … 7321"
    assert masked("") == ""


def test_label_and_purpose_take_one_person(ada):
    account = make_account()
    make_account(label="Taken", iban="BE68539007547034")

    describe_account(account=account, label="Main", purpose="Campaigns", by=ada)
    with pytest.raises(DonationError, match="already exists"):
        describe_account(account=account, label="Taken", purpose="", by=ada)

    account.refresh_from_db()
    assert (account.label, account.purpose, account.iban) == (
        "Main",
        "Campaigns",
        "BE71096123456769",
    )
    assert account.is_in_use


def refuse_while_approved(change: AccountChange, approver, refuser) -> str:
    """Let somebody refuse while an approval is not committed yet; return what they were told."""
    told = []

    def refuse() -> None:
        try:
            refuse_change(change=change, by=refuser)
            told.append("")
        except DonationError as error:
            told.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=refuse)
    with transaction.atomic():
        approve_change(change=change, by=approver)
        thread.start()
        thread.join(timeout=0.5)
    thread.join()
    return told[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_of_two_who_decide_at_once_one_is_told_so(is_locked, monkeypatch):
    ada, bob, cas = (make_person(name) for name in ("ada", "bob", "cas"))
    account = make_account()
    change = proposed(ada, account)
    if not is_locked:
        # The same without locks, to see that this test would notice.
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)

    told = refuse_while_approved(change, bob, cas)

    account.refresh_from_db()
    change.refresh_from_db()
    assert account.iban == "BE68539007547034"
    assert ("meanwhile" in told) is is_locked
    assert (change.state == State.APPROVED) is is_locked


# What people read elsewhere


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Give to BE17 5230 8138 7321 (Viva Salud).", ["BE17523081387321"]),
        ("BE17\u00a05230\u202f8138 7321 BIC TRIOBEBB", ["BE17523081387321"]),
        ("BE17-5230-8138-7321.", ["BE17523081387321"]),
        ("BE18 5230 8138 7321", ["BE18523081387321"]),
        ("NL91ABNA0417164300 VIVA", ["NL91ABNA0417164300"]),
        ("NL92ABNA0417164300", []),
        ("VAT BE0471404988, room AB12", []),
    ],
)
def test_account_numbers_are_found_in_words(text, numbers):
    assert list(account_numbers(text)) == numbers


def write_on_page(text: str, language: str = "en") -> None:
    page = notatarget(language)
    page.lead = text
    page.save_revision().publish()


def warnings_of(language: str = "en") -> list[tuple[str, str]]:
    page = notatarget(language)
    return [(found.kind, found.iban) for found in pages_to_check() if found.page_id == page.pk]


def test_pages_with_another_account_are_found_as_soon_as_they_are_live(db):
    assert pages_to_check() == []

    write_on_page("Give to BE68 5390 0754 7034")
    assert warnings_of() == [(NOT_OURS, "BE68539007547034")]

    write_on_page("Give to BE17 5230 8138 7321, Viva Salud")
    assert warnings_of() == []


def test_blocks_of_pages_are_read_too(db):
    page = notatarget("fr")
    text = {"heading": "Don", "text": "<p>Compte : <b>BE68 5390</b> 0754 7034</p>"}
    body = page.body.stream_block.to_python(
        [*page.body.get_prep_value(), {"type": "section", "value": text}]
    )
    page.body = body
    page.save_revision().publish()

    assert warnings_of("fr") == [(NOT_OURS, "BE68539007547034")]


def test_payee_must_stand_there_letter_by_letter(db):
    account = make_account(iban="BE68539007547034", payee_name="Viva Test")
    write_on_page("Give to BE68 5390 0754 7034, VIVA TEST")
    assert warnings_of() == [(NOT_THE_PAYEE, account.iban)]

    BankAccount.objects.filter(pk=account.pk).update(payee_name="VIVA TEST")
    assert warnings_of() == []

    BankAccount.objects.filter(pk=account.pk).update(used_until=in_days(-1))
    assert warnings_of() == [(NOT_OURS, account.iban)]


def test_awaited_promises_that_were_told_otherwise_are_counted(db):
    account, old = make_account(), make_account(label="Old", iban="BE68539007547034")
    appeal = make_appeal(account=account)
    same = {"shown_iban": account.iban, "shown_payee_name": account.payee_name}
    for fields in (
        same,
        {},
        {**same, "shown_iban": old.iban},
        {**same, "shown_payee_name": "Viva"},
        {**same, "shown_payee_name": "Viva", "status": Pledge.Status.PAID},
    ):
        make_pledge(appeal=appeal, account=account, **fields)
    make_pledge(appeal=appeal, account=old)
    assert promises_told_otherwise() == {account.pk: 2}

    BankAccount.objects.filter(pk=old.pk).update(used_until=in_days(-1))

    assert promises_told_otherwise() == {account.pk: 2, old.pk: 1}
