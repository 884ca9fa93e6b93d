"""What the lock files pin, and what must be true of them: hashes everywhere, nothing below a floor.

``python bin/audit_locks.py`` prints what is wrong and ends with exit code 1, or prints nothing.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
_PINNED = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+))?"
)
_HASH = re.compile(r"--hash=(sha(?:256|384|512):[0-9a-f]+)")
_FLOOR = re.compile(r"([A-Za-z0-9._-]+)\s*(>=\s*[^\s#]+)\s*#\s*(\S.*)")
# Folders that hold what was installed or made, not what belongs to us.
_NOT_OURS = {"node_modules", ".venv", ".local", ".git"}


class LockError(Exception):
    """A line that cannot be read, in a lock file or in floors.txt."""


@dataclass
class Pinned:
    """One package of a lock file. ``marker`` says on which systems it is wanted."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)

    def is_wanted_here(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


@dataclass(frozen=True)
class Floor:
    name: str
    allowed: SpecifierSet
    reason: str


def python_locks(root: Path = ROOT) -> list[Path]:
    return sorted(root.glob("requirements*.txt"))


def read_lock(path: Path) -> list[Pinned]:
    """Return the packages of a lock file. Raises LockError for anything but pinned packages."""
    found = []
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        wanted, _, comment = line.partition(" #")
        if not wanted.strip() or wanted.lstrip().startswith("#"):
            continue
        pinned = _PINNED.match(wanted)
        if not pinned:
            raise LockError(f"{path.name}: not a pinned package: {wanted.strip()[:80]}")
        name, version, marker = pinned.groups()
        marker = (marker or "").partition(" --hash")[0].strip()
        hashes = sorted(_HASH.findall(wanted))
        found.append(Pinned(canonicalize_name(name), version, marker, hashes))
    return found


def read_floors(path: Path = ROOT / "floors.txt") -> list[Floor]:
    """Return the floors. Raises LockError for a line without a version or without a reason."""
    floors = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = _FLOOR.fullmatch(line.strip())
        if not found:
            raise LockError(f"{path.name}: name>=version  # reason, not: {line}")
        name, allowed, reason = found.groups()
        floors.append(Floor(canonicalize_name(name), SpecifierSet(allowed), reason))
    return floors


def unhashed(path: Path) -> list[str]:
    """Return the packages of a lock file that have no hash."""
    return [f"{path.name}: {one.name} has no hash" for one in read_lock(path) if not one.hashes]


def below_floor(pinned: list[Pinned], floors: list[Floor], where: str) -> list[str]:
    """Return what lies below its floor; a pre-release of the floor's version does too."""
    versions = [(one.name, one.version) for one in pinned]
    return [
        f"{where}: {name} {version} is below its floor ({floor.allowed}): {floor.reason}"
        for floor in floors
        for name, version in versions
        if name == floor.name and not floor.allowed.contains(version, prereleases=True)
    ]


def installed() -> list[Pinned]:
    """Return the packages of the environment that runs this."""
    return [
        Pinned(canonicalize_name(one.metadata["Name"]), one.version)
        for one in metadata.distributions()
    ]


def node_locks(root: Path = ROOT) -> list[Path]:
    found = root.rglob("package-lock.json")
    return sorted(path for path in found if not _NOT_OURS & set(path.relative_to(root).parts))


def unsafe_node_packages(path: Path) -> Iterator[str]:
    """Yield the packages of an npm lock file without a hash, or with the address of a registry."""
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if not name or package.get("link"):
            continue
        if not re.match(r"sha(?:256|384|512)-", package.get("integrity", "")):
            yield f"{path}: {name} has no hash"
        if "resolved" in package:
            yield f"{path}: {name} names an address"


def all_faults(root: Path = ROOT) -> list[str]:
    floors = read_floors(root / "floors.txt")
    faults = below_floor(installed(), floors, "installed")
    for path in python_locks(root):
        faults += unhashed(path) + below_floor(read_lock(path), floors, path.name)
    for path in node_locks(root):
        faults += unsafe_node_packages(path)
    return faults


if __name__ == "__main__":
    if found := all_faults():
        sys.exit("\n".join(found))
