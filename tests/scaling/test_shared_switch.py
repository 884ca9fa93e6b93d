"""The switch that all machines obey, against a server that speaks Redis's protocol."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from campaign_site import shared_switch
from campaign_site.shared_switch import Switch


class _Answering(socketserver.StreamRequestHandler):
    """SET, GET and DEL of the serialisation protocol (RESP3); "OK" to everything else."""

    kept: dict[bytes, bytes]
    asked: list[bytes]

    def handle(self) -> None:
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                words.append(self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2])
            self.asked.append(words[0].upper())
            self.wfile.write(self._answer(*words))

    def _answer(self, verb: bytes, *given: bytes) -> bytes:
        match verb.upper():
            case b"SET":
                self.kept[given[0]] = given[1]
            case b"DEL":
                return b":%d\r\n" % (self.kept.pop(given[0], None) is not None)
            case b"GET":
                value = self.kept.get(given[0])
                return b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)
            case b"HELLO":
                return b"%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n"
        return b"+OK\r\n"


@pytest.fixture
def redis(settings) -> Iterator[type[_Answering]]:
    answering = type("Redis", (_Answering,), {"kept": {}, "asked": []})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.REDIS_URL = f"redis://127.0.0.1:{server.server_address[1]}/0"
    answering.server = server
    yield answering
    server.shutdown()
    server.server_close()
    shared_switch._connection(settings.REDIS_URL).close()


def test_other_machines_obey_and_ask_once_a_second(redis, monkeypatch) -> None:
    here, elsewhere = Switch("work"), Switch("work")
    assert not elsewhere.is_on()

    here.turn(on=True)
    assert here.is_on()
    assert not elsewhere.is_on()  # it asked less than a second ago
    monkeypatch.setattr(shared_switch, "KNOWN_SECONDS", 0.0)
    elsewhere._ask_at = 0.0
    assert elsewhere.is_on()
    here.turn(on=False)
    assert not elsewhere.is_on()

    before = redis.asked.count(b"GET")
    monkeypatch.setattr(shared_switch, "KNOWN_SECONDS", 60.0)
    for _ in range(50):
        elsewhere.is_on()
    assert redis.asked.count(b"GET") == before + 1


def test_last_answer_counts_while_redis_is_gone(redis, settings, monkeypatch, caplog) -> None:
    monkeypatch.setattr(shared_switch, "KNOWN_SECONDS", 0.0)
    switch = Switch("work")
    switch.turn(on=True)
    assert switch.is_on()

    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert switch.is_on()
    assert switch.is_on()
    assert caplog.text.count("the shared switches are not known") == 1


def test_without_redis_every_switch_is_off(settings) -> None:
    settings.REDIS_URL = ""

    assert not Switch("work").is_on()


def test_command_turns_this_machine_and_the_others(redis, settings, tmp_path, capsys) -> None:
    settings.MAINTENANCE_FILE = tmp_path / "local" / "maintenance"

    call_command("maintenance", "on")
    assert settings.MAINTENANCE_FILE.exists()
    assert redis.kept == {b"switch:maintenance": b"on"}
    assert "All machines: maintenance" in capsys.readouterr().out

    call_command("maintenance", "off")
    call_command("maintenance", "off")
    assert not settings.MAINTENANCE_FILE.exists()
    assert redis.kept == {}
    assert "All machines: open" in capsys.readouterr().out


def test_command_says_when_the_others_were_not_told(settings, tmp_path, capsys) -> None:
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    with pytest.raises(CommandError, match="others were not told"):
        call_command("maintenance", "on")
    assert settings.MAINTENANCE_FILE.exists()

    settings.REDIS_URL = ""
    call_command("maintenance", "off")
    assert "Other machines are not told" in capsys.readouterr().out
