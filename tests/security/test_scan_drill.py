"""``make drill-scan``: bandit on the source, wapiti and crooked requests on the site as shipped.

Needs ``make tools`` (an environment of its own below ``.local/tools``). ``SECONDS`` bounds the time
that wapiti takes (600), ``MODULES`` names its modules.
"""

import json
import os
import socket
import ssl
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.rig import Rig
from tests.security.smuggling import PAIRS
from tests.security.source_rules import APPS, ROOT

pytestmark = pytest.mark.drill

TOOLS = Path(os.environ.get("TOOLS") or ROOT / ".local" / "tools") / "bin"
SECONDS = int(os.environ.get("SECONDS", "600"))
# Those that look for a fault of this site by itself; none that asks machines elsewhere.
MODULES = os.environ.get(
    "MODULES",
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,inconsistent_redirection,"
    "ldap,methods,permanentxss,redirect,sql,ssrf,timesql,upload,xss,xxe",
)
CONSTANTS = "put together from constants of the module"
QUERY = "a query of Django's, with its values apart"
ESCAPED = "on the list of tests/security/test_source_rules.py"
# Findings of medium weight and more that were looked at, by test and file.
BANDIT = {
    ("B108", "campaign_site/postgres.py"): (1, "a folder of mode 700 under a name of ours"),
    ("B108", "campaign_site/settings/test.py"): (1, "checked to be our own"),
    ("B308", "pages/search_excerpts.py"): (2, ESCAPED),
    ("B308", "pages/structured_data.py"): (1, ESCAPED),
    ("B308", "pages/templatetags/typography.py"): (3, ESCAPED),
    ("B308", "staff/login/enrolment.py"): (1, ESCAPED),
    ("B310", "campaign_site/management/commands/check_file_store.py"): (
        1,
        "an operator's command; asks the address of a store that the settings name",
    ),
    ("B314", "newsroom/checking/gift_codes.py"): (1, "reads a drawing that was made just before"),
    ("B608", "donations/services/automatic.py"): (3, CONSTANTS),
    ("B608", "donations/services/importing.py"): (1, CONSTANTS),
    ("B608", "events/services/mailings.py"): (1, QUERY),
    ("B608", "newsroom/updating/sending.py"): (1, QUERY),
    ("B608", "staff/login/shared_cache.py"): (1, CONSTANTS),
    ("B703", "campaign_site/fallback_pages.py"): (1, ESCAPED),
    ("B703", "events/door_views.py"): (1, ESCAPED),
    ("B703", "events/entry_code.py"): (1, ESCAPED),
    ("B703", "events/hosting/door.py"): (1, ESCAPED),
    ("B703", "pages/search_excerpts.py"): (2, ESCAPED),
    ("B703", "pages/structured_data.py"): (1, ESCAPED),
    ("B703", "pages/templatetags/typography.py"): (3, ESCAPED),
    ("B703", "staff/login/enrolment.py"): (1, ESCAPED),
}


def tool(name: str) -> str:
    program = TOOLS / name
    assert program.exists(), f"There is no {program}: run `make tools` first."
    return str(program)


def bandit(*paths: str, folder: Path) -> Counter:
    """How often bandit finds something of medium weight or more, by test and file."""
    command = [tool("bandit"), "-r", "-q", "--severity-level", "medium", "-f", "json", *paths]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    told = json.loads(ended.stdout)
    assert told["errors"] == []
    assert told["metrics"]["_totals"]["loc"] > 0
    return Counter((one["test_id"], one["filename"].removeprefix("./")) for one in told["results"])


def test_bandit_finds_nothing_that_was_not_looked_at(tmp_path):
    (tmp_path / "planted.py").write_text("import pickle\npickle.loads(b'')\neval('1')\n")
    assert {test for test, _ in bandit("planted.py", folder=tmp_path)} == {"B301", "B307"}

    found = bandit(*APPS, folder=ROOT)

    known = {key: number for key, (number, _reason) in BANDIT.items()}
    new = {key: number for key, number in found.items() if number > known.get(key, 0)}
    gone = {key: number for key, number in known.items() if number > found.get(key, 0)}
    print(f"\nbandit: {sum(found.values())} of medium weight or more, all looked at: {not new}")
    assert (new, gone) == ({}, {})


@pytest.fixture(scope="module")
def rig():
    # Varnish reads its configuration as another user: pytest's own folders are closed to it.
    with TemporaryDirectory(prefix="scan-") as folder:
        os.chmod(folder, 0o711)
        with Rig(Path(folder)) as running:
            yield running


def ask_nginx(rig: Rig, request: bytes) -> bytes:
    context = ssl.create_default_context(cafile=str(rig.ca_file))
    with (
        socket.create_connection(("localhost", rig.https_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(request.replace(b"Host: localhost", b"Host: " + rig.host.encode()))
        answer = b""
        connection.settimeout(3)
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
        return answer


def test_the_web_server_takes_no_crooked_request(rig):
    good = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert ask_nginx(rig, good).startswith(b"HTTP/1.1 200")

    answers = {name: ask_nginx(rig, request) for name, request in PAIRS.items()}
    for name, answer in answers.items():
        print(f"{name:28} {answer[:40]!r}")
        assert answer.count(b"HTTP/1.1 ") <= 1, name
        assert b" 200 " not in answer[:16], name


def test_unknown_methods_end_at_the_web_server(rig):
    for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"):
        request = f"{method} / HTTP/1.1\r\nHost: localhost\r\nX-Canary: told-back\r\n"
        answer = ask_nginx(rig, f"{request}Connection: close\r\n\r\n".encode())
        assert answer[9:12] in {b"400", b"403", b"404", b"405", b"501"}, method
        assert b"told-back" not in answer
        assert b"nginx/" not in answer
        assert b"gunicorn" not in answer


def test_wapiti_finds_nothing(rig, tmp_path):
    report = tmp_path / "report.json"
    command = [tool("wapiti"), "-u", f"{rig.url}/en/", "--scope", "domain", "-m", MODULES]
    command += ["-f", "json", "-o", str(report), "--flush-session", "--no-bugreport"]
    command += ["--verify-ssl", "0", "--max-scan-time", str(SECONDS), "--max-links-per-page", "60"]
    command += ["--store-session", str(tmp_path), "--tasks", "4", "-d", "4"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert report.exists(), ended.stdout[-3000:] + ended.stderr[-3000:]

    told = json.loads(report.read_text())
    print(f"\nwapiti: {told['infos'].get('crawled_pages_nbr')} pages crawled")
    assert (told["infos"].get("crawled_pages_nbr") or 0) > 20
    found = {
        name: [(one["method"], one["path"], one["info"][:160]) for one in entries][:5]
        for kind in ("vulnerabilities", "anomalies")
        for name, entries in told[kind].items()
        if entries
    }
    assert found == {}
