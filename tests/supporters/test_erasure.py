"""A person is erased: everywhere at once, without a mail, for good even after a restore."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import Appeal, Pledge
from events.models import Event, SignUp
from events.services import sign_up
from solidarity.models import Photo
from supporters import erasure_ledger, retention
from supporters.erasure import erase_supporter, replay_erasures
from supporters.holdings import Holdings, _holdings
from supporters.models import (
    Consent,
    DataRequest,
    ErasureRecord,
    NewsletterSubscription,
    OneTimeLink,
    Supporter,
)
from supporters.services import find_supporter
from tests.factories import make_event, make_pledge, make_supporter
from tests.solidarity.sending import send_photo, stored_files
from tests.supporters.somebody import ADDRESS, database_text, did_everything, rows_of

pytestmark = pytest.mark.django_db


def ledger_lines(settings) -> list[str]:
    path = settings.ERASURE_LEDGER
    return path.read_text().splitlines() if path.exists() else []


def test_everything_goes_at_once(django_capture_on_commit_callbacks):
    supporter = did_everything()
    photo = Photo.objects.get()
    assert stored_files() != []

    with django_capture_on_commit_callbacks(execute=True):
        result = erase_supporter(supporter)

    assert find_supporter(ADDRESS) is None
    photo.refresh_from_db()
    assert (photo.status, photo.message, photo.supporter) == ("withdrawn", "", None)
    assert stored_files() == []
    assert SignUp.objects.count() == 0
    assert Event.objects.get(slug="event-1").places_taken == 0
    pledge = Pledge.objects.get()
    assert (pledge.status, pledge.name, pledge.supporter) == ("cancelled", "", None)
    assert pledge.amount_eur and pledge.reference_number
    assert NewsletterSubscription.objects.count() == OneTimeLink.objects.count() == 0
    assert len(result.erased) == 5
    assert [str(kept.until.year) for kept in result.kept] == [
        str(timezone.localdate().year + 7),
        str((timezone.localdate() + timedelta(days=400)).year),
        str((timezone.localdate() + timedelta(days=365)).year),
    ]


def test_nobody_else_loses_anything():
    erased, other = did_everything(), did_everything("other@example.org", number=2)
    before = rows_of(other)

    erase_supporter(erased)

    assert rows_of(other) == before > 0
    assert Consent.objects.in_force().filter(supporter=other).count() == 5
    assert Event.objects.get(slug="event-2").places_taken == 2
    assert Photo.objects.public().count() == 1


def test_database_no_longer_holds_what_was_there():
    supporter = did_everything()
    planted = ["You are not alone", supporter.email_hash, str(supporter.public_id), "digest"]
    before = database_text()
    assert [text for text in planted if text not in before] == []

    erase_supporter(supporter)

    after = [line for line in database_text().splitlines() if "erasurerecord" not in line]
    assert [text for text in planted if any(text in line for line in after)] == []


def test_consents_stay_as_proof_for_who_knows_the_address():
    supporter = did_everything()
    address_hash = supporter.email_hash

    erase_supporter(supporter)

    record = ErasureRecord.objects.get(address_hash=address_hash)
    consents = Consent.objects.filter(erasure=record)
    assert consents.count() == Consent.objects.count() == 5
    assert not Consent.objects.in_force().exists()
    assert all(consent.text.text and consent.supporter is None for consent in consents)
    with time_machine.travel(timezone.now() + timedelta(days=401)):
        retention.apply_retention()
        retention.apply_retention()
    assert Consent.objects.count() == ErasureRecord.objects.count() == 0


def test_no_mail_follows(smtp_server, run_tasks):
    supporter = did_everything()
    send_photo(email=ADDRESS)
    assert ProcrastinateJob.objects.filter(status="todo").count() >= 4

    erase_supporter(supporter)
    run_tasks()

    assert smtp_server.envelopes == []


def test_event_that_has_begun_keeps_its_count(settings):
    event = make_event(capacity=10)
    supporter = make_supporter()
    Event.objects.filter(pk=event.pk).update(
        places_taken=2, starts_at=timezone.now() - timedelta(hours=1), day=timezone.localdate()
    )
    SignUp.objects.create(event=event, supporter=supporter, name="Sam", party_size=2)

    erase_supporter(supporter)

    assert SignUp.objects.count() == 0
    assert Event.objects.get(pk=event.pk).places_taken == 2


def test_erasing_again_finds_nobody(settings):
    supporter = did_everything()

    assert erase_supporter(supporter) is not None
    assert erase_supporter(supporter) is None

    assert ErasureRecord.objects.count() == DataRequest.objects.count() == 1
    assert len(ledger_lines(settings)) == 1


def test_who_acts_again_is_a_new_person():
    erased = did_everything()
    erase_supporter(erased)

    send_photo(email=ADDRESS)

    new = find_supporter(ADDRESS)
    assert new.public_id != erased.public_id
    assert Consent.objects.filter(supporter=new).count() == 2
    assert rows_of(new) == 1


def test_open_requests_are_closed_and_their_notes_forgotten():
    supporter = make_supporter()
    DataRequest.objects.create(kind="other", supporter=supporter, note="Sam, Rue Longue 5")

    erase_supporter(supporter)

    old, erasure = DataRequest.objects.order_by("pk")
    assert (old.supporter, old.note) == (None, "")
    assert old.done_on == erasure.done_on == timezone.localdate()
    assert (erasure.kind, erasure.source, erasure.supporter) == ("erasure", "site", None)


def test_erasure_that_cannot_be_written_down_erases_nothing(settings, tmp_path):
    supporter = did_everything()
    before = rows_of(supporter)
    (tmp_path / "file").touch()
    settings.ERASURE_LEDGER = tmp_path / "file" / "erasures.txt"

    with pytest.raises(OSError, match="erasures|file"):
        erase_supporter(supporter)

    assert find_supporter(ADDRESS) == supporter
    assert rows_of(supporter) == before
    assert ErasureRecord.objects.count() == 0


def test_app_that_forgets_a_row_makes_the_erasure_fail(monkeypatch):
    supporter = did_everything()
    pledges = _holdings["pledges"]
    sloppy = Holdings(pledges.describe, pledges.export, _holdings["photos"].erase)
    monkeypatch.setitem(_holdings, "pledges", sloppy)

    with pytest.raises(Exception, match="protected|referenced"):
        erase_supporter(supporter)

    assert find_supporter(ADDRESS) == supporter


def restore(supporter: Supporter, hour) -> Supporter:
    """Put the rows of a backup back: the person, as they were, with a pledge."""
    back = Supporter.objects.create(
        public_id=supporter.public_id,
        email=ADDRESS,
        email_hash=supporter.email_hash,
        language="en",
        created_hour=hour,
    )
    make_pledge(supporter=back, appeal=Appeal.objects.get(slug="appeal-1"))
    return back


def test_restored_backup_is_erased_again(settings):
    supporter = did_everything()
    email_hash, came = supporter.email_hash, supporter.created_hour
    erase_supporter(supporter)
    lines = ledger_lines(settings)
    Consent.objects.update(erasure=None)
    ErasureRecord.objects.all().delete()
    Pledge.objects.all().delete()
    restore(supporter, came)
    out = StringIO()

    call_command("replay_erasures", stdout=out)

    assert out.getvalue() == "Erased again: 1\n"
    assert not Supporter.objects.filter(email_hash=email_hash).exists()
    assert Pledge.objects.get().name == ""
    assert ErasureRecord.objects.get().address_hash == email_hash
    assert ledger_lines(settings) == lines
    assert replay_erasures() == 0


def test_who_came_after_the_erasure_is_left_alone():
    supporter = did_everything()
    erase_supporter(supporter)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        sign_up(
            event=make_event(),
            name="Sam",
            email=ADDRESS,
            party_size=1,
            language="en",
            form_key=uuid.uuid4(),
            form_digest="x",
        )

    assert replay_erasures() == 0
    assert find_supporter(ADDRESS) is not None


def test_ledger_names_nobody_and_survives_a_torn_line(settings):
    supporter = did_everything()
    erase_supporter(supporter)
    text = settings.ERASURE_LEDGER.read_text()
    assert ADDRESS not in text and "Sam" not in text
    assert settings.ERASURE_LEDGER.stat().st_mode & 0o777 == 0o600

    with settings.ERASURE_LEDGER.open("a") as file:
        file.write("0a1b2c")  # power was lost here
    other = make_supporter("other@example.org")
    erase_supporter(other)

    hashes = [address_hash for address_hash, _hour in erasure_ledger.entries()]
    assert hashes == [supporter.email_hash, other.email_hash]


def test_ledger_forgets_one_entry():
    first, second = make_supporter(), make_supporter("other@example.org")
    for supporter in (first, second):
        erase_supporter(supporter)
    (old, hour), new = erasure_ledger.entries()

    erasure_ledger.forget(old, hour)
    erasure_ledger.forget(old, hour)

    assert erasure_ledger.entries() == [new]


def test_ledger_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(CommandError):
        call_command("replay_erasures", str(tmp_path / "none"))
