"""Files in a bucket of S3-compatible object storage, for several machines that have no disk alike.

An object is put with one request, so it appears whole or not at all, and is stored when the answer
is there (Amazon S3 User Guide, "Amazon S3 data consistency model"). Each carries its Content-MD5,
which the server compares before it accepts anything (RFC 1864). Nothing is public, no address leads
here: the site itself hands files out.
"""

import base64
import errno
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import urljoin

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from campaign_site.storage.reach import Reach, reach_of
from campaign_site.storage.streams import StoredStream

# A store that does not answer in time is gone: whoever waits for it is told so.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2, 10, 2
# Each thread of a process may talk to the store at once.
_CONNECTIONS = 16
_NAMES_PER_PAGE = 1000
_MEMORY_BYTES = 5 * 1024 * 1024
_MISSING = {"NoSuchKey", "404", "NotFound"}


class StoreUnavailable(OSError):
    """The object storage did not answer, or refused what it was asked."""


@contextmanager
def _plain_errors(name: str, reach: Reach) -> Iterator[None]:
    """Let what the store answers look like what a disk does, without a secret in it."""
    try:
        yield
    except ClientError as error:
        reach.answered()
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "no such object", name) from error
        raise StoreUnavailable(errno.EIO, f"the object storage answered {code}", name) from error
    except BotoCoreError as error:
        reach.failed()
        problem = f"the object storage does not answer: {type(error).__name__}"
        raise StoreUnavailable(errno.EIO, problem, name) from error
    else:
        reach.answered()


@contextmanager
def _asking(name: str, reach: Reach) -> Iterator[None]:
    """Ask the store something; while it is known to be gone, fail at once."""
    if not reach.may_ask():
        raise StoreUnavailable(errno.EIO, "the object storage did not answer lately", name)
    with _plain_errors(name, reach):
        yield


class _ErrorsOfBody:
    """The body of an object; an answer that breaks off raises ``OSError``."""

    def __init__(self, body: BinaryIO, name: str, reach: Reach) -> None:
        self._body, self._name, self._reach = body, name, reach

    def read(self, size: int = -1) -> bytes:
        with _plain_errors(self._name, self._reach):
            return self._body.read(None if size < 0 else size)

    def close(self) -> None:
        self._body.close()


class BucketStorage(S3Storage):
    """django-storages' storage with one client for all, and the errors of a disk."""

    def __init__(self, **options: object) -> None:
        fixed = {
            "default_acl": None,  # the bucket's own: nobody but the owner
            "querystring_auth": False,
            "security_token": None,
            "client_config": _configuration(READ_SECONDS),
        }
        super().__init__(**{**options, **fixed})

    def put(self, name: str, data: bytes) -> None:
        """Store an object under ``name``, in place of one that is there."""
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        self._put(name, data, digest)

    def fill(self, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Store what ``write`` writes into the file that it is given.

        What ``write`` raises passes through, and nothing is stored then.
        """
        with tempfile.TemporaryFile() as file:
            write(file)
            file.seek(0)
            digest = hashlib.file_digest(file, _md5).digest()
            file.seek(0)
            self._put(name, file, digest)

    def get(self, name: str) -> bytes:
        with _asking(name, self._reach):
            return self._client.get_object(**self._named(name))["Body"].read()

    def stream(self, name: str) -> StoredStream:
        with _asking(name, self._reach):
            found = self._client.get_object(**self._named(name))
        body = _ErrorsOfBody(found["Body"], name, self._reach)
        return StoredStream(body, found["ContentLength"], found["LastModified"], found["ETag"])

    def exists(self, name: str) -> bool:
        try:
            with _asking(name, self._reach):
                self._client.head_object(**self._named(name))
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        with _asking(name, self._reach):
            return self._client.head_object(**self._named(name))["ContentLength"]

    def delete(self, name: str) -> None:
        """Remove an object, with every version of it. Again changes nothing."""
        with _asking(name, self._reach):
            answer = self._client.delete_object(**self._named(name))
            if answer.get("DeleteMarker") or answer.get("VersionId"):
                self._delete_versions(name, keep=None)

    def names(self) -> Iterator[str]:
        return self.written_before(float("inf"))

    def written_before(self, moment: float) -> Iterator[str]:
        """Yield in order the names of objects last put before ``moment`` (seconds since 1970).

        They are asked for a thousand at a time, and nothing is kept.
        """
        prefix = self._normalize_name("")
        with _asking(prefix, self._reach):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name,
                Prefix=prefix,
                PaginationConfig={"PageSize": _NAMES_PER_PAGE},
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    if found["LastModified"].timestamp() < moment:
                        yield found["Key"].removeprefix(prefix)

    def is_there(self) -> bool:
        """A bucket that cannot be reached raises ``StoreUnavailable``: it never looks empty."""
        return True

    def unsigned_url(self, name: str) -> str:
        """Where somebody without the keys would look for an object, and must not find it."""
        key = filepath_to_uri(self._normalize_name(name))
        return f"{self._client.meta.endpoint_url}/{self.bucket_name}/{key}"

    @property
    def _client(self):
        return _client_of(
            self.endpoint_url, self.region_name, self.access_key, self.secret_key, READ_SECONDS
        )

    @property
    def _reach(self) -> Reach:
        return reach_of(self.endpoint_url)

    def _named(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}

    def _put(self, name: str, body: bytes | BinaryIO, digest: bytes) -> None:
        with _asking(name, self._reach):
            answer = self._client.put_object(
                **self._named(name),
                Body=body,
                ContentMD5=base64.b64encode(digest).decode(),
            )
            version = answer.get("VersionId")
            if version and version != "null":
                self._delete_versions(name, keep=version)

    def _delete_versions(self, name: str, *, keep: str | None) -> None:
        """A bucket that keeps versions would keep what people took back: remove them as well."""
        named = self._named(name)
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=named["Bucket"], Prefix=named["Key"]
        )
        for page in pages:
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if found["Key"] == named["Key"] and found["VersionId"] != keep:
                    self._client.delete_object(**named, VersionId=found["VersionId"])


class PrivateBucket(BucketStorage):
    """Files that no address serves."""

    def put_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Store objects, one after the other; those before one that fails stay."""
        for name, data in files:
            self.put(name, data)

    def url(self, name: str, *args: object, **options: object) -> str:
        raise ValueError("This file is not accessible via a URL.")


class MediaBucket(BucketStorage):
    """Pictures and documents of the editors; the site serves them at MEDIA_URL itself."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "file_overwrite": False})

    def url(self, name: str, *args: object, **options: object) -> str:
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name).lstrip("/"))

    def _open(self, name: str, mode: str = "rb") -> File:
        """Return a copy to read, in memory as long as it is small."""
        if mode != "rb":
            raise ValueError("Files of the bucket are replaced, never changed.")
        copy = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - the reader closes it
        for piece in self.stream(name):
            copy.write(piece)
        copy.seek(0)
        return File(copy, name)

    def _save(self, name: str, content: File) -> str:
        name, digest = clean_name(name), _md5()
        for chunk in content.chunks():
            digest.update(chunk)
        content.seek(0)
        self._put(name, content, digest.digest())
        return name


@lru_cache(maxsize=8)
def _client_of(endpoint: str, region: str, access_key: str, secret_key: str, seconds: float):
    """One client for all threads and stores (Boto3, "Clients", "Multithreading")."""
    return Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=_configuration(seconds),
    )


def _configuration(read_seconds: float) -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        max_pool_connections=_CONNECTIONS,
        signature_version="s3v4",
        # Older servers know no other checksum than Content-MD5, which every put carries.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)
