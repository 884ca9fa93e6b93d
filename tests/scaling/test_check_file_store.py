"""The command by which an operator finds out whether the files have a good place."""

import pytest
from django.core.management import CommandError, call_command


def test_every_place_is_tried_and_nothing_is_left(bucket, capsys) -> None:
    call_command("check_file_store")

    said = capsys.readouterr().out
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "photos",
        "exports",
        "dossiers",
        "erasures",
    ]
    assert bucket.files() == []


def test_folders_of_one_machine_are_tried_too(settings, capsys) -> None:
    call_command("check_file_store")

    assert "dossiers: stores" in capsys.readouterr().out
    assert list(settings.DOSSIER_ROOT.iterdir()) == []


def test_bucket_that_is_gone_is_named(bucket, settings) -> None:
    gone = {**bucket.storages()["photos"]}
    gone["OPTIONS"] = {**gone["OPTIONS"], "bucket_name": "not-there"}
    settings.STORAGES = {**settings.STORAGES, "photos": gone}

    with pytest.raises(CommandError, match="photos: .*NoSuchBucket"):
        call_command("check_file_store")


def test_bucket_that_anybody_reads_is_refused(bucket, monkeypatch, tmp_path) -> None:
    public = tmp_path / "public"
    public.write_bytes(b"x")
    monkeypatch.setattr(
        "campaign_site.storage.bucket.BucketStorage.unsigned_url",
        lambda self, name: public.as_uri(),
    )

    with pytest.raises(CommandError, match="anybody can read"):
        call_command("check_file_store")
    assert bucket.files() == []
