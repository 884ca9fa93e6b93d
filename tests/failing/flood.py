"""Requests that come at a rate of their own, whether or not they are answered, as crowds do.

A tool that waits for answers slows down with the site and measures what the site can bear; here
each request has its moment, and its time runs from that moment ("coordinated omission").
"""

import asyncio
import itertools
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# As many networks as a crowd that an address limit does not stop.
SOURCES = [f"127.0.7.{number}" for number in range(1, 17)]
MOST_CONNECTIONS = 800


@dataclass
class Tally:
    """What came back: seconds of each answer by status, and which refusals named no time."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    without_retry_after: int = 0
    unsent: int = 0

    def note(self, status: int, seconds: float, headers: bytes) -> None:
        self.seconds.setdefault(status, []).append(seconds)
        if status in (429, 503) and b"\r\nretry-after:" not in headers.lower():
            self.without_retry_after += 1

    def of(self, *statuses: int) -> list[float]:
        return sorted(itertools.chain(*(self.seconds.get(status, []) for status in statuses)))

    @property
    def total(self) -> int:
        return sum(len(found) for found in self.seconds.values())


def share(seconds: list[float], part: float) -> float:
    """The value that ``part`` of the sorted ``seconds`` do not exceed; 0 without any."""
    return seconds[min(int(len(seconds) * part), len(seconds) - 1)] if seconds else 0.0


class Crowd:
    """Sends GET requests over kept connections to one TLS address."""

    def __init__(self, rig) -> None:
        self.port, self.host = rig.https_port, rig.host
        self.context = ssl.create_default_context(cafile=str(rig.ca_file))
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.open = 0
        self.sources = itertools.cycle(SOURCES)

    async def flood(self, path: Callable[[], str], *, rate: float, seconds: float) -> Tally:
        """Send ``rate`` requests a second; return when each has been answered or given up."""
        tally, running, begun = Tally(), set(), time.monotonic()
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if not self.idle and self.open >= MOST_CONNECTIONS:
                tally.unsent += 1
                continue
            one = asyncio.create_task(self._one(path(), due, tally))
            running.add(one)
            one.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running, timeout=15)
        await self._close()
        return tally

    async def at_once(self, path: Callable[[], str], *, people: int, seconds: float) -> Tally:
        """Let ``people`` ask one page after the other; return what they saw."""
        tally, until = Tally(), time.monotonic() + seconds

        async def person() -> None:
            while time.monotonic() < until:
                await self._one(path(), time.monotonic(), tally)

        await asyncio.gather(*(person() for _ in range(people)))
        await self._close()
        return tally

    async def _one(self, path: str, due: float, tally: Tally) -> None:
        try:
            async with asyncio.timeout(15):
                status, headers = await self._exchange(path)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
            status, headers = 0, b""
        tally.note(status, time.monotonic() - due, headers)

    async def _exchange(self, path: str) -> tuple[int, bytes]:
        """Ask for a page; once more where the server has just closed a kept connection.

        Browsers do the same (RFC 9112 9.3.1): nothing of an answer has come.
        """
        is_kept = bool(self.idle)
        try:
            return await self._ask(path)
        except (asyncio.IncompleteReadError, ConnectionResetError) as error:
            if not is_kept or getattr(error, "partial", b""):
                raise
            return await self._ask(path)

    async def _ask(self, path: str) -> tuple[int, bytes]:
        reader, writer = await self._connection()
        try:
            request = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: gzip\r\n\r\n"
            writer.write(request.encode())
            headers = await reader.readuntil(b"\r\n\r\n")
            await self._body(reader, headers)
        except BaseException:
            self._drop(writer)
            raise
        if b"connection: close" in headers.lower():
            self._drop(writer)
        else:
            self.idle.append((reader, writer))
        return int(headers.split(b" ", 2)[1]), headers

    async def _connection(self):
        if self.idle:
            return self.idle.pop()
        self.open += 1
        try:
            return await asyncio.open_connection(
                "127.0.0.1",
                self.port,
                ssl=self.context,
                server_hostname="localhost",
                local_addr=(next(self.sources), 0),
            )
        except BaseException:
            self.open -= 1
            raise

    async def _body(self, reader: asyncio.StreamReader, headers: bytes) -> None:
        lower = headers.lower()
        if b"transfer-encoding: chunked" in lower:
            while size := int((await reader.readline()).split(b";")[0], 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        elif b"content-length:" in lower:
            await reader.readexactly(int(lower.split(b"content-length:", 1)[1].split(b"\r", 1)[0]))

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self.open -= 1
        writer.transport.abort()

    async def _close(self) -> None:
        for _reader, writer in self.idle:
            writer.transport.abort()
        self.idle, self.open = [], 0
        # The loop closes the sockets in its next rounds, and ends with this crowd.
        await asyncio.sleep(0.2)
