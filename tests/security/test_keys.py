"""Ciphertext that was changed, and a mail server that is not the one it says it is."""

import socket
import ssl
import threading

import pytest
from cryptography.fernet import InvalidToken
from django.core import mail

from campaign_site import encryption
from tests.rig.certificates import make_certificates
from tests.security.production import production_settings


def test_changed_ciphertext_is_refused():
    kept = encryption.encrypt("Sam Sample")
    assert encryption.decrypt(kept) == "Sam Sample"

    whole = kept if isinstance(kept, bytes) else kept.encode()
    for place in (10, len(whole) // 2, len(whole) - 5):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises((InvalidToken, ValueError)):
            encryption.decrypt(bytes(changed) if isinstance(kept, bytes) else changed.decode())


@pytest.fixture
def false_mail_server(tmp_path):
    """Offers STARTTLS with a certificate of an authority that nobody knows; keeps what it hears."""
    make_certificates(tmp_path, ["localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 localhost\r\n")
            while data := connection.recv(4096):
                heard.append(data)
                if data.startswith(b"STARTTLS"):
                    connection.sendall(b"220 go on\r\n")
                    try:
                        with context.wrap_socket(connection, server_side=True) as encrypted:
                            heard.append(b"TLS" + encrypted.recv(4096))
                    except OSError:
                        heard.append(b"refused")
                    return
                connection.sendall(b"250-localhost\r\n250 STARTTLS\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heard, thread
    listener.close()
    thread.join(5)


def test_mail_server_without_a_good_certificate_gets_nothing(false_mail_server, settings):
    port, heard, thread = false_mail_server
    mailer = production_settings()["MAILERS"]["default"]
    assert mailer["OPTIONS"]["use_tls"] is True
    here = {"host": "localhost", "port": port, "timeout": 5}
    settings.MAILERS = {"default": {**mailer, "OPTIONS": {**mailer["OPTIONS"], **here}}}

    with pytest.raises(ssl.SSLError):
        mail.mailers["default"].open()
    thread.join(5)

    assert not any(one.startswith(b"TLS") or b"AUTH" in one for one in heard)
