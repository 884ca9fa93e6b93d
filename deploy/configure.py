#!/usr/bin/python3
"""Put the shipped configuration in its place on a Debian host, with the site's own names.

    sudo deploy/configure.py            # what would change
    sudo deploy/configure.py --write    # write it; nothing is restarted

The names come from /etc/campaign/campaign.env (SITE_URL, PHOTO_BASE_URL). Files that are already as
they should be stay; one that was changed by hand is kept beside the new one, as NAME~, which no
program reads. Only Python's own library.
"""

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

DEPLOY = Path(__file__).resolve().parent
ENVIRONMENT = Path("/etc/campaign/campaign.env")

# Where each file of deploy/ belongs. A folder means: everything in it.
PLACES = {
    "nginx/nginx.conf": "/etc/nginx/nginx.conf",
    "nginx/campaign.conf": "/etc/nginx/sites-enabled/campaign.conf",
    "nginx/snippets": "/etc/nginx/snippets",
    "varnish/campaign.vcl": "/etc/varnish/campaign.vcl",
    "redis/redis.conf": "/etc/redis/redis.conf",
    "systemd": "/etc/systemd/system",
    # In place of Debian's own: a second file for the same logs would be an error of both.
    "logrotate/nginx": "/etc/logrotate.d/nginx",
    "logrotate/postgresql-common": "/etc/logrotate.d/postgresql-common",
    "journald/campaign.conf": "/etc/systemd/journald.conf.d/campaign.conf",
    "campaign-manage": "/usr/local/bin/campaign-manage",
}


def names(environment: Mapping[str, str]) -> dict[str, str]:
    """What stands in the shipped files, and what belongs there. Raises SystemExit."""
    site = urlsplit(environment.get("SITE_URL", "")).hostname
    photos = urlsplit(environment.get("PHOTO_BASE_URL", "")).hostname
    if not site or not photos:
        raise SystemExit(f"Set SITE_URL and PHOTO_BASE_URL in {ENVIRONMENT} first.")
    # The longer names first: the bare domain is a part of them.
    return {
        "www.example.org": site,
        "photos.example.org": photos,
        "server_name example.org;": f"server_name {site.removeprefix('www.')};",
    }


def planned(substitutions: Mapping[str, str], root: Path) -> dict[Path, bytes]:
    """Every file to be written below ``root``, with its content."""
    found = {}
    for source, target in PLACES.items():
        path = DEPLOY / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                place = root / target.lstrip("/") / file.relative_to(path)
                text = file.read_text()
                for old, new in substitutions.items():
                    text = text.replace(old, new)
                found[place] = text.encode()
    return found


def write(files: Mapping[Path, bytes]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            shutil.copy2(path, path.with_name(f"{path.name}~"))
        draft = path.with_name(f"{path.name}.new")
        draft.write_bytes(content)
        draft.chmod(0o755 if content.startswith(b"#!") else 0o644)
        draft.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help="write what would change")
    parser.add_argument("--root", type=Path, default=Path("/"), help="another place than /")
    chosen = parser.parse_args()
    sys.path.insert(0, str(DEPLOY))
    from release import read_variables

    wanted = planned(names(read_variables(chosen.root / str(ENVIRONMENT).lstrip("/"))), chosen.root)
    changed = {
        path: content
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != content
    }
    for path in changed:
        sys.stdout.write(f"{'writes' if chosen.write else 'would write'} {path}\n")
    if chosen.write:
        write(changed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
