"""Every field is classified, the document is up to date, and the drill lists all there is."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from supporters import register
from supporters.register import Entry, PersonalField
from supporters.services import make_one_time_link
from tests.events.test_holdings import everything
from tests.events.test_services import take
from tests.factories import make_event, make_photo_call, make_pledge, make_staff
from tests.solidarity.sending import send_photo

pytestmark = pytest.mark.django_db

APPS = (
    "campaign_site",
    "staff",
    "serving",
    "watching",
    "supporters",
    "solidarity",
    "events",
    "donations",
    "pages",
    "newsroom",
)
DOCUMENT = Path(__file__).parents[2] / "docs" / "register.md"


def test_every_field_is_in_the_register_or_named_impersonal():
    assert register.unclassified(APPS) == []
    assert register.mistaken() == []


@pytest.fixture
def entries(monkeypatch):
    """The register's entries, to change in a test."""
    changed = dict(register._entries)
    monkeypatch.setattr(register, "_entries", changed)
    return changed


def test_new_field_and_new_model_are_noticed(entries):
    entry = entries.pop("events.signup")
    assert "events.signup.name" in register.unclassified(APPS)

    entries["events.signup"] = Entry(
        "events.signup",
        personal=tuple(field for field in entry.personal if field.name != "name"),
        impersonal=entry.impersonal,
        kept=entry.kept,
    )
    assert register.unclassified(APPS) == ["events.signup.name"]


def test_entries_about_nothing_are_noticed(entries):
    register.add(
        Entry(
            "events.signup",
            personal=(PersonalField("shoe_size", "no reason", ("events.view_shoes",)),),
            kept=("shoes",),
        ),
        Entry("donations.pledge", personal=(PersonalField("name", "for ever"),)),
    )

    assert register.mistaken() == [
        "events.signup.shoe_size",
        "shoes",
        "events.view_shoes",
        "donations.pledge: kept for ever",
    ]


def test_encrypted_fields_and_links_to_people_are_personal():
    """What the code itself calls secret cannot be declared impersonal."""
    from campaign_site.encryption import EncryptedTextField
    from supporters.models import Supporter

    for entry in register._entries.values():
        for field in register.fields_of(entry.model):
            is_secret = isinstance(field, EncryptedTextField) or (
                isinstance(field, models.ForeignKey) and field.related_model is Supporter
            )
            assert not (is_secret and field.name in entry.impersonal), f"{entry.label} {field}"


def test_document_is_up_to_date():
    """To renew it: python manage.py register > docs/register.md"""
    out = StringIO()

    call_command("register", stdout=out)

    assert DOCUMENT.read_text() == out.getvalue()


def test_document_tells_who_sees_what_and_how_long():
    text = register.as_markdown()

    sign_up = text[text.index("## events.signup") :].split("\n## ")[0]
    assert "30 days after the event" in sign_up
    assert (
        "| `name` | to greet them, also by door pass; encrypted | Administrators, Event hosts |"
        in sign_up
    )
    assert "Editors" not in sign_up and "Moderators" not in sign_up
    needs = text[text.index("## events.needs") :].split("\n## ")[0]
    assert "Kept: 7 days after the event" in needs
    assert needs.count("| Administrators, Event hosts |") == needs.count("| `") == 3
    pledge = text[text.index("## donations.pledge") :].split("\n## ")[0]
    assert "Editors" not in pledge and "Moderators" not in pledge
    assert "Administrators, Treasurers" in pledge


def drill(address: str) -> str:
    out = StringIO()
    call_command("subpoena_drill", address, stdout=out)
    return out.getvalue()


@pytest.fixture
def one_of_each():
    make_photo_call()
    make_event()
    photo = send_photo(email="sam@example.org")
    take(make_event(slug="other"), email="SAM@example.org", name="Sam Sorel")
    pledge = make_pledge(name="Sam Sorel")
    make_one_time_link(supporter=pledge.supporter, purpose="my-solidarity")
    send_photo(email="noor@example.org", display_name="Noor")
    return photo


