"""Ask an address on the web whether it is there, without letting it lead us into our own house.

Whoever may write a page may name any address, and a page elsewhere may lead on to any. So only
http and https are asked, on their own ports; every address that a name resolves to must be a
public one; and the connection goes to the very address that was checked, so that a name which
answers differently the second time (DNS rebinding) gains nothing. The same holds after each
redirect. Nothing is sent but the question: no cookies, no page that we came from.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

SECONDS = 10.0
MOST_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
# A web server that sends more than this before the end of its headers is none.
_MOST_HEADER_BYTES = 65_536
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r?\n)")
_LOCATION = re.compile(rb"\r?\nlocation:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LEADS_ON = {301, 302, 303, 307, 308}
# Ranges that carry an IPv4 address of somebody's choice inside (RFC 6052, 3056, 4380), and the
# public address behind which a cloud keeps its metadata; last, the site-local ones that no network
# was to use any more (RFC 3879), but which an old one may.
_NOT_ASKED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "168.63.129.16/32",
        "fec0::/10",
    )
)

Resolve = Callable[[str, int], Iterable[str]]
Allowed = Callable[[str, int], bool]


@dataclass(frozen=True)
class Answer:
    """What an address answered: the HTTP status, or why there is none.

    ``error``: ``no-address``, ``timeout``, ``certificate``, ``refused`` (not a public address),
    ``redirects``, ``wrong`` (no address of a web page), ``unreachable``; empty with a status.
    """

    status: int | None = None
    error: str = ""

    @property
    def is_there(self) -> bool:
        return self.status is not None and self.status < HTTPStatus.BAD_REQUEST

    @property
    def says_nothing(self) -> bool:
        """Whether the server merely does not talk to programs: a reader may well see the page."""
        return self.status in (401, 403, 407, 429, 451, 999)


class NotAsked(Exception):
    """An address that is not asked, or did not answer; ``args[0]`` is the error of an Answer."""


def is_public(address: str, _port: int) -> bool:
    """Whether an IP address is one that everybody on the internet reaches."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(ip, "ipv4_mapped", None)
    if inside is not None:
        ip = inside
    if any(ip in network for network in _NOT_ASKED if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve(host: str, port: int) -> list[str]:
    """Return every IP address that ``host`` has."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def ask(
    url: str,
    *,
    resolve: Resolve = resolve,
    allowed: Allowed = is_public,
    ports: dict[str, int] | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """Ask ``url``, and where it leads on to, for its headers; at most ``seconds`` for each.

    ``allowed`` is asked about each IP address and port before anything is sent to it. ``ports``
    are the ports that may be asked; tests alone give others.
    """
    for _ in range(MOST_REDIRECTS + 1):
        try:
            status, location = _ask_once(url, resolve, allowed, ports or _PORTS, seconds)
        except NotAsked as problem:
            return Answer(error=str(problem))
        if status not in _LEADS_ON or not location:
            return Answer(status)
        url = urljoin(url, location)
    return Answer(error="redirects")


def _ask_once(url, resolve, allowed, ports, seconds: float) -> tuple[int, str]:
    """Return the status and where it leads on to. Servers that do not know HEAD are asked GET."""
    target = _target(url, ports)
    addresses = _checked(target, resolve, allowed)
    deadline = time.monotonic() + seconds
    status, location = _exchange("HEAD", target, addresses, deadline)
    if status >= HTTPStatus.BAD_REQUEST:
        # Many answer to HEAD wrongly, whatever they say to browsers.
        status, location = _exchange("GET", target, addresses, time.monotonic() + seconds)
    return status, location


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str


def _target(url: str, ports: dict[str, int]) -> _Target:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise NotAsked("wrong") from error
    if parts.scheme not in ports or not parts.hostname or "@" in parts.netloc:
        raise NotAsked("wrong")
    port = port or ports[parts.scheme]
    if port not in ports.values():
        raise NotAsked("refused")
    try:
        host = (
            parts.hostname.encode("idna").decode()
            if ":" not in parts.hostname
            else (parts.hostname)
        )
    except UnicodeError as error:
        raise NotAsked("wrong") from error
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise NotAsked("wrong")
    # Whatever could end a line of the question is written as %0D and the like.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return _Target(parts.scheme, host, port, f"{path}?{query}" if query else path)


def _checked(target: _Target, resolve: Resolve, allowed: Allowed) -> list[str]:
    """Return the addresses of a host, all of which may be asked: one bad one refuses all."""
    try:
        addresses = list(resolve(target.host, target.port))
    except (OSError, UnicodeError) as error:
        raise NotAsked("no-address") from error
    if not addresses:
        raise NotAsked("no-address")
    if not all(allowed(address, target.port) for address in addresses):
        raise NotAsked("refused")
    return addresses


def _exchange(
    method: str, target: _Target, addresses: list[str], deadline: float
) -> tuple[int, str]:
    problem = NotAsked("unreachable")
    for address in addresses:
        try:
            return _talk(method, target, address, deadline)
        except TimeoutError as error:
            raise NotAsked("timeout") from error
        except ssl.SSLCertVerificationError as error:
            problem = NotAsked("certificate")
            problem.__cause__ = error
        except OSError as error:
            problem.__cause__ = error
    raise problem


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _talk(method: str, target: _Target, address: str, deadline: float) -> tuple[int, str]:
    """Send one question to ``address`` and read the headers of the answer, never its body."""
    plain = socket.create_connection((address, target.port), timeout=_left(deadline))
    with closing(plain):
        connection = plain
        if target.scheme == "https":
            context = ssl.create_default_context()
            connection = context.wrap_socket(plain, server_hostname=target.host)
        with closing(connection):
            connection.settimeout(_left(deadline))
            connection.sendall(_question(method, target))
            head = b""
            while b"\r\n\r\n" not in head and b"\n\n" not in head:
                # However slowly it drips, an answer has its seconds and no more.
                connection.settimeout(_left(deadline))
                received = connection.recv(4096)
                head += received
                if not received or len(head) > _MOST_HEADER_BYTES:
                    break
    found = _STATUS_LINE.match(head)
    if found is None:
        raise NotAsked("unreachable")
    location = _LOCATION.search(head)
    return int(found[1]), location[1].decode("latin-1").strip() if location else ""


def _question(method: str, target: _Target) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    if target.port != _PORTS.get(target.scheme):
        host = f"{host}:{target.port}"
    lines = (
        f"{method} {target.path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: CampaignSiteLinkCheck/1.0 (+{settings.SITE_URL})",
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "ignore")
