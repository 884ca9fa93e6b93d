"""All five names of the bucket or none, and nothing unencrypted but on this machine."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from campaign_site.storage.configuration import (
    ERASURES,
    PRIVATE,
    bucket_from_environment,
    in_bucket,
)

COMPLETE = {
    "FILES_S3_BUCKET": "campaign-files",
    "FILES_S3_ENDPOINT": "https://objects.example.org",
    "FILES_S3_ACCESS_KEY": "access",
    "FILES_S3_SECRET_KEY": "secret",
    "FILES_S3_REGION": "eu-west-1",
}


@pytest.fixture
def environment(monkeypatch):
    def set_to(**changes: str) -> None:
        for name, value in {**COMPLETE, **changes}.items():
            monkeypatch.setenv(name, value)

    for name in COMPLETE:
        monkeypatch.delenv(name, raising=False)
    return set_to


def test_without_a_bucket_files_lie_on_this_machine(environment) -> None:
    assert bucket_from_environment() is None


def test_every_store_has_a_place_of_its_own_in_the_bucket(environment) -> None:
    environment()

    stores = in_bucket(bucket_from_environment())

    assert set(stores) == {"default", ERASURES, *PRIVATE}
    places = [store["OPTIONS"]["location"] for store in stores.values()]
    assert len(set(places)) == len(stores) and all(places)
    assert {store["OPTIONS"]["bucket_name"] for store in stores.values()} == {"campaign-files"}


def test_secret_may_come_from_a_file(environment, monkeypatch, tmp_path) -> None:
    environment(FILES_S3_SECRET_KEY="")
    file = tmp_path / "key"
    file.write_text("from a file\n")
    monkeypatch.setenv("FILES_S3_SECRET_KEY_FILE", str(file))

    assert bucket_from_environment()["secret_key"] == "from a file"


@pytest.mark.parametrize("missing", COMPLETE)
def test_some_names_without_the_others_stop_the_start(environment, missing) -> None:
    environment(**{missing: ""})

    with pytest.raises(ImproperlyConfigured, match=missing):
        bucket_from_environment()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9000",
        "http://localhost:9000",
        "http://[::1]:9000",
        "https://s3.example.org",
    ],
)
def test_endpoint_is_encrypted_or_here(environment, endpoint) -> None:
    environment(FILES_S3_ENDPOINT=endpoint)

    assert bucket_from_environment()["endpoint_url"] == endpoint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FILES_S3_ENDPOINT", "http://objects.example.org"),
        ("FILES_S3_ENDPOINT", "http://127.0.0.1.example.org"),
        ("FILES_S3_ENDPOINT", "objects.example.org"),
        ("FILES_S3_ENDPOINT", "https://objects.example.org/folder"),
        ("FILES_S3_ENDPOINT", "https://somebody@objects.example.org"),
        ("FILES_S3_BUCKET", "Campaign"),
        ("FILES_S3_BUCKET", "a"),
        ("FILES_S3_BUCKET", "campaign/files"),
    ],
)
def test_wrong_value_stops_the_start(environment, name, value) -> None:
    environment(**{name: value})

    with pytest.raises(ImproperlyConfigured, match=name):
        bucket_from_environment()
