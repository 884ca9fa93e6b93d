"""Mozilla's HTTP Observatory on this machine: installed once below ``.local``, without its lists.

The scanner is an npm package for Node 20 or later. Two lists that it would fetch from elsewhere
are left empty: no host counts as preloaded for HSTS, and no top-level domain as known.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_PACKAGE = Path("node_modules/@mdn/mdn-http-observatory")
_LISTS = ("hsts-preload.json", "tld-list.json")
_NEEDED = "The scanner needs Node and npm: apt-get install nodejs npm"


@dataclass(frozen=True)
class Page:
    """What is scanned: ``host`` without a port, a path, and the two ports of the web server."""

    name: str
    host: str
    path: str
    https_port: int
    http_port: int


def install() -> Path:
    """Return the folder of the scanner, installed as ``package-lock.json`` says."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise RuntimeError(_NEEDED)
    folder = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local").resolve() / "observatory"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    mark = folder / "installed-from.json"
    if not mark.exists() or mark.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True)
        mark.write_bytes(lock)
    for name in _LISTS:
        (folder / _PACKAGE / "conf" / name).write_text("{}")
    return folder / _PACKAGE


def scan(pages: list[Page], *, ca_file: Path) -> list[dict]:
    """Return what the scanner says of each page: status, score, grade, failed, tests."""
    source = install()
    asked = [
        {
            "name": page.name,
            "host": page.host,
            "path": page.path,
            "httpsPort": page.https_port,
            "httpPort": page.http_port,
        }
        for page in pages
    ]
    ended = subprocess.run(
        ["node", str(HERE / "scan.mjs"), str(source)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(ca_file), "NODE_NO_WARNINGS": "1"},
    )
    if ended.returncode:
        raise RuntimeError(f"The scanner ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return json.loads(ended.stdout)
