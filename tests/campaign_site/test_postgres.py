"""The embedded PostgreSQL: real servers in folders of their own, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from campaign_site import postgres

FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Iterator[Path]:
    """A data folder whose server may be running; tests leave it as they like."""
    folder = tmp_path_factory.mktemp("pg") / "data"
    postgres.start(folder, options=FAST)
    yield folder
    postgres.stop(folder)


@pytest.fixture
def server(data) -> Path:
    """The socket folder of a running server."""
    return postgres.start(data, options=FAST)


def connect(sockets: Path) -> psycopg.Connection:
    return psycopg.connect(
        host=str(sockets), user=postgres.USER, dbname=postgres.DATABASE, autocommit=True
    )


def ask(sockets: Path, question: str):
    with connect(sockets) as connection:
        return connection.execute(question).fetchone()[0]


def server_process(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split()[0])


def test_start_makes_database_with_checksums_and_utf8(server):
    assert ask(server, "show data_checksums") == "on"
    assert ask(server, "show server_encoding") == "UTF8"
    assert ask(server, "select current_database()") == "campaign"


def test_start_serves_a_private_socket_and_no_port(server):
    assert ask(server, "show listen_addresses") == ""
    assert (server / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert server.stat().st_mode & 0o077 == 0


def test_start_takes_options_over_its_own_settings(server):
    assert ask(server, "show fsync") == "off"
    assert ask(server, "show max_connections") == "20"


def test_start_again_finds_the_running_server(data, server):
    first = server_process(data)

    assert postgres.start(data) == server

    assert server_process(data) == first


def test_server_has_a_session_of_its_own_so_that_ctrl_c_misses_it(data, server):
    process = server_process(data)

    assert os.getsid(process) != os.getsid(0)
    assert os.getpgid(process) != os.getpgid(0)


def test_server_gets_none_of_our_environment(data, server, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("PGPORT", "6543")
    postgres.stop(data)

    sockets = postgres.start(data, options=FAST)

    monkeypatch.delenv("PGPORT")
    assert ask(sockets, "show port") == "5432"
    if sys.platform == "linux":
        environment = Path(f"/proc/{server_process(data)}/environ").read_bytes()
        assert b"canary" not in environment


def test_log_shows_a_refused_row_without_its_values(data, server):
    with connect(server) as connection:
        connection.execute("create table if not exists people (email text unique not null)")
        connection.execute("truncate people")
        connection.execute("insert into people values ('canary@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into people values ('canary@example.org')")

    log = (data / "server.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "canary" not in log


def test_killed_server_comes_back_with_its_rows(data, server):
    with connect(server) as connection:
        connection.execute("create table if not exists kept as select 42 as number")
    os.kill(server_process(data), signal.SIGKILL)

    sockets = postgres.start(data, options=FAST)

    assert ask(sockets, "select number from kept") == 42


def test_killed_server_comes_back_while_a_query_still_runs(data, server):
    busy = connect(server)
    busy.execute("set statement_timeout = '30s'")
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import psycopg, sys\n"
            "psycopg.connect(host=sys.argv[1], user='site', dbname='campaign')"
            ".execute('select pg_sleep(3)')",
            str(server),
        ],
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    sleeping = "select count(*) from pg_stat_activity where query = 'select pg_sleep(3)'"
    while busy.execute(sleeping).fetchone()[0] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(server_process(data), signal.SIGKILL)

    sockets = postgres.start(data, options=FAST)

    assert ask(sockets, "select 1") == 1
    waiting.wait()
    busy.close()


def test_stop_ends_the_server_and_can_be_repeated(data, server):
    process = server_process(data)

    postgres.stop(data)
    postgres.stop(data)

    assert not postgres.is_running(data)
    assert not (data / "postmaster.pid").exists()
    with pytest.raises(psycopg.OperationalError):
        connect(server)
    assert postgres.start(data, options=FAST) == server
    assert server_process(data) != process


@pytest.mark.parametrize("leftover", ["a number that is free", "a stranger's", "not a number"])
def test_stale_pid_file_is_no_server_and_does_not_prevent_one(data, server, leftover):
    postgres.stop(data)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    number = {"a number that is free": ended.pid, "a stranger's": os.getpid()}.get(leftover, "x")
    if leftover != "not a number":
        (data / "postmaster.pid").write_text(f"{number}\n{data}\n1\n5432\n{data}\n\n")
    else:
        (data / "postmaster.pid").write_text("x")
    assert not postgres.is_running(data)

    postgres.start(data, options=FAST)

    assert postgres.is_running(data)


def test_two_starts_at_once_make_one_server(tmp_path):
    data = tmp_path / "data"
    command = [sys.executable, "-m", "campaign_site.postgres", "start", str(data)]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    answers = [start.communicate()[0].strip() for start in starts]

    try:
        assert [start.returncode for start in starts] == [0, 0]
        assert answers == [str(data), str(data)]
        assert (data / "server.log").read_text().count("starting PostgreSQL") == 1
    finally:
        postgres.stop(data)


def test_long_and_spaced_path_gets_a_short_private_socket_folder(tmp_path):
    data = tmp_path / ("x" * 110) / "with space" / "data"
    sockets = postgres.start(data, options=FAST)

    try:
        assert len(os.fsencode(sockets)) < 90
        assert sockets.stat().st_mode & 0o077 == 0
        assert ask(sockets, "select 1") == 1
    finally:
        postgres.stop(data)
        sockets.rmdir()


def test_short_socket_folder_open_to_others_is_refused(tmp_path):
    data = (tmp_path / ("y" * 110) / "data").resolve()
    sockets = postgres._socket_folder(data)
    sockets.mkdir(mode=0o755)
    sockets.chmod(0o755)

    try:
        with pytest.raises(postgres.PostgresError, match="mode 0700"):
            postgres.start(data, options=FAST)
    finally:
        sockets.rmdir()


def test_creation_cut_short_is_begun_anew(tmp_path):
    data = tmp_path / "data"
    half = tmp_path / "data.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    sockets = postgres.start(data, options=FAST)

    try:
        assert ask(sockets, "select 1") == 1
        assert not half.exists()
    finally:
        postgres.stop(data)


def test_folder_with_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    letter = tmp_path / "data" / "letter.txt"
    letter.write_text("Dear all,")

    with pytest.raises(postgres.PostgresError, match="something else"):
        postgres.start(tmp_path / "data")

    assert letter.read_text() == "Dear all,"


def test_wrong_option_is_an_error_that_quotes_the_log(data, server):
    postgres.stop(data)

    with pytest.raises(postgres.PostgresError, match="no_such_setting"):
        postgres.start(data, options={"no_such_setting": "1"})

    assert not postgres.is_running(data)


def test_status_says_whether_a_server_runs(data, server, tmp_path):
    assert postgres.main(["status", str(data)]) == 0
    assert postgres.main(["status", str(tmp_path / "none")]) == 3


def test_folder_of_another_user_is_refused_by_name(data, server):
    """The denied case needs a second user: as root a folder given away, otherwise one of root's."""
    if os.geteuid() == 0:
        strangers = data.parent / "strangers"
        strangers.mkdir(exist_ok=True)
        os.chown(strangers, 4242, 4242)
        owner = "user 4242"
    else:
        strangers, owner = Path("/usr"), "root"

    with pytest.raises(postgres.PostgresError, match=f"belongs to {owner}"):
        postgres._account(strangers)
