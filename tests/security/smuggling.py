"""Requests whose end two readers could see at two places (RFC 9112, 6.3; RFC 9110, 5.5)."""

import socket
import subprocess
import sys
import time
from pathlib import Path

_HEAD = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n"
_SECOND = b"GET /admin/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAIRS = {
    "length and chunks": _HEAD
    + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + _SECOND,
    "two lengths": _HEAD + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + _SECOND,
    "chunks under another name": _HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + _SECOND,
    "a blank before the colon": _HEAD + b"Content-Length : 44\r\n\r\n" + _SECOND,
    "a length that is none": _HEAD + b"Content-Length: +44\r\n\r\n" + _SECOND,
    "a line that goes on": _HEAD + b"Content-Length: 0\r\n X: 44\r\n\r\n" + _SECOND,
    "chunks of no size": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + _SECOND,
}
_APPLICATION = """
def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]
"""


def ask(address: tuple[str, int] | str, request: bytes, *, seconds: float = 5.0) -> bytes:
    """Send ``request`` as it is and return what comes back before the connection ends."""
    kind = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(address)
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def answers_of_gunicorn(requests: list[bytes], folder: Path) -> list[bytes]:
    """Ask the application server itself, with an application of one line behind it."""
    (folder / "answering.py").write_text(_APPLICATION)
    place = folder / "web.sock"
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--bind"]
    server = subprocess.Popen(
        [*command, f"unix:{place}", "--log-level", "critical", "answering"], cwd=folder
    )
    try:
        until = time.monotonic() + 20
        while not place.exists():
            assert time.monotonic() < until, "gunicorn did not start"
            assert server.poll() is None, "gunicorn ended"
            time.sleep(0.02)
        return [ask(str(place), request) for request in requests]
    finally:
        server.terminate()
        server.wait(10)
