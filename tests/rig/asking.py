"""Ask the rig something over the network, as a client does."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    host: str,
    address: str = "127.0.0.1",
    authority: Path | None = None,
    timeout: float = 10,
    source: str | None = None,
) -> Answer:
    """One request on a connection of its own; with ``authority``, over TLS.

    ``source`` is the address it comes from (any of 127.0.0.0/8). Raises OSError when there is no
    whole answer.
    """
    link = socket.create_connection(
        (address, port), timeout=timeout, source_address=(source, 0) if source else None
    )
    try:
        if authority:
            context = ssl.create_default_context(cafile=str(authority))
            link = context.wrap_socket(link, server_hostname=host.partition(":")[0])
        channel = http.client.HTTPConnection(address, port, timeout=timeout)
        channel.sock = link
        channel.request(method, path, body, {"Host": host, **(headers or {})})
        answer = channel.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    except http.client.HTTPException as error:
        raise OSError(repr(error)) from error
    finally:
        link.close()
