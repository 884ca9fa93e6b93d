"""The shipped units, the sample of their variables and the compose file, against each other."""

import os
import re
import runpy

import pytest
import yaml

from tests.deploy.shipped import DEPLOY, UNITS, nginx_text, unit

ROOT = DEPLOY.parent
HARDENED = {
    "User": "campaign",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces": "user net",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "LimitCORE": "0",
}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_confined(path):
    found = unit(path)
    for name, value in HARDENED.items():
        assert found.get(name) == [value], name
    assert found["SystemCallFilter"][0] == "@system-service"
    assert found["MemoryMax"]
    assert found["EnvironmentFile"][0] == "/etc/campaign/campaign.env"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_runs_what_there_is(path):
    [command] = unit(path)["ExecStart"]
    assert command.startswith("/srv/campaign/current/.venv/bin/python ")
    if config := re.search(r"--config (\S+)", command):
        assert (ROOT / config[1]).exists()
    if managed := re.search(r"manage\.py (\w+)", command):
        ours = list(ROOT.glob(f"*/management/commands/{managed[1]}.py"))
        assert ours or managed[1] == "procrastinate"


def test_what_ends_by_itself_is_started_again():
    for path in UNITS:
        found = unit(path)
        if found["Type"] != ["oneshot"]:
            assert found["Restart"] == ["always"]
            assert found["StartLimitIntervalSec"] == ["0"]


def test_a_restart_waits_for_requests_longer_than_nginx_does():
    graceful = int(re.search(r"graceful_timeout = (\d+)", _gunicorn())[1])
    read = {int(text) for text in re.findall(r"proxy_read_timeout (\d+)s;", nginx_text())}
    stop = int(unit(DEPLOY / "systemd/campaign-web@.service")["TimeoutStopSec"][0])
    assert max(read) < graceful < stop


def test_nginx_asks_the_ports_that_are_served():
    target = (DEPLOY / "systemd/campaign.target").read_text()
    served = set(re.findall(r"campaign-web@(\d+)\.service", target)) | {"8002"}
    asked = set(re.findall(r"server 127\.0\.0\.1:(8\d{3}) ", nginx_text()))
    assert asked == served
    listened = (DEPLOY / "systemd/campaign-admin.socket").read_text()
    assert "ListenStream=127.0.0.1:8002" in listened


def _gunicorn() -> str:
    return (DEPLOY / "gunicorn/web.py").read_text()


def variables_read() -> set[str]:
    """Every variable that the public site's settings and what they use ask the environment for."""
    names = set()
    sources = [
        ROOT / "campaign_site/settings/production.py",
        ROOT / "campaign_site/caching.py",
        ROOT / "campaign_site/fallback_pages.py",
        *(DEPLOY / "gunicorn").glob("*.py"),
    ]
    for path in sources:
        names |= set(
            re.findall(r'(?:env_\w+\(\s*|os\.environ\.get\()"([A-Z][A-Z0-9_]+)"', path.read_text())
        )
    return names


def variables_of_the_sample() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", _sample(), re.MULTILINE))


def _sample() -> str:
    return (DEPLOY / "campaign.env.sample").read_text()


def test_the_sample_names_every_variable():
    assert "SECRET_KEY" in variables_read()
    set_by_units = {"BIND", "LOCAL_DIR", "METRICS_FOLDER", "CAMPAIGN_PROCESS", "RELEASE"}
    assert variables_read() - variables_of_the_sample() - set_by_units == set()


def test_the_sample_names_nothing_that_nobody_reads():
    storage = {f"FILES_S3_{name}" for name in ("BUCKET", "ENDPOINT", "ACCESS_KEY", "SECRET_KEY")}
    assert variables_of_the_sample() - variables_read() - storage == {"FILES_S3_REGION"}


def test_the_sample_holds_no_secret():
    for name in ("SECRET_KEY", "SUPPORTER_ENCRYPTION_KEYS", "SUPPORTER_LOOKUP_KEY"):
        assert re.search(rf"^{name}=$", _sample(), re.MULTILINE)


def test_compose_runs_what_the_units_run():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    own = {name for name, service in services.items() if "campaign" in service.get("image", "")}
    for path in UNITS:
        if unit(path)["Type"] == ["oneshot"]:
            continue
        words = unit(path)["ExecStart"][0].partition("/python ")[2].split()
        told = [service for service in services.values() if service.get("command") == words]
        expected = 2 if path.name == "campaign-web@.service" else 1
        if "procrastinate" not in words:
            assert len(told) == expected, path.name
    for name in own:
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in services[name]["security_opt"], name
    assert {"nginx", "varnish", "postgres", "redis", "storage"} <= services.keys()


def test_varnish_keeps_no_log_of_addresses():
    """Debian enables it, and what it writes holds secret links."""
    text = (DEPLOY / "systemd/varnishncsa.service.d/campaign.conf").read_text()
    [condition] = re.findall(r"^ConditionPathExists=!(.*)$", text, re.MULTILINE)
    assert os.path.exists(condition)


def test_what_was_changed_by_hand_is_kept_where_no_program_reads_it(tmp_path):
    """logrotate reads every file of its folder, but for endings like this one (logrotate(8))."""
    configure = runpy.run_path(str(DEPLOY / "configure.py"))
    names = {"SITE_URL": "https://www.viva.example", "PHOTO_BASE_URL": "https://p.viva.example"}
    wanted = configure["planned"](configure["names"](names), tmp_path)
    configure["write"](wanted)
    changed = tmp_path / "etc/logrotate.d/nginx"
    changed.write_text("by hand")

    configure["write"]({changed: wanted[changed]})

    assert changed.read_bytes() == wanted[changed]
    assert {path.name for path in changed.parent.glob("nginx*")} == {"nginx", "nginx~"}
    assert changed.with_name("nginx~").read_text() == "by hand"


def test_releases_are_made_by_nobody_of_roots_groups(monkeypatch):
    release = runpy.run_path(str(DEPLOY / "release.py"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    identity = release["Machine"]()._identity()

    assert identity == {
        "user": "campaign-release",
        "group": "campaign-release",
        "extra_groups": [],
    }


def test_no_container_is_trusted_by_the_database():
    """All share 127.0.0.1, which the image lets in without a password."""
    database = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["postgres"]
    assert "--auth-host=scram-sha-256" in database["environment"]["POSTGRES_INITDB_ARGS"]
    asked = re.findall(r"/run/secrets/([\w-]+)", (DEPLOY / "postgresql/passwords.sh").read_text())
    assert set(asked) < set(database["secrets"])
