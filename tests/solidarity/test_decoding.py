"""What the processes that decode may do, and what becomes of those that fail."""

import json
import logging
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from campaign_site.child_processes import open_unnamed
from solidarity import confinement, decoding
from solidarity.decoding import (
    DecoderServer,
    ImageRefused,
    Refusal,
    run_limited,
)
from solidarity.images import clean_photo
from tests.solidarity.test_images import corners, encode, make_png, noise

Serve = Callable[[str], DecoderServer]

# How a program reads its job: one line of JSON, then the picture.
READ_JOB = """
import json
def read_job():
    with open(0, "rb", closefd=False) as source:
        return json.loads(source.readline()), source.read()
def prepare():
    pass
"""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server that runs this text for each picture, and stop it afterwards."""
    servers = []

    def start(text: str) -> DecoderServer:
        path = tmp_path / f"program{len(servers)}.py"
        path.write_text(READ_JOB + text, encoding="utf-8")
        servers.append(DecoderServer(path))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def own_server() -> Iterator[DecoderServer]:
    """A server of the real decoder for one test, to be ill-treated."""
    server = DecoderServer()
    yield server
    server.stop()


def refusal_of(server: DecoderServer, job: dict | None = None) -> Refusal:
    with pytest.raises(ImageRefused) as caught:
        run_limited(job or {}, upload=b"", server=server)
    return caught.value.reason


def photo_job() -> dict:
    return {"format": "JPEG", "edits": {}, "frame": [], "bake": False, "wanted": ["wall.webp"]}


def width_of(answer: bytes) -> int:
    return json.loads(answer.partition(b"\n")[0])["pictures"][0]["width"]


def clean_with(server: DecoderServer) -> int:
    return width_of(run_limited(photo_job(), upload=encode(corners(), "JPEG"), server=server))


def is_gone(process: int) -> bool:
    """Whether a process has ended, or will have within five seconds; nobody may have waited."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
        except FileNotFoundError:
            return True
        if state.split()[0] in "ZX":
            return True
        time.sleep(0.05)
    return False


# Failing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_killed_process_is_a_refusal(serve: Serve, caplog, number: int) -> None:
    server = serve(f"import os\ndef main():\n    os.kill(os.getpid(), {int(number)})\n")

    assert refusal_of(server) == Refusal.UNREADABLE
    assert caplog.messages == [f"The image decoder was ended by signal {int(number)}"]


def test_failing_process_is_a_refusal_and_the_next_picture_is_not(serve: Serve) -> None:
    server = serve(
        "def main():\n"
        "    if read_job()[0].get('fail'):\n        raise MemoryError\n"
        "    open(1, 'wb').write(b'x')\n"
    )

    assert refusal_of(server, {"fail": True}) == Refusal.UNREADABLE
    assert run_limited({}, upload=b"", server=server) == b"x"


