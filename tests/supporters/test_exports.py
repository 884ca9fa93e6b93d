"""Everything a person did, to take along: made in the background, mailed, deleted in time."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.links import make_token
from solidarity.models import Photo
from solidarity.photo_files import delete_photo
from supporters import exports, tasks
from supporters.erasure import erase_supporter
from supporters.models import DataExport, DataRequest
from supporters.models.request import one_month_after
from supporters.services import make_one_time_link
from tests.factories import make_supporter
from tests.stored_files import export_path
from tests.supporters.somebody import did_everything, overview_path

pytestmark = pytest.mark.django_db


def files() -> list[str]:
    folder = django_settings.EXPORT_ROOT
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def made(supporter=None, **fields) -> DataExport:
    """A file that is ready, its mail not yet sent."""
    export = exports.request_export(supporter=supporter or make_supporter(), language="en")
    exports.make_file(export.pk)
    export.refresh_from_db()
    return export


def download_path(export: DataExport, version: int = 1) -> str:
    token = make_token(DataExport.LINK_PURPOSE, export.public_id, version)
    return f"/en/my-solidarity/download/{token}/"


def archive_of(response) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_from_the_button_to_the_file(client, smtp_server, run_tasks):
    supporter = did_everything()
    run_tasks()
    smtp_server.envelopes.clear()

    answer = client.post(overview_path(supporter) + "export/")
    assert answer.url == "/en/my-solidarity/export-asked/"
    assert client.get(answer.url).status_code == 200
    # The link is queued by the making, which may still be taken up by the same worker.
    assert run_tasks() + run_tasks() == ["make_export", "send_export_link"]

    (mail,) = smtp_server.messages
    assert mail["Subject"] == "Your file is ready"
    assert "not alone" not in text_of(mail)
    link = re.search(r"http://testserver(\S+open-export\S+)", text_of(mail))[1]
    for _ in range(3):
        assert client.get(link).status_code == 200
    page = client.post(link).url
    assert client.post(link).status_code == 404
    assert client.get(page)["Cache-Control"] == "private, no-store"
    archive = archive_of(client.post(page))
    data = json.loads(archive.read("data.json"))
    assert data["mail_address"] == "sam@example.org"
    assert data["photos"][0]["message"] == "You are not alone"
    place, wait = data["sign_ups"]
    assert (place["people"], wait["people"]) == (2, 1)
    assert "Near a door" in json.dumps(place)
    assert "Street Nurses" in json.dumps(place)
    assert data["pledges"][0]["amount_eur"] == "25.00"
    assert data["newsletter"][0]["confirmed"]
    assert [consent["purpose"] for consent in data["consents"]] == [
        "photo-delivery",
        "photo-wall",
        "sign-up-needs",
        "sign-up-sharing",
        "newsletter",
    ]
    assert all(consent["words"] for consent in data["consents"])
    assert archive.read("photos/photo-1.jpg")[:2] == b"\xff\xd8"
    request = DataRequest.objects.get()
    assert (request.kind, request.done_on) == ("export", timezone.localdate())
    assert request.due_on == one_month_after(timezone.localdate())


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 3, 9), date(2026, 4, 9)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_month_ends_on_the_same_day_or_the_last(day, due):
    assert one_month_after(day) == due


@pytest.mark.parametrize(
    ("language", "status"), [("en", "approved"), ("fr", "approuvée"), ("nl", "goedgekeurd")]
)
def test_file_and_mail_speak_the_language_of_the_screen(
    client, smtp_server, run_tasks, language, status
):
    supporter = did_everything(language="en")
    run_tasks()
    client.post(overview_path(supporter, language) + "export/")
    run_tasks()
    run_tasks()

    assert smtp_server.messages[-1]["Content-Language"] == language
    assert f"/{language}/my-solidarity/open-export/" in text_of(smtp_server.messages[-1])
    with zipfile.ZipFile(export_path(DataExport.objects.get().file_name)) as archive:
        data = json.loads(archive.read("data.json"))
    assert data["photos"][0]["status"] == status


def test_file_holds_nobody_else(client):
    did_everything("other@example.org", number=2)
    export = made(make_supporter())

    with zipfile.ZipFile(export_path(export.file_name)) as archive:
        assert archive.namelist() == ["data.json"]
        text = archive.read("data.json").decode()
    assert "sam@example.org" in text
    assert "other@example.org" not in text and "not alone" not in text


def test_file_is_private_and_named_at_random(client):
    export = made()

    path = export_path(export.file_name)
    assert re.fullmatch(r"[0-9a-f]{32}\.zip", path.name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_task_carries_a_number_only(client):
    supporter = did_everything()

    client.post(overview_path(supporter) + "export/")

    job = ProcrastinateJob.objects.get(task_name="make_export")
    assert job.args == {"export_id": DataExport.objects.get().pk}


def test_asking_again_in_the_hour_makes_no_second_file(client, run_tasks):
    supporter = make_supporter()
    first = made(supporter)

    client.post(overview_path(supporter) + "export/")
    assert DataExport.objects.get() == first
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        client.post(overview_path(supporter) + "export/")

    assert DataExport.objects.count() == 2


def test_looking_at_the_address_of_the_button_makes_nothing(client):
    assert client.get(overview_path(make_supporter()) + "export/").status_code == 405
    assert DataExport.objects.count() == 0


def test_links_to_the_file_end_after_three_days(client, django_capture_on_commit_callbacks):
    supporter = make_supporter()
    export = made(supporter)
    token = make_one_time_link(supporter=supporter, purpose=exports.MY_EXPORT)
    assert client.get(download_path(export)).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        assert client.get(download_path(export)).status_code == 404
        assert client.post(download_path(export)).status_code == 404
        assert client.get(f"/en/my-solidarity/open-export/{token}/").status_code == 404
        assert files() == [f"{export.file_name}.zip"]
        with django_capture_on_commit_callbacks(execute=True):
            tasks.purge_exports(timestamp=0)
            tasks.purge_exports(timestamp=0)

    assert files() == []
    assert DataExport.objects.count() == 0
    assert DataRequest.objects.count() == 1


def test_links_that_were_not_given_out_open_nothing(client):
    supporter = make_supporter()
    export = made(supporter)
    overview_link = make_one_time_link(supporter=supporter, purpose="my-solidarity")
    other = make_token("photo", export.public_id, 1)

    for path in (
        download_path(export, version=2),
        download_path(export)[:-2] + "/",
        f"/en/my-solidarity/download/{other}/",
        f"/en/my-solidarity/open-export/{overview_link}/",
        "/en/my-solidarity/nonsense/export/",
    ):
        assert client.post(path).status_code == 404
    assert exports.find_ready(supporter) == export


def test_post_from_another_site_is_refused(client):
    export = made()

    response = client.post(download_path(export), headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403


def test_link_of_one_person_never_leads_to_the_file_of_another(client):
    made(make_supporter())
    other = make_supporter("other@example.org")
    token = make_one_time_link(supporter=other, purpose=exports.MY_EXPORT)

    assert client.post(f"/en/my-solidarity/open-export/{token}/").status_code == 404


def test_killed_before_the_row_was_written_it_starts_again():
    export = exports.request_export(supporter=did_everything(), language="en")
    path = export_path(export.file_name)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")  # whole for the disk, unknown to the row
    (path.parent / "tmp0.part").write_bytes(b"half")

    tasks.make_export(export_id=export.pk)
    tasks.make_export(export_id=export.pk)

    assert zipfile.is_zipfile(path)
    assert ProcrastinateJob.objects.filter(task_name="send_export_link").count() == 1


def test_what_killed_tasks_left_is_purged_but_not_what_is_ready():
    export = made()
    left = [export_path("0" * 32), export_path("x").with_name("tmp1.part")]
    for path in left:
        path.touch()
    tasks.purge_exports(timestamp=0)
    assert len(files()) == 3  # somebody may be writing them

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        tasks.purge_exports(timestamp=0)

    assert files() == [f"{export.file_name}.zip"]


def test_full_disk_leaves_nothing_half_written_and_the_request_open(settings, tmp_path):
    export = exports.request_export(supporter=make_supporter(), language="en")
    django_settings.EXPORT_ROOT.write_bytes(b"")  # a file where the folder should be

    with pytest.raises(OSError, match="exports"):
        tasks.make_export(export_id=export.pk)

    export.refresh_from_db()
    assert export.made_at is None
    assert DataRequest.objects.waiting().count() == 1


def test_mail_that_left_does_not_leave_again(smtp_server, run_tasks):
    export = made()

    tasks.send_export_link(export_id=export.pk)
    tasks.send_export_link(export_id=export.pk)

    assert len(smtp_server.envelopes) == 1


def test_photo_taken_back_meanwhile_is_left_out():
    supporter = did_everything()
    delete_photo(Photo.objects.get().file_name)

    export = made(supporter)

    with zipfile.ZipFile(export_path(export.file_name)) as archive:
        assert archive.namelist() == ["data.json"]


def test_erased_person_leaves_no_file(client, django_capture_on_commit_callbacks):
    supporter = make_supporter()
    export = made(supporter)
    assert files() != []

    with django_capture_on_commit_callbacks(execute=True):
        erase_supporter(supporter)
    tasks.make_export(export_id=export.pk)
    tasks.send_export_link(export_id=export.pk)

    assert files() == []
    assert client.get(download_path(export)).status_code == 404


def test_erased_while_the_file_was_written_it_goes_too(monkeypatch):
    supporter = make_supporter()
    export = exports.request_export(supporter=supporter, language="en")
    stale = DataExport.objects.select_related("supporter").get(pk=export.pk)
    exports._write(stale)
    erase_supporter(supporter)

    exports.make_file(export.pk)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        exports.purge_exports()

    assert files() == []
