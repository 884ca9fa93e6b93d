"""Run the programs that do the work, each as the user it belongs to."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from campaign_backup.configuration import BackupError


def identity(user: str) -> dict:
    """What makes ``subprocess`` run something as ``user``; nothing for whoever we are already.

    Raises ``BackupError`` when there is no such user, or when we may not become them.
    """
    try:
        account = pwd.getpwnam(user)
    except KeyError as error:
        raise BackupError(f"There is no user {user} on this machine.") from error
    if account.pw_uid == os.geteuid():
        return {}
    if os.geteuid() != 0:
        raise BackupError(f"Run this as root: a part of it has to run as {user}.")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path, user: str) -> None:
    """Make ``user`` the owner of a path and of everything below it, when we are root."""
    if os.geteuid() != 0:
        return
    account = pwd.getpwnam(user)
    os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            os.chown(
                os.path.join(folder, name), account.pw_uid, account.pw_gid, follow_symlinks=False
            )


def make_reachable(folder: Path) -> None:
    """Make a folder, and those above it, that other users can go through but not look into.

    What is there already stays as it is.
    """
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir()
            path.chmod(0o711)


def run(
    command: Sequence[str | Path],
    *,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end and return what it wrote.

    It gets PATH, HOME, the locale and ``environment``, and nothing else of ours. Raises
    ``BackupError`` with the last lines it wrote when it fails, or when it is not installed.
    """
    if shutil.which(str(command[0])) is None:
        raise BackupError(f"{command[0]} is not installed on this machine.")
    # systemd tells a service of root's no HOME; ssh and rclone look there for keys and places.
    own_home = os.environ.get("HOME") or pwd.getpwuid(os.geteuid()).pw_dir
    home = pwd.getpwnam(user).pw_dir if user else own_home
    done = subprocess.run(  # noqa: S603  the program and its arguments are ours
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=cwd or "/",
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            **(environment or {}),
        },
        **(identity(user) if user else {}),
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise BackupError(f"{Path(command[0]).name} failed: {' '.join(said[-4:])}")
    return done.stdout
