"""The shipped configuration, with Debian's paths, ports and users replaced by the rig's.

Each substitution must be found at least once: a file that has changed its shape is noticed here.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.rig.processes import ROOT, RigError

DEPLOY = ROOT / "deploy"


def render(source: Path, substitutions: Mapping[str, str]) -> str:
    """Return the text of a shipped file, changed. Raises RigError when something is not there."""
    text = source.read_text()
    for old, new in substitutions.items():
        if old not in text:
            raise RigError(f"{source.relative_to(ROOT)} does not say {old!r} any more.")
        text = text.replace(old, new)
    return text


def write_nginx(
    folder: Path,
    *,
    https_port: int,
    http_port: int,
    varnish_port: int | None,
    web: Sequence[tuple[str, int]],
    admin: Sequence[tuple[str, int]],
    local: Path,
) -> Path:
    """Write nginx's files below ``folder``; return the path of the main one."""
    for name in ("nginx/snippets", "nginx/sites", "nginx/spool", "cache", "acme", "fallback"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    user = {} if os.geteuid() else {"user www-data;": "user root;"}
    main = render(
        DEPLOY / "nginx/nginx.conf",
        {
            **user,
            "/run/nginx.pid": f"{folder}/nginx/nginx.pid",
            "/var/log/nginx/": f"{folder}/logs/",
            "/var/lib/nginx/": f"{folder}/nginx/spool/",
            "/etc/nginx/sites-enabled/": f"{folder}/nginx/sites/",
        },
    )
    site = render(
        DEPLOY / "nginx/campaign.conf",
        {
            "/var/log/nginx/": f"{folder}/logs/",
            "/var/cache/nginx/campaign": f"{folder}/cache/nginx",
            "/etc/letsencrypt/live/www.example.org/": f"{folder}/tls/",
            "/etc/letsencrypt/live/photos.example.org/": f"{folder}/tls/",
            "/var/lib/campaign/static/": f"{local}/static/",
            "/var/www/acme": f"{folder}/acme",
            "https://www.example.org$": f"https://localhost:{https_port}$",
            "https://$host$": f"https://$host:{https_port}$",
            "www.example.org": "localhost",
            "photos.example.org": "photos.localhost",
            "server_name example.org;": "server_name bare.localhost;",
            "listen 80": f"listen 127.0.0.1:{http_port}",
            "listen 443": f"listen 127.0.0.1:{https_port}",
        },
    )
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = _replaced(site, r" *server 127\.0\.0\.1:8001(.*)\n *server 127\.0\.0\.1:8003.*\n", web)
    site = _replaced(site, r" *server 127\.0\.0\.1:8002(.*)\n", admin)
    if varnish_port is None:
        site = site.replace('" campaign_varnish;', '" campaign_web;')
    else:
        site = site.replace("127.0.0.1:6081", f"127.0.0.1:{varnish_port}")
    (folder / "nginx/nginx.conf").write_text(main)
    (folder / "nginx/sites/campaign.conf").write_text(site)
    for snippet in sorted((DEPLOY / "nginx/snippets").glob("*.conf")):
        text = snippet.read_text().replace("/srv/campaign/fallback/", f"{folder}/fallback/")
        (folder / "nginx/snippets" / snippet.name).write_text(text)
    return folder / "nginx/nginx.conf"


def _replaced(text: str, pattern: str, addresses: Sequence[tuple[str, int]]) -> str:
    """Name all hosts wherever the shipped file names those of one machine."""
    found = re.search(pattern, text)
    if not found:
        raise RigError(f"deploy/nginx/campaign.conf has nothing like {pattern!r} any more.")

    def lines(match: re.Match) -> str:
        return "".join(f"    server {host}:{port}{match[1]}\n" for host, port in addresses)

    return re.sub(pattern, lines, text)


def write_redis(folder: Path, port: int) -> Path:
    (folder / "redis").mkdir(exist_ok=True)
    text = render(
        DEPLOY / "redis/redis.conf",
        {
            "port 6379": f"port {port}",
            "bind 127.0.0.1 -::1": "bind 127.0.0.1",
            "/var/lib/redis": f"{folder}/redis",
            "supervised systemd": "supervised no",
        },
    )
    path = folder / "redis/redis.conf"
    path.write_text(text)
    return path


def write_vcl(
    folder: Path, host: str, web: Sequence[tuple[str, int]], admin: Sequence[tuple[str, int]]
) -> Path:
    """The shipped VCL with the backends of the rig's first host."""
    text = (DEPLOY / "varnish/campaign.vcl").read_text()
    for shipped, (address, port) in (("8001", web[0]), ("8003", web[1]), ("8002", admin[0])):
        text = re.sub(
            rf'(\.host\s*=\s*)"127\.0\.0\.1"(;\s*\.port\s*=\s*)"{shipped}"',
            rf'\g<1>"{address}"\g<2>"{port}"',
            text,
        )
    if re.search(r'\.port\s*=\s*"8\d{3}"', text):
        raise RigError("deploy/varnish/campaign.vcl names a backend that the rig does not know.")
    text = text.replace("/srv/campaign/fallback", f"{folder}/fallback")
    text = text.replace("www.example.org", host)
    (folder / "varnish").mkdir(exist_ok=True)
    path = folder / "varnish/campaign.vcl"
    path.write_text(text)
    return path
