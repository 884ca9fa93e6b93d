"""Find a Chromium that starts, or install one, for the browser tests.

``python tests/chromium.py`` prints what a shell must evaluate before the tests: the variable
CHROMIUM with the browser's path and, where Playwright's own Node.js lacks a library,
PLAYWRIGHT_NODEJS_PATH. Whatever else it says goes to standard error.

The browser tests must never be left out for want of a browser, so this looks everywhere and then
installs: Debian's package as root; otherwise Playwright's build where its download works; otherwise
Debian's packages unpacked in the site's own folder, which takes no rights at all (400 MB). Ends
with exit code 1 and a sentence when nothing helps.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCAL = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local").resolve()
PRIVATE = LOCAL / "browser"
PRIVATE_PROGRAM = PRIVATE / "chromium"
PRIVATE_NODE = PRIVATE / "node"

NAMES_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS_PROGRAM = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PLAYWRIGHT_PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)

START_TIMEOUT_SECONDS = 60
DOWNLOAD_TIMEOUT_SECONDS = 600
PROOF = "It starts"


class NoBrowser(Exception):
    """There is no browser to test with; the message is a sentence that says what to do."""


def find_or_install() -> Path:
    """Return the path of a browser that starts, installing one if need be. Raises NoBrowser."""
    if named := os.environ.get("CHROMIUM"):
        program = shutil.which(named)
        if program and _starts(Path(program)):
            return Path(program)
        raise NoBrowser(f"CHROMIUM={named} does not start: name a Chromium or Chrome, or unset it.")
    with _alone():
        if program := _first_that_starts():
            return program
        for install in (_install_as_root, _install_with_playwright, _unpack_without_root):
            install()
            if program := _first_that_starts():
                return program
    raise NoBrowser(
        "The browser tests need Chromium, and none could be found or installed."
        " Install one (on Debian: apt install chromium), or name it: make test CHROMIUM=/path/to/it"
    )


def find_node() -> Path | None:
    """Return the Node.js that Playwright needs in place of its own; None if its own starts.

    A bare Debian lacks libatomic1, which comes with Chromium. Raises NoBrowser.
    """
    if _driver_starts():
        return None
    if os.geteuid() == 0:
        _apt_install("libatomic1")
        if _driver_starts():
            return None
    with _alone():
        if not PRIVATE_NODE.exists():
            _unpack_without_root()
    if _driver_starts(PRIVATE_NODE):
        return PRIVATE_NODE
    raise NoBrowser("Playwright's driver does not start. On Debian: apt install libatomic1")


def _candidates() -> Iterator[Path]:
    """Every place where a browser may be, the best first."""
    yield from (Path(program) for name in NAMES_ON_PATH if (program := shutil.which(name)))
    yield MACOS_PROGRAM
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    for pattern in PLAYWRIGHT_PATTERNS:
        yield from sorted(Path(cache).glob(pattern), reverse=True)
    yield PRIVATE_PROGRAM


def _first_that_starts() -> Path | None:
    return next((path for path in _candidates() if path.exists() and _starts(path)), None)


def _starts(program: Path) -> bool:
    """Whether the browser shows a page; some lack a library, or are mere signposts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(program), "--headless", "--no-sandbox", "--disable-gpu"]
        command += [f"--user-data-dir={profile}", "--dump-dom", f"data:text/html,{PROOF}"]
        try:
            shown = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=START_TIMEOUT_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return PROOF in shown.stdout


def _driver_starts(node: Path | None = None) -> bool:
    """Whether Playwright's driver runs, with another Node.js if one is given."""
    environment = {**os.environ, **({"PLAYWRIGHT_NODEJS_PATH": str(node)} if node else {})}
    asked = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"],
        check=False,
        capture_output=True,
        env=environment,
    )
    return asked.returncode == 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time look and install."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / ".browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_as_root() -> None:
    """Install Debian's package, if that is possible here."""
    if os.geteuid() == 0:
        _say("Installing Chromium with apt-get")
        _apt_install("chromium")


def _apt_install(package: str) -> None:
    """Install a package of Debian's as root, if this is a Debian."""
    if not shutil.which("apt-get"):
        return
    apt = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")
    # An index that cannot be fetched does not matter as long as the package can be.
    _run(*apt, "update")
    _run(*apt, "install", "--no-install-recommends", "-y", package)


def _install_with_playwright() -> None:
    """Let Playwright download its build, if its servers can be reached from here."""
    _say("Trying Playwright's Chromium")
    # Not its dozens of lines about a server that is out of reach: the next way may work.
    _run(sys.executable, "-m", "playwright", "install", "chromium", is_quiet=True)


def _unpack_without_root() -> None:
    """Unpack Debian's Chromium and what this system lacks of its dependencies into PRIVATE."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return
    _say(f"Unpacking Debian's Chromium into {PRIVATE}")
    shutil.rmtree(PRIVATE, ignore_errors=True)
    apt, system = PRIVATE / "apt", PRIVATE / "system"
    for folder in (apt / "lists" / "partial", apt / "archives" / "partial", system):
        folder.mkdir(parents=True)
    options = _private_apt_options(apt)
    _run("apt-get", "-qq", *options, "update")
    _run(
        *("apt-get", "-qq", *options, "--download-only"),
        *("install", "--no-install-recommends", "-y", "chromium"),
    )
    for package in sorted((apt / "archives").glob("*.deb")):
        _run("dpkg-deb", "--extract", str(package), str(system))
    shutil.rmtree(apt, ignore_errors=True)
    _write_private_programs(system)


def _private_apt_options(apt: Path) -> list[str]:
    """Let apt-get keep its lists and archives in ``apt``, and only read what the system has."""
    options = {
        "Dir::State": apt,
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": apt,
        "Dir::Cache::Archives": apt / "archives",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": pwd.getpwuid(os.geteuid()).pw_name,
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _write_private_programs(system: Path) -> None:
    """Write the commands that start the unpacked browser, and Node.js, with what was unpacked."""
    fonts = PRIVATE / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{system / 'usr/share/fonts'}</dir>\n"
        f"  <cachedir>{PRIVATE / 'font-cache'}</cachedir>\n</fontconfig>\n"
    )
    program = system / "usr/lib/chromium/chromium"
    libraries = {path.parent for path in system.rglob("*.so*")} - {program.parent}
    variables = {
        "LD_LIBRARY_PATH": ":".join(str(folder) for folder in sorted(libraries)),
        "FONTCONFIG_FILE": str(fonts),
    }
    _write_command(PRIVATE_PROGRAM, program, variables)
    package = importlib.util.find_spec("playwright")
    for folder in (package.submodule_search_locations or []) if package else []:
        _write_command(PRIVATE_NODE, Path(folder, "driver", "node"), variables)


def _write_command(command: Path, program: Path, variables: dict[str, str]) -> None:
    """Write a shell script that runs a program with some variables set."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines = ["#!/bin/sh", *exports, f'exec {shlex.quote(str(program))} "$@"']
    command.write_text("\n".join(lines) + "\n")
    command.chmod(0o755)


def _run(*command: str, is_quiet: bool = False) -> None:
    """Run a command with its talk on standard error; whether it helped is seen from the browser."""
    output = subprocess.DEVNULL if is_quiet else sys.stderr
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}.\n")
    sys.stderr.flush()


def main() -> int:
    """Print the variables that the browser tests need; return the exit code."""
    try:
        variables = {"CHROMIUM": find_or_install(), "PLAYWRIGHT_NODEJS_PATH": find_node()}
        for name, value in variables.items():
            if value:
                sys.stdout.write(f"export {name}={shlex.quote(str(value))}\n")
    except NoBrowser as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
