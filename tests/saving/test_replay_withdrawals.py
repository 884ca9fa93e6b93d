"""What people took back before a restore is taken back again after it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaign_site.hours import this_hour
from solidarity.models import Photo
from supporters.models import Consent, NewsletterSubscription
from tests.solidarity.sending import public_photo
from tests.supporters.somebody import did_everything

pytestmark = pytest.mark.django_db


def write(path: Path, *consents: Consent, hour=None) -> Path:
    """The list as campaign-backup reads it from the database."""
    lines = [
        f"{one.subject_type} {one.subject_id} {one.purpose} {(hour or this_hour()).isoformat()}\n"
        for one in consents
    ]
    path.write_text("".join(["half a line", "\n", *lines]))
    return path


def replay(path: Path, capsys) -> str:
    call_command("replay_withdrawals", str(path))
    return capsys.readouterr().out.strip()


def test_photo_and_subscription_go_once(tmp_path, capsys):
    person = did_everything()
    other = public_photo(message="Mine stays")
    gone = Photo.objects.get(supporter=person)
    path = write(
        tmp_path / "withdrawals.txt",
        *Consent.objects.filter(subject_type=Photo.SUBJECT_TYPE, subject_id=gone.public_id),
        *Consent.objects.filter(subject_type=NewsletterSubscription.SUBJECT_TYPE),
    )

    assert replay(path, capsys) == "Withdrawn again: 3"

    gone.refresh_from_db()
    assert (gone.status, gone.message) == ("withdrawn", "")
    assert NewsletterSubscription.objects.open().count() == 0
    other.refresh_from_db()
    assert (other.status, other.message) == ("approved", "Mine stays")
    assert replay(path, capsys) == "Withdrawn again: 0"


def test_one_agreement_of_two_leaves_the_other(tmp_path, capsys):
    photo = public_photo()
    wall = Consent.objects.get(subject_id=photo.public_id, purpose="photo-wall")

    assert replay(write(tmp_path / "w.txt", wall), capsys) == "Withdrawn again: 1"

    photo.refresh_from_db()
    assert photo.status == "approved" and not photo.on_wall
    assert Photo.objects.deliverable().filter(pk=photo.pk).exists()


def test_agreement_given_later_stands(tmp_path, capsys):
    photo = public_photo()
    consents = Consent.objects.filter(subject_id=photo.public_id)
    earlier = write(tmp_path / "w.txt", *consents, hour=this_hour() - timedelta(hours=2))

    assert replay(earlier, capsys) == "Withdrawn again: 0"
    assert Photo.objects.public().filter(pk=photo.pk).exists()


def test_no_list_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="no such list"):
        call_command("replay_withdrawals", str(tmp_path / "none"))