def test_drill_lists_every_field_of_every_row_about_an_address(one_of_each):
    text = drill("Sam@Example.org")

    listed: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("  "):
            listed[label].append(line.strip().partition(":")[0])  # noqa: F821
        else:
            label = line.split()[0]
            listed[label] = []
    assert listed == {
        "donations.pledge": [
            "id",
            "public_id",
            "supporter",
            "language",
            "form_key",
            "form_digest",
            "link_version",
            "created_hour",
            "source",
            "appeal",
            "account",
            "shown_iban",
            "shown_payee_name",
            "status",
            "ended",
            "frequency",
            "reference_number",
            "amount_eur",
            "received_eur",
            "name",
            "earmark",
            "reward",
            "holds_reward",
            "expires_on",
            "instructions_sent_at",
            "wants_reminders",
            "reminder_count",
            "reminded_at",
        ],
        "events.signup": [
            "id",
            "public_id",
            "supporter",
            "language",
            "form_key",
            "form_digest",
            "link_version",
            "created_hour",
            "source",
            "event",
            "status",
            "name",
            "party_size",
            "queue_number",
            "offered_at",
            "offer_until",
            "shared_with",
            "confirmed_coming",
            "gave_feedback",
            "cancelled_at",
            "confirmation_sent_at",
            "offer_sent_at",
            "cancellation_sent_at",
        ],
        "solidarity.photo": [
            "id",
            "public_id",
            "supporter",
            "language",
            "form_key",
            "form_digest",
            "link_version",
            "created_hour",
            "source",
            "file_name",
            "width",
            "height",
            "placeholder",
            "fingerprint",
            "call",
            "status",
            "reason",
            "message",
            "message_language",
            "partner",
            "country",
            "display_name",
            "alt_text",
            "people",
            "needs_cover",
            "show_from",
            "frame",
            "edits",
            "pixels_hash",
            "has_avif",
            "has_originals",
            "wall_key",
            "on_wall",
            "is_hidden",
            "looked_at_by",
            "looked_at",
            "decided_by",
            "decided_at",
            "confirmation_sent_at",
            "decision_sent_at",
            "erased_hour",
            "withdrawal_code_hash",
            "mailed_on",
            "entered_by",
            "confirmed_hour",
        ],
        "supporters.consent": [
            "id",
            "supporter",
            "erasure",
            "subject_type",
            "subject_id",
            "text",
            "wording",
            "purpose",
            "source",
            "proof",
            "given_hour",
            "withdrawn_hour",
            "ended_hour",
        ],
        "supporters.onetimelink": [
            "id",
            "token_hash",
            "purpose",
            "supporter",
            "expires_at",
            "used_at",
        ],
        "supporters.supporter": [
            "id",
            "public_id",
            "email",
            "email_hash",
            "language",
            "created_hour",
        ],
    }
    assert "email: sam@example.org" in text
    assert f"message: {one_of_each.message}" in text
    assert "Noor" not in text and "noor@" not in text


def test_drill_finds_what_hangs_on_a_sign_up():
    row = everything()

    text = drill(row.supporter.email)

    labels = [line.split()[0] for line in text.splitlines() if not line.startswith("  ")]
    assert labels == [
        "events.arrival",
        "events.mailingcopy",
        "events.needs",
        "events.signup",
        *["supporters.consent"] * 2,
        "supporters.supporter",
    ]
    assert "line: Step 12 cm at most" in text
    # What somebody said afterwards cannot be found by their address.
    assert "grade" not in text


def test_drill_knows_nothing_of_a_stranger(one_of_each):
    assert drill("stranger@example.org") == "Nothing is stored about this address.\n"


def test_drill_reads_the_address_from_standard_input(one_of_each, monkeypatch):
    out = StringIO()
    monkeypatch.setattr("sys.stdin", StringIO("sam@example.org\n"))

    call_command("subpoena_drill", stdout=out)

    assert "email: sam@example.org" in out.getvalue()
    monkeypatch.setattr("sys.stdin", StringIO("\n"))
    with pytest.raises(CommandError):
        call_command("subpoena_drill", stdout=out)


def test_drill_finds_members_of_staff_too():
    user = make_staff("Editors")

    assert f"username: {user.username}" in drill(user.email)
