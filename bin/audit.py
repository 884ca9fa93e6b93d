"""Ask whether anything that is locked is known to be vulnerable: ``make audit``.

Run by the Python of .local/tools/. Ends with exit code 1 when something is found, and when the
audit could see nothing: pip-audit by itself takes an advisory service that it cannot reach, or a
package that it does not know, for a clean bill. So it is first shown a package that is known to be
vulnerable, and must find it; and every package of every lock file must come back as looked at.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from audit_licences import refused
from audit_locks import all_faults, python_locks, read_lock

# Known to be vulnerable for years, in every advisory service (CVE-2021-25287 and many more).
CANARY = "pillow==8.0.0"
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")


class BlindError(Exception):
    """The audit could not see; the message says of what."""


def look(lock: Path, *arguments: str) -> tuple[set[str], list[str]]:
    """Return the names that pip-audit looked at, and what it found. Raises BlindError.

    Nothing is installed or resolved: a lock file names everything there is.
    """
    command = [str(PIP_AUDIT), "--strict", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", "--requirement", str(lock), *arguments]
    # An extra address of an advisory service comes from the environment, see its manual.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError) as error:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise BlindError(f"{lock.name} could not be audited: {last[0]}") from error
    found = [
        f"{lock.name}: {one['name']} {one['version']}: {flaw['id']}"
        + (f", mended in {', '.join(flaw['fix_versions'])}" if flaw.get("fix_versions") else "")
        for one in told
        for flaw in one.get("vulns", [])
    ]
    return {one["name"] for one in told if "vulns" in one}, found


def try_canary() -> None:
    """Raise BlindError unless a package that is known to be vulnerable is found to be."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "canary.txt"
        lock.write_text(f"{CANARY}\n")
        try:
            _seen, found = look(lock, "--no-deps")
        except BlindError as error:
            raise BlindError(f"the audit found nothing because it saw nothing. {error}") from error
    if not found:
        raise BlindError(
            f"the audit found nothing because it saw nothing: not even {CANARY} is told of."
        )


def audit(lock: Path) -> list[str]:
    """Return what is known against a lock file. Raises BlindError when not all was looked at."""
    wanted = {one.name for one in read_lock(lock) if one.is_wanted_here()}
    seen, found = look(lock, "--require-hashes")
    if missed := sorted(wanted - seen):
        raise BlindError(f"{lock.name}: not looked at: {', '.join(missed)}")
    return found


def main() -> None:
    faults = [*all_faults(), *refused()]
    looked_at = 0
    try:
        try_canary()
        for lock in python_locks():
            faults += audit(lock)
            looked_at += len(read_lock(lock))
    except BlindError as error:
        sys.exit("\n".join([*faults, f"No audit: {error}"]))
    if faults:
        sys.exit("\n".join(faults))
    sys.stdout.write(f"{looked_at} locked packages looked at, the canary was found, and no more.\n")


if __name__ == "__main__":
    main()
