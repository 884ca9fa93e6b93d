"""Make .venv/ and install a lock file into it: ``python make_venv.py requirements.txt``.

A second argument names another folder: ``python make_venv.py requirements-tools.txt .local/tools``.

Run by any Python from 3.12 on, with nothing but the standard library. Every package must have the
hash that the lock file names. Safe to repeat: a stamp in .venv/ tells which lock file is installed,
so a second run takes a moment; two runs at once wait for each other. Ends with exit code 1 and a
sentence when something is in the way.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / (sys.argv[2] if len(sys.argv) > 2 else ".venv")
PYTHON = VENV / "bin" / "python"
LOCAL = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local").resolve()


def main() -> None:
    lock_file = ROOT / sys.argv[1]
    for folder in (LOCAL, VENV):
        _refuse_another_users(folder)
    try:
        with _alone():
            if not _works():
                _create()
            stamp = VENV / f"{lock_file.name}.installed"
            wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
            if not stamp.exists() or stamp.read_text() != wanted:
                _install(lock_file)
                stamp.write_text(wanted)
    except PermissionError as error:
        sys.exit(f"{error.filename} cannot be written by {_user_name(os.geteuid())}.")


def _refuse_another_users(folder: Path) -> None:
    """End with a sentence when the folder exists and belongs to somebody else."""
    if not folder.exists() or folder.stat().st_uid == os.geteuid():
        return
    owner, me = _user_name(folder.stat().st_uid), _user_name(os.geteuid())
    sys.exit(
        f"{folder} belongs to {owner}, and you are {me}.\n"
        f"Run the command as {owner}, or let an administrator remove the folder or hand it over:"
        f" chown -R {me} {folder}"
    )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time work on .venv/."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _works() -> bool:
    """Whether .venv/ is whole and has a Python that starts and is wanted.

    Its interpreter may have been removed, or its making cut short: pip comes last. With PYTHON set
    (as in ``make run PYTHON=python3.14``) it must be of that version, otherwise only new enough.
    """
    if not PYTHON.exists() or not (shutil.which("uv") or (VENV / "bin" / "pip").exists()):
        return False
    wanted = f"== {sys.version_info[:2]}" if os.environ.get("PYTHON") else ">= (3, 12)"
    check = f"import sys; sys.exit(not sys.version_info[:2] {wanted})"
    asked = subprocess.run([PYTHON, "-c", check], check=False, capture_output=True)  # noqa: S603
    return asked.returncode == 0


def _create() -> None:
    """Make an empty .venv/ in the place of what is there."""
    if not shutil.which("uv") and not importlib.util.find_spec("ensurepip"):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"{sys.executable} has no venv and ensurepip modules.\n"
            f"On Debian and Ubuntu: apt install python3-venv (or python{version}-venv)"
        )
    _say(f"Making .venv with {sys.executable}")
    pip = ["--without-pip"] if shutil.which("uv") else []
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", *pip, str(VENV)]
    made = subprocess.run(command, check=False)  # noqa: S603
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("The virtual environment could not be made; the reason is above.")


def _install(lock_file: Path) -> None:
    """Install every package of the lock file, with uv where there is one and with pip otherwise."""
    _say(f"Installing {lock_file.name}; the first time takes a minute or two")
    if uv := shutil.which("uv"):
        installer = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        installer = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
        installer += ["--disable-pip-version-check", "--progress-bar", "off"]
    command = [*installer, "--require-hashes", "--requirement", str(lock_file)]
    installed = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603
    if installed.returncode != 0:
        sys.exit(f"{lock_file.name} could not be installed; the reason is above.")


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}.\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
