"""The encryption of the shipped nginx, examined by testssl.sh; ``make drill-tls``."""

import json
import subprocess

import pytest

from tests.rig import Rig
from tests.rig.asking import ask
from tests.rig.programs import program

pytestmark = pytest.mark.drill

# What an authority of the rig's own cannot have, and a home page without a cookie.
_OF_THE_RIG = (
    "cert_chain_of_trust",
    "cert_trust",
    "overall_grade",
    "grade_cap_reason_1",
    "cert_revocation",
    "OCSP_stapling",
    "DNS_CAArecord",
    "cert_crlDistributionPoints",
    "cert_ocspURL",
    "certificate_transparency",
    # Answers are compressed; what is secret in one is masked anew each time (Django).
    "BREACH",
)
_WORSE = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with Rig(tmp_path_factory.mktemp("tls") / "rig", demonstration=True) as running:
        yield running


@pytest.fixture(scope="module")
def findings(rig) -> dict[str, dict]:
    path = rig.folder / "testssl.json"
    command = [program("testssl"), "--quiet", "--color", "0", "--ip", "127.0.0.1"]
    command += ["--add-ca", str(rig.ca_file), "--jsonfile", str(path), "--warnings", "off"]
    command += ["--nodns", "none", rig.host]
    subprocess.run(command, check=False, capture_output=True, timeout=900)
    found = {entry["id"]: entry for entry in json.loads(path.read_text())}
    for name, entry in found.items():
        if entry["severity"] not in {"OK", "INFO", "LOW"}:
            print(f"{entry['severity']:9} {name}: {entry['finding'][:90]}")
    return found


def test_only_tls_12_and_13(findings):
    offered = {
        name: findings[name]["finding"] for name in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2")
    }
    for name in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
        assert "not offered" in offered[name], name
    assert offered["TLS1_2"].startswith("offered")
    assert findings["TLS1_3"]["finding"].startswith("offered")


def test_nothing_caps_the_grade(findings):
    bad = {
        name: entry["finding"]
        for name, entry in findings.items()
        if entry["severity"] in _WORSE and not name.startswith(_OF_THE_RIG)
    }
    assert bad == {}
    reasons = [entry["finding"] for name, entry in findings.items() if "cap_reason" in name]
    # The only one: nobody knows the rig's authority.
    assert all("chain of trust" in reason for reason in reasons), reasons


def test_every_unencrypted_address_leads_to_the_encrypted_one(rig):
    answer = ask(rig.http_port, "GET", "/fr/?a=b", host="localhost")
    assert answer.status == 308
    assert answer.headers["Location"] == f"{rig.url}/fr/?a=b"


def test_an_old_browser_is_refused(rig):
    """What testssl finds is found here without it, with an OpenSSL told to be old."""
    for version, works in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{rig.https_port}", version]
        command += ["-cipher", "DEFAULT@SECLEVEL=0", "-servername", "localhost"]
        done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=20)
        assert (b"Cipher is (NONE)" not in done.stdout and done.returncode == 0) is works, version
