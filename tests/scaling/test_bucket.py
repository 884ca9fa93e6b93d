"""The store in a bucket: whole or not at all, private, bounded in time, gone when deleted."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile

from campaign_site.storage import bucket as bucket_module
from campaign_site.storage import reach
from campaign_site.storage.bucket import MediaBucket, PrivateBucket, StoreUnavailable


@pytest.fixture
def store(bucket) -> PrivateBucket:
    return PrivateBucket(**bucket.options(), location="photos")


def test_what_is_put_is_there_until_it_is_deleted(store, bucket) -> None:
    store.put("a-wall.webp", b"picture")
    store.put("a-wall.webp", b"another")

    assert store.get("a-wall.webp") == b"".join(store.stream("a-wall.webp")) == b"another"
    assert store.exists("a-wall.webp")
    assert store.size("a-wall.webp") == 7
    assert bucket.files() == ["photos/a-wall.webp"]

    store.delete("a-wall.webp")
    store.delete("a-wall.webp")

    assert bucket.files() == []
    assert not store.exists("a-wall.webp")
    for read in (store.get, store.stream, store.size):
        with pytest.raises(FileNotFoundError):
            read("a-wall.webp")


def test_nobody_reads_an_object_without_the_keys(store, bucket) -> None:
    store.put("a", b"private")

    with pytest.raises(HTTPError) as refused:
        urlopen(f"{bucket.server.endpoint}/{bucket.name}/photos/a")

    refused.value.close()
    assert refused.value.code in {400, 403}  # rclone's own refusal of an unsigned request is 400
    with pytest.raises(ValueError, match="URL"):
        store.url("a")
    wrong = PrivateBucket(**{**bucket.options(), "secret_key": "wrong"}, location="photos")
    with pytest.raises(StoreUnavailable):
        wrong.get("a")


def test_name_does_not_lead_out_of_its_prefix(store) -> None:
    with pytest.raises(SuspiciousOperation):
        store.get("../exports/somebody.zip")


def test_file_that_fails_while_it_is_written_is_not_stored(store, bucket) -> None:
    def fail(file) -> None:
        file.write(b"half")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        store.fill("a.zip", fail)
    assert bucket.files() == []

    store.fill("a.zip", lambda file: file.write(b"whole"))
    assert store.get("a.zip") == b"whole"


def test_names_are_listed_in_pages_and_by_age(store, monkeypatch) -> None:
    monkeypatch.setattr(bucket_module, "_NAMES_PER_PAGE", 2)
    names = [f"{number:02}-wall.webp" for number in range(7)]
    for name in names:
        store.put(name, b"x")

    assert list(store.names()) == names
    assert list(store.written_before(time.time() + 60)) == names
    assert list(store.written_before(time.time() - 60)) == []


def test_bucket_that_is_missing_never_looks_empty(bucket) -> None:
    gone = PrivateBucket(**{**bucket.options(), "bucket_name": "not-there"}, location="photos")

    for act in (lambda: gone.get("a"), lambda: gone.put("a", b""), lambda: list(gone.names())):
        with pytest.raises(StoreUnavailable) as failed:
            act()
        assert not isinstance(failed.value, FileNotFoundError)


def test_store_that_is_gone_or_silent_is_an_error_in_time(
    tmp_path, s3_server, bucket, monkeypatch
) -> None:
    monkeypatch.setattr(bucket_module, "READ_SECONDS", 0.2)
    server = type(s3_server)(tmp_path / "own")
    own = server.new_bucket()
    store = PrivateBucket(**own.options(), location="photos")
    store.put("a", b"x")
    server.freeze()

    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.put("b", b"y")
    assert time.monotonic() - began < 3

    server.thaw()
    server.stop()
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(StoreUnavailable, match="lately"):
            store.get("a")
    assert time.monotonic() - began < 1  # nobody waits for it again

    monkeypatch.setattr(reach, "PAUSE_SECONDS", 0.0)
    reach.reach_of(own.server.endpoint).failed()
    with pytest.raises(StoreUnavailable):
        store.get("a")
    server.start()
    assert store.get("a") == b"x"
    server.stop()


def test_bytes_that_change_on_the_way_are_refused(bucket) -> None:
    sent = b"picture of somebody " * 50
    for change, is_stored in ((lambda data: data, True), (_spoil, False)):
        with _wire(bucket.server.port, change) as port:
            store = PrivateBucket(**bucket.options(f"http://127.0.0.1:{port}"), location="photos")
            if is_stored:
                store.put("a", sent)
            else:
                with pytest.raises(StoreUnavailable):
                    store.put("b", sent)

    assert bucket.files() == ["photos/a"]


def _spoil(data: bytes) -> bytes:
    return data.replace(b"somebody", b"nobodies")


@contextmanager
def _wire(port: int, change: Callable[[bytes], bytes]) -> Iterator[int]:
    """A cable to the server on which ``change`` happens to what is sent."""

    def carry(source: socket.socket, target: socket.socket, change) -> None:
        with source, target:
            while data := _received(source):
                target.sendall(change(data))
            target.shutdown(socket.SHUT_WR)

    def accept() -> None:
        while True:
            try:
                asking, _address = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            for pair in ((asking.dup(), server.dup(), change), (server, asking, lambda data: data)):
                threads.append(threading.Thread(target=carry, args=pair, daemon=True))
                threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


class _Versions(BaseHTTPRequestHandler):
    """What a bucket that keeps versions answers; ``kept`` is what it holds of the one object."""

    kept: list[str]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.kept.append(f"v{len(self.kept) + 1}")
        self._answer(200, {"ETag": '"x"', "x-amz-version-id": self.kept[-1]})

    def do_DELETE(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        if "versionId" in asked:
            self.kept.remove(asked["versionId"][0])
            self._answer(204)
        else:
            self.kept.append("marker")
            self._answer(204, {"x-amz-delete-marker": "true", "x-amz-version-id": "marker"})

    def do_GET(self) -> None:
        rows = "".join(
            f"<{kind}><Key>photos/a</Key><VersionId>{version}</VersionId></{kind}>"
            for version in self.kept
            for kind in ("DeleteMarker" if version == "marker" else "Version",)
        )
        # Another object whose name begins alike is not to be touched.
        rows += "<Version><Key>photos/ab</Key><VersionId>other</VersionId></Version>"
        self._answer(200, body=f"<ListVersionsResult>{rows}</ListVersionsResult>".encode())

    def _answer(self, status: int, headers: dict | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_bucket_that_keeps_versions_keeps_nothing_that_was_replaced_or_deleted(bucket) -> None:
    kept: list[str] = []
    answering = type("Answering", (_Versions,), {"kept": kept})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    store = PrivateBucket(**bucket.options(endpoint), location="photos")
    try:
        store.put("a", b"with a face")
        assert kept == ["v1"]
        store.put("a", b"covered")
        assert kept == ["v2"]
        store.delete("a")
        assert kept == []
    finally:
        server.shutdown()
        server.server_close()


def test_media_have_addresses_of_the_site_and_names_of_their_own(bucket) -> None:
    media = MediaBucket(**bucket.options(), location="media")

    first = media.save("documents/report.pdf", ContentFile(b"one"))
    second = media.save("documents/report.pdf", ContentFile(b"two"))

    assert first == "documents/report.pdf"
    assert second != first
    assert media.url(first) == "/media/documents/report.pdf"
    with media.open(second) as file:
        assert file.read() == b"two"
    assert bucket.files() == sorted([f"media/{first}", f"media/{second}"])
    assert media.stream(first).modified_at <= datetime.now(UTC)
    with pytest.raises(FileNotFoundError):
        media.open("documents/none.pdf")
