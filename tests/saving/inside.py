"""What drills do inside the site: ``python -m tests.saving.inside VERB`` with its settings."""

import json
import os
import secrets
import sys
import uuid

import django

ADDRESS = "zaubette@canary-5c1e.example"
MESSAGE = "Marmalade zeppelins for Kananga"


def fill(number: str) -> None:
    """Staff with a second factor, the canary, and ``number`` approved photos with small files."""
    from tests.factories import make_photo_call, make_staff
    from tests.solidarity.sending import public_photo
    from tests.staff.authenticator import with_app, with_password

    make_photo_call()
    with_app(with_password(make_staff("Administrators", "drill")))
    public_photo(email=ADDRESS, message=MESSAGE, display_name="Zaubette")
    copy_photos(public_photo(display_name=""), int(number))


def copy_photos(photo, number: int) -> None:
    """More photos like one, each with files, consents and a message of its own."""
    from solidarity.models import Photo
    from solidarity.models.photos import random_wall_key
    from supporters.models import Consent

    folder = photo_folder()
    files = [path for path in folder.iterdir() if path.name.startswith(photo.file_name)]
    contents = {path.name.removeprefix(photo.file_name): path.read_bytes() for path in files}
    consents = list(Consent.objects.filter(subject_id=photo.public_id))
    rows, given = [], []
    for _ in range(number):
        name, public_id = secrets.token_hex(16), uuid.uuid4()
        its_own = {"public_id": public_id, "form_key": uuid.uuid4(), "file_name": name}
        its_own |= {"wall_key": random_wall_key(), "withdrawal_code_hash": secrets.token_hex(32)}
        rows.append(copy_of(photo, message=f"Photo {secrets.token_hex(8)}", **its_own))
        given += [copy_of(consent, subject_id=public_id) for consent in consents]
        for ending, content in contents.items():
            (folder / f"{name}{ending}").write_bytes(content + secrets.token_bytes(4))
    Photo.objects.bulk_create(rows, batch_size=500)
    Consent.objects.bulk_create(given, batch_size=500)


def copy_of(row, **its_own):
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**fields, "id": None, **its_own})


def photo_folder():
    from pathlib import Path

    from django.conf import settings

    return Path(settings.PHOTO_ROOT)


def more(number: str) -> None:
    """Photos, a sign-up and a pledge after the backup."""
    from donations.models import BankAccount
    from events.services import sign_up
    from solidarity.models import Photo
    from tests.factories import make_account, make_appeal, make_event, make_pledge

    copy_photos(Photo.objects.filter(status="approved", supporter=None).first(), int(number))
    event = make_event(slug=f"drill-{secrets.token_hex(4)}", capacity=10)
    keys = {"language": "fr", "form_digest": "digest", "form_key": uuid.uuid4()}
    sign_up(event=event, name="Sam Sorel", party_size=2, email="sam@example.org", **keys)
    account = BankAccount.objects.filter(label="Test account").first() or make_account()
    appeal = make_appeal(slug=f"drill-{secrets.token_hex(4)}", account=account)
    make_pledge(appeal=appeal, reference_number=6_000_000_000 + secrets.randbelow(10**9))


def erase() -> None:
    from supporters.erasure import erase_supporter
    from supporters.services import find_supporter

    assert erase_supporter(find_supporter(ADDRESS)) is not None


def withdraw() -> None:
    """Take the youngest photo off the wall and back; print its number."""
    from solidarity.models import Photo
    from solidarity.services import withdraw_photo

    photo = Photo.objects.filter(status="approved").order_by("-pk").first()
    withdraw_photo(photo)
    print(photo.pk)


def traces() -> None:
    """Print what is left of the canary: rows, by fingerprint and message, and files."""
    from solidarity.models import Photo
    from supporters.services import address_hash, find_supporter
    from tests.supporters.somebody import database_text

    lines = database_text().splitlines()
    lines = [line for line in lines if not line.startswith("supporters_erasurerecord ")]
    fingerprint = address_hash(ADDRESS)
    rows = sum(MESSAGE in line or fingerprint in line for line in lines)
    person = find_supporter(ADDRESS)
    named = Photo.objects.filter(supporter=person) if person else Photo.objects.none()
    names = set(named.values_list("file_name", flat=True))
    given = set(json.loads(os.environ.get("CANARY_FILES", "[]")))
    found = [path.name for path in photo_folder().iterdir()]
    files = sum(name.partition("-")[0] in names | given for name in found)
    print(json.dumps({"rows": rows, "files": files, "names": sorted(names)}))