def test_process_without_end_is_killed(serve: Serve, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(decoding, "DECODER_SECONDS", 0.3)
    note = tmp_path / "process"
    server = serve(
        "import os, time\n"
        f"def main():\n    open({str(note)!r}, 'w').write(str(os.getpid()))\n    time.sleep(60)\n"
    )
    start = time.monotonic()

    assert refusal_of(server) == Refusal.UNREADABLE
    assert time.monotonic() - start < 2
    assert is_gone(int(note.read_text(encoding="ascii")))


def test_answer_that_is_too_long_is_refused(serve: Serve) -> None:
    server = serve(
        "import os\ndef main():\n    os.ftruncate(1, read_job()[0]['length'])\n",
    )
    longest = decoding.MAX_ANSWER_BYTES

    assert len(run_limited({"length": longest}, upload=b"", server=server)) == longest
    assert refusal_of(server, {"length": longest + 1}) == Refusal.UNREADABLE


def test_no_more_than_two_at_once(serve: Serve) -> None:
    server = serve(
        "import time\n"
        "def main():\n"
        "    start = time.monotonic()\n    time.sleep(0.2)\n"
        "    open(1, 'w').write(f'{start} {time.monotonic()}')\n"
    )
    spans = []

    def run() -> None:
        spans.append([float(part) for part in run_limited({}, upload=b"", server=server).split()])

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(spans) == 6
    assert max(sum(a <= start < b for a, b in spans) for start, _ in spans) == 2


def test_upload_does_not_wait_for_ever_for_its_turn(monkeypatch) -> None:
    monkeypatch.setattr(decoding, "TURN_SECONDS", 0.05)
    photo = encode(noise((40, 30)), "JPEG")

    with decoding._turn(), decoding._turn(), pytest.raises(ImageRefused) as caught:
        clean_photo(BytesIO(photo))
    assert caught.value.reason == Refusal.BUSY
    assert clean_photo(BytesIO(photo)).wall.width == 40


def test_upload_leaves_no_file_behind(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    clean_photo(BytesIO(encode(noise((40, 30)), "JPEG")))
    with pytest.raises(ImageRefused):
        clean_photo(BytesIO(b"\xff\xd8\xff"))

    assert list(tmp_path.iterdir()) == []


# What it may do -------------------------------------------------------------------------------

# Confines itself if told to, then tries what a captured decoder would.
CAPTURED = """
import mmap, os, resource, socket, sys, threading
from solidarity.confinement import confine

def attempt(action):
    try:
        action()
    except (OSError, MemoryError, ValueError) as error:
        return type(error).__name__
    return "done"

def fork():
    if os.fork() == 0:
        os._exit(0)

def start_thread():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()

def main():
    job, _ = read_job()
    victim, port, other = job["victim"], job["port"], job["other"]
    if job["confined"]:
        confine()

    def free_descriptor_then_connect():
        os.close(2)
        socket.create_connection(("127.0.0.1", port))

    attempts = {
        "thread": start_thread,
        "read": lambda: open(victim).read(),
        "write": lambda: open(victim, "a").write("x"),
        "connect": lambda: socket.create_connection(("127.0.0.1", port)),
        "connect again": free_descriptor_then_connect,
        "fork": fork,
        "another picture": lambda: open(other, "rb").read(),
        "signal": lambda: os.kill(os.getppid(), 0),
        "limit another": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU),
        "lift the limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
        "memory": lambda: mmap.mmap(-1, 1024 * 1024 * 1024),
        "grow the answer": lambda: os.ftruncate(1, 40 * 1024 * 1024),
        "folder": lambda: os.mkdir(victim + "s"),
        "mode": lambda: os.chmod(victim, 0o777),
        "delete": lambda: os.unlink(victim),
    }
    report = {name: attempt(action) for name, action in attempts.items()}
    os.ftruncate(1, 0)
    answer = {"attempts": report, "environment": dict(os.environ), "folder": os.getcwd()}
    os.write(1, json.dumps(answer | {"paths": sys.path}).encode())
"""


def run_captured(serve: Serve, tmp_path: Path, *, confined: bool) -> tuple[dict, bool]:
    """Run CAPTURED; return its report and whether a connection came in."""
    victim = tmp_path / "victim"
    victim.write_text("safe", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server, open_unnamed() as another:
        job = {
            "victim": str(victim),
            "port": server.getsockname()[1],
            "other": f"/proc/{os.getpid()}/fd/{another.fileno()}",
            "confined": confined,
        }
        report = json.loads(run_limited(job, upload=b"", server=serve(CAPTURED)))
        server.settimeout(0.1)
        try:
            server.accept()[0].close()
        except TimeoutError:
            return report, False
        return report, True


def test_captured_decoder_reaches_nothing(serve: Serve, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://owner:secret@localhost/campaign")

    report, connected = run_captured(serve, tmp_path, confined=True)

    assert report["attempts"].pop("thread") == "done"  # HEIF decoders need one
    assert "done" not in report["attempts"].values(), report["attempts"]
    assert not connected
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "safe"
    assert report["environment"] == decoding.ENVIRONMENT
    assert "DATABASE_URL" in os.environ
    assert report["folder"] == "/"
    assert not [path for path in report["paths"] if (Path(path) / "solidarity").exists()]


def test_unconfined_program_would_have_reached_all_of_it(serve: Serve, tmp_path: Path) -> None:
    report, connected = run_captured(serve, tmp_path, confined=False)

    report["attempts"].pop("lift the limit")  # only for root without a namespace of its own
    assert set(report["attempts"].values()) == {"done"}
    assert connected
    assert not (tmp_path / "victim").exists()


# Says which descriptors it has, then waits so that another is at work meanwhile.
DESCRIPTORS = """
import os, time
def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
def main():
    found = [number for number in range(1024) if is_open(number)]
    contents = [os.pread(number, 100, 0).decode() for number in found if number != 2]
    time.sleep(0.3)
    os.write(1, json.dumps({"open": found, "contents": contents}).encode())
if __name__ == "__main__":
    main()
"""


def test_no_picture_is_within_reach_of_another(serve: Serve) -> None:
    server = serve(DESCRIPTORS)
    answers = {}

    def run(secret: str) -> None:
        answers[secret] = run_limited({}, upload=secret.encode(), server=server)

    threads = [threading.Thread(target=run, args=(secret,)) for secret in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for secret, other in (("one", "two"), ("two", "one")):
        assert json.loads(answers[secret])["open"] == [0, 1, 2]
        assert secret in answers[secret].decode()
        assert other not in answers[secret].decode()


def test_descriptor_left_open_would_have_been_found() -> None:
    with open_unnamed() as given, open_unnamed() as written, open_unnamed() as other:
        other.write(b"the picture of somebody else")
        other.flush()
        subprocess.run(
            [sys.executable, "-c", READ_JOB + DESCRIPTORS],
            stdin=given,
            stdout=written,
            pass_fds=[other.fileno()],
            check=True,
        )
        written.seek(0)
        answer = json.loads(written.read())

    assert "the picture of somebody else" in answer["contents"]


def test_decoder_without_memory_is_a_refusal(serve: Serve) -> None:
    """The real decoder on a picture within the limits, given enough memory and then too little."""
    source = make_png((3_500, 3_500), 8, 2, bytes(3_500 * 10_501))  # 49 MB once decoded
    job = photo_job() | {"format": "PNG"}
    limited = (
        "from solidarity import confinement, decoder\n"
        "prepare = decoder.prepare\n"
        "def main():\n"
        "    confinement.LIMITS['RLIMIT_AS'] = NUMBER * confinement.MEBIBYTE\n"
        "    decoder.main()\n"
    )

    enough, too_little = (serve(limited.replace("NUMBER", str(size))) for size in (300, 150))
    assert width_of(run_limited(job, upload=source, server=enough)) == 480
    with pytest.raises(ImageRefused) as caught:
        run_limited(job, upload=source, server=too_little)

    assert caught.value.reason == Refusal.UNREADABLE


def test_limits_are_those_promised() -> None:
    assert confinement.LIMITS == {
        "RLIMIT_AS": 768 * 1024 * 1024,
        "RLIMIT_CPU": 10,
        "RLIMIT_NOFILE": 3,
        "RLIMIT_FSIZE": 32 * 1024 * 1024,
        "RLIMIT_CORE": 0,
    }


# The server -----------------------------------------------------------------------------------


def test_one_server_works_on_all_pictures(own_server: DecoderServer) -> None:
    assert clean_with(own_server) == 96
    process = own_server._process.pid
    environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")

    assert clean_with(own_server) == 96
    assert own_server._process.pid == process
    assert sorted(filter(None, environment)) == [b"LANG=C.UTF-8", b"MALLOC_ARENA_MAX=1"]


def test_server_that_was_killed_is_started_again(own_server: DecoderServer, caplog) -> None:
    clean_with(own_server)
    process = own_server._process.pid
    os.kill(process, signal.SIGKILL)
    assert is_gone(process)

    assert clean_with(own_server) == 96
    assert own_server._process.pid != process
    assert "The decoder server had ended; starting another" in caplog.messages


def test_server_that_is_killed_over_a_picture_is_replaced(serve: Serve, tmp_path: Path) -> None:
    """The first time the program kills its server; the picture is then worked on by another."""
    mark = tmp_path / "mark"
    server = serve(
        "import os, signal, time\n"
        "def main():\n"
        f"    if not os.path.exists({str(mark)!r}):\n"
        f"        open({str(mark)!r}, 'w').close()\n"
        "        os.kill(os.getppid(), signal.SIGKILL)\n"
        "        time.sleep(60)\n"
        "    os.write(1, b'done')\n"
    )

    assert run_limited({}, upload=b"", server=server) == b"done"


def test_picture_that_kills_every_server_is_refused(serve: Serve) -> None:
    server = serve(
        "import os, signal, time\n"
        "def main():\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(60)\n"
    )

    assert refusal_of(server) == Refusal.UNREADABLE


# Starts a server, has it begin a picture that takes for ever, and is killed.
WORKER = """
import sys, threading, time
from pathlib import Path
from solidarity.decoding import DecoderServer, run_limited
server = DecoderServer(Path(sys.argv[1]))
threading.Thread(target=lambda: run_limited({}, upload=b"", server=server), daemon=True).start()
time.sleep(60)
"""


def test_server_and_its_pictures_end_with_the_worker(serve: Serve, tmp_path: Path) -> None:
    note = tmp_path / "processes"
    program = serve(
        "import os, time\n"
        "def main():\n"
        f"    open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}} ')\n"
        "    time.sleep(60)\n"
    ).program
    root = str(Path(decoding.__file__).parent.parent)
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(program)], cwd=root)
    for _ in range(200):
        if note.exists() and note.read_text(encoding="ascii").endswith(" "):
            break
        time.sleep(0.05)
    processes = [int(part) for part in note.read_text(encoding="ascii").split()]
    assert [Path(f"/proc/{process}").exists() for process in processes] == [True, True]

    worker.kill()
    worker.wait()

    assert [is_gone(process) for process in processes] == [True, True]


# Forks after its server has started; both clean a picture and say who worked.
FORKED = """
import os, sys
from io import BytesIO
from pathlib import Path
from solidarity import decoding
from solidarity.images import clean_photo
photo = Path(sys.argv[1]).read_bytes()
assert clean_photo(BytesIO(photo)).wall.width == 96
server, control = decoding._server._process.pid, decoding._server._control.fileno()
child = os.fork()
if child == 0:
    try:
        os.fstat(control)
    except OSError:
        print("closed")
    assert clean_photo(BytesIO(photo)).wall.width == 96
    print("own" if decoding._server._process.pid != server else "shared")
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert clean_photo(BytesIO(photo)).wall.width == 96
print("same" if decoding._server._process.pid == server else "another")
"""


def test_forked_worker_has_a_server_of_its_own(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encode(corners(), "JPEG"))
    root = str(Path(decoding.__file__).parent.parent)

    done = subprocess.run(
        [sys.executable, "-u", "-W", "error", "-c", FORKED, str(photo)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["closed", "own", "same"]


def test_where_nothing_can_be_forked_a_new_interpreter_decodes(monkeypatch) -> None:
    photo = encode(corners(), "JPEG")
    usual = clean_photo(BytesIO(photo))
    monkeypatch.setattr(decoding, "CAN_SERVE", False)

    assert clean_photo(BytesIO(photo)) == usual
    with pytest.raises(ImageRefused) as caught:
        clean_photo(BytesIO(photo[:300]))
    assert caught.value.reason == Refusal.UNREADABLE


def test_server_that_does_not_start_is_done_without(serve: Serve, caplog) -> None:
    server = serve("def prepare():\n    raise OSError\n")
    with caplog.at_level(logging.CRITICAL, logger="solidarity.decoding"):
        assert refusal_of(server) == Refusal.UNREADABLE  # nor does a new interpreter

    assert server._process is None


# Memory ---------------------------------------------------------------------------------------


def test_memory_of_a_large_picture_is_bounded_and_not_the_workers(caplog) -> None:
    """Twelve megapixels here; ``make drill-memory`` takes the largest of each format."""
    caplog.set_level(logging.DEBUG, logger="solidarity.decoding")
    source = make_png((4_000, 3_000), 8, 6, bytes(3_000 * 16_001))
    own = worker_memory()

    assert clean_photo(BytesIO(source)).width == 2_000

    (taken,) = re.findall(r"took (\d+) KiB", caplog.text)
    assert int(taken) < 200 * 1024
    assert worker_memory() - own < 12 * 1024


def worker_memory() -> int:
    """The most memory this process has had, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_bomb_is_refused_within_a_second() -> None:
    clean_photo(BytesIO(encode(corners(), "JPEG")))  # the server is there
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    png = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(10**6))))
    )
    start = time.monotonic()

    with pytest.raises(ImageRefused) as caught:
        clean_photo(BytesIO(b"\x89PNG\r\n\x1a\n" + png))

    assert caught.value.reason == Refusal.TOO_MANY_PIXELS
    assert time.monotonic() - start < 1
