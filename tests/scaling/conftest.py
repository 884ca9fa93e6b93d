"""The site with its files in a bucket."""

from collections.abc import Iterator

import pytest

from tests.scaling.s3 import Bucket, S3Server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server, settings, private_files) -> Bucket:
    """An empty bucket that every store of the site lies in; the folders must stay empty."""
    bucket = s3_server.new_bucket()
    settings.STORAGES = {**settings.STORAGES, **bucket.storages()}
    return bucket
