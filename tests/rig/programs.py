"""What a drill needs of the machine, and how to get it on Debian."""

import shutil
from pathlib import Path

from tests.rig.processes import RigError

_PACKAGES = {
    "nginx": "nginx libnginx-mod-http-brotli-filter libnginx-mod-http-brotli-static",
    "varnishd": "varnish",
    "redis-server": "redis-server",
    "testssl": "testssl.sh",
    "wrk": "wrk",
    "systemd-analyze": "systemd",
    "strace": "strace",
}
# Debian keeps servers out of the path of ordinary users.
_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """The path of a program. Raises RigError with the line that installs what is missing."""
    found = shutil.which(name, path=_FOLDERS)
    if found is None:
        package = _PACKAGES.get(name, name)
        raise RigError(f"{name} is missing. Install it: apt-get install {package}")
    return found


def require_brotli() -> None:
    """Raise RigError when nginx could not compress with brotli."""
    if not list(Path("/usr/share/nginx/modules-available").glob("*brotli-static.conf")):
        raise RigError(f"nginx has no brotli. Install it: apt-get install {_PACKAGES['nginx']}")


def debian_postgres() -> Path:
    """The folder of the newest PostgreSQL of Debian's. Raises RigError when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    if not found:
        raise RigError("There is no PostgreSQL of Debian's: apt-get install postgresql")
    return found[-1].parent


def _version(path: Path) -> int:
    return int(path.parts[-3])
