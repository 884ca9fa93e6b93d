"""The audit fails when it found something, and when it saw nothing.

A small program stands where pip-audit would: the real one needs the internet.
"""

import json
import sys

import audit
import pytest
from audit import BlindError

FLAW = {"id": "PYSEC-2021-1", "fix_versions": ["8.2.0"]}
HASH = "sha256:" + "0" * 64


@pytest.fixture
def pip_audit(tmp_path, monkeypatch):
    """Return a function that sets what pip-audit says of each file, and with which exit code."""

    def say(answers: dict[str, list[dict] | str], code: int = 0) -> None:
        program = tmp_path / "pip-audit"
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, pathlib, sys\n"
            "lock = pathlib.Path(sys.argv[sys.argv.index('--requirement') + 1]).name\n"
            f"answer = json.loads({json.dumps(json.dumps(answers))})[lock]\n"
            "if isinstance(answer, str):\n"
            "    sys.exit(answer)\n"
            "print(json.dumps({'dependencies': answer}))\n"
            f"sys.exit({code})\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(audit, "PIP_AUDIT", program)

    return say


def looked_at(name: str, *flaws: dict) -> dict:
    return {"name": name, "version": "1", "vulns": list(flaws)}


@pytest.fixture
def lock(tmp_path, monkeypatch):
    path = tmp_path / "requirements.txt"
    path.write_text(f"Good.One==1 \\\n    --hash={HASH}\nother==1 \\\n    --hash={HASH}\n")
    monkeypatch.setattr(audit, "python_locks", lambda: [path])
    monkeypatch.setattr(audit, "all_faults", list)
    monkeypatch.setattr(audit, "refused", list)
    return path


CANARY_FOUND = {"canary.txt": [looked_at("pillow", FLAW)]}
ALL = [looked_at("good-one"), looked_at("other")]


def test_a_clean_audit_says_how_much_it_looked_at(pip_audit, lock, capsys):
    pip_audit({**CANARY_FOUND, "requirements.txt": ALL})

    audit.main()

    assert capsys.readouterr().out.startswith("2 locked packages looked at")


def test_a_flaw_is_told_with_what_mends_it(pip_audit, lock):
    pip_audit({**CANARY_FOUND, "requirements.txt": [ALL[0], looked_at("other", FLAW)]}, code=1)

    with pytest.raises(SystemExit, match=r"other 1: PYSEC-2021-1, mended in 8\.2\.0"):
        audit.main()


@pytest.mark.parametrize(
    "blind", ["pillow: could not be audited", [], [looked_at("pillow")], [{"name": "pillow"}]]
)
def test_an_audit_that_misses_the_canary_fails(pip_audit, lock, blind):
    pip_audit({"canary.txt": blind, "requirements.txt": ALL})

    with pytest.raises(SystemExit, match="found nothing because it saw nothing"):
        audit.main()


def test_a_package_that_was_not_looked_at_fails_the_audit(pip_audit, lock):
    skipped = {"name": "other", "skip_reason": "not found"}
    pip_audit({**CANARY_FOUND, "requirements.txt": [ALL[0], skipped]})

    with pytest.raises(SystemExit, match="not looked at: other"):
        audit.main()


def test_a_lock_that_cannot_be_audited_fails_the_audit(pip_audit, lock):
    pip_audit({**CANARY_FOUND, "requirements.txt": "no network"})

    with pytest.raises(SystemExit, match=r"requirements\.txt could not be audited: no network"):
        audit.main()


def test_a_canary_that_is_found_lets_the_audit_begin(pip_audit):
    pip_audit(CANARY_FOUND, code=1)
    audit.try_canary()

    pip_audit({"canary.txt": "unreachable"})
    with pytest.raises(BlindError, match="unreachable"):
        audit.try_canary()


def test_faults_of_the_locks_are_told_even_when_the_audit_is_blind(pip_audit, lock, monkeypatch):
    monkeypatch.setattr(audit, "all_faults", lambda: ["pillow 12 is below its floor"])
    pip_audit({"canary.txt": "unreachable"})

    with pytest.raises(SystemExit, match=r"below its floor\nNo audit: "):
        audit.main()
