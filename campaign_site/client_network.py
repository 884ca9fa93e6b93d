"""Which network a request comes from: as much of its address as a limit needs, and no more.

Nothing here is stored or logged. A household, a street or an office shares a /24 (IPv4) or a /64
(IPv6, the least that a provider gives to one customer: RFC 6177).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever cannot be told apart shares one limit.
UNKNOWN = "unknown"
_PREFIX_LENGTHS = {4: 24, 6: 64}


def client_network(request: HttpRequest) -> str:
    """Return the network a request comes from, like ``203.0.113.0/24`` or ``2001:db8::/64``.

    With ``TRUSTED_PROXY_COUNT`` = n, each of n proxies of ours has appended the address it saw to
    X-Forwarded-For, so the n-th from the right is true and everything to its left is hearsay.
    With 0, or when there are fewer, the address of the connection itself counts.
    """
    address = _parsed(_client_address(request))
    if address is None:
        return UNKNOWN
    return str(ip_network(f"{address}/{_PREFIX_LENGTHS[address.version]}", strict=False))


def _client_address(request: HttpRequest) -> str:
    count = settings.TRUSTED_PROXY_COUNT
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < count <= len(passed_on) and passed_on[-count].strip():
        return passed_on[-count].strip()
    return request.META.get("REMOTE_ADDR", "")


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, also as ``[address]:port`` or ``address:port``; None if it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # An IPv4 visitor of a server that listens on both.
    return getattr(address, "ipv4_mapped", None) or address