def open_everything() -> None:
    """A call, an event and an appeal that take what comes, and a moderator with an app."""
    from tests.factories import make_appeal, make_event, make_photo_call, make_staff
    from tests.staff.authenticator import with_app, with_password

    make_photo_call()
    make_event(slug="drill")
    make_appeal(slug="drill")
    with_app(with_password(make_staff("Administrators", "drill")))


def compare(path: str) -> None:
    """Print what somebody was told and is not there; counts of rows that should be one."""
    from pathlib import Path

    from django.conf import settings

    from donations.models import Pledge
    from events.models import SignUp
    from solidarity.held_photos import purge_held_photos, purge_orphaned_files
    from solidarity.models import Photo

    told = json.loads(Path(path).read_text())
    addresses = {
        "Guest": addresses_of(SignUp.objects.confirmed(), "guests.example"),
        "Donor": addresses_of(Pledge.objects.all(), "donors.example"),
        "PhotoSender": addresses_of(Photo.objects.all(), "photos.example"),
    }
    messages = set(Photo.objects.values_list("message", flat=True))
    approved = set(Photo.objects.filter(status="approved").values_list("pk", flat=True))
    folder = Path(settings.PHOTO_ROOT)
    without_file = [
        row.pk
        for row in Photo.objects.with_files()
        for name in ("original.jpg", "large.webp", "wall2.webp", "wall.webp")
        if not is_whole(folder / f"{row.file_name}-{name}")
    ]
    named = {row.file_name for row in Photo.objects.with_files()}
    orphans = files_of(folder) - named
    (folder / f"{'0' * 32}-wall.webp").write_bytes(b"planted")
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    purge_held_photos()
    purge_orphaned_files()
    print(
        json.dumps(
            {
                "lost": {
                    **{
                        who: sorted(set(told[who]) - set(found)) for who, found in addresses.items()
                    },
                    "Message": [m for m in told["PhotoSender"] if f"Drill {m}" not in messages],
                    "Moderator": sorted(set(map(int, told["Moderator"])) - approved),
                },
                "twice": {who: len(found) - len(set(found)) for who, found in addresses.items()},
                "without_file": without_file,
                "orphans": len(orphans),
                "orphans_after_sweep": sorted(files_of(folder) - named),
                "swept_too_much": sorted(named - files_of(folder)),
            }
        )
    )


def addresses_of(rows, domain: str) -> list[str]:
    """The part before the @ of the address behind each row, one for each row."""
    found = [row.supporter.email for row in rows.select_related("supporter") if row.supporter]
    return [mail.partition("@")[0] for mail in found if mail.endswith(f"@{domain}")]


def files_of(folder) -> set[str]:
    return {path.name.partition("-")[0] for path in folder.iterdir()}


def is_whole(path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.load()
    except OSError:
        return False
    return True


def break_constraints(canary: str) -> None:
    """Three constraint errors with a canary in the values, logged as the site logs them."""
    import logging

    from django.db import IntegrityError, connection

    statements = [
        ("INSERT INTO django_content_type (app_label, model) VALUES (%s, 'x'), (%s, 'x')", 2),
        ("INSERT INTO django_session (session_key, session_data) VALUES (%s, %s)", 2),
        ("INSERT INTO solidarity_photoreport (photo_id, words) SELECT NULL, %s", 1),
    ]
    broken = 0
    for statement, number in statements:
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, [canary] * number)
        except IntegrityError:
            logging.getLogger("campaign_site").exception("a constraint failed")
            broken += 1
    print(f"broken: {broken}")


def main(verb: str, *arguments: str) -> None:
    django.setup()
    verbs = (fill, more, erase, withdraw, traces, open_everything, compare, break_constraints)
    {one.__name__: one for one in verbs}[verb](*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
