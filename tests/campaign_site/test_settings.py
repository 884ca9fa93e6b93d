"""Settings start or fail loudly; each case runs in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
COMPLETE = {
    "SECRET_KEY": "a1b2c3d4e5" * 6,
    "SUPPORTER_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "SUPPORTER_LOOKUP_KEY": "k" * 40,
    "DATABASE_URL": "postgres://site@localhost/site",
    "ALLOWED_HOSTS": "www.example.org",
    "SITE_URL": "https://www.example.org",
    "MAIL_HOST": "mail.example.org",
    "MAIL_FROM": "Viva Salud <noreply@example.org>",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_check():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **COMPLETE)

    assert result.returncode == 0, result.stderr
    assert "no issues (0 silenced)" in result.stdout


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_each_missing_variable_is_named(name):
    rest = {key: value for key, value in COMPLETE.items() if key != name}

    result = manage("check", **rest)

    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "http://www.example.org"),
        ("SITE_URL", "https://www.example.org/"),
        ("SITE_URL", "https://WWW.example.org"),
        ("SITE_URL", "https://www.example.org:443"),
        ("SECRET_KEY", "short"),
        ("SUPPORTER_ENCRYPTION_KEYS", "not-a-key"),
        ("MAIL_PORT", "smtp"),
        ("MAIL_USE_TLS", "maybe"),
        ("MAIL_FROM", "nobody"),
        ("DATABASE_POOL_SIZE", "0"),
        ("TRUSTED_PROXY_COUNT", "all"),
    ],
)
def test_each_bad_value_is_named(name, value):
    result = manage("check", **{**COMPLETE, name: value})

    assert result.returncode != 0
    assert name in result.stderr


def test_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(COMPLETE["SECRET_KEY"] + "\n")
    rest = {key: value for key, value in COMPLETE.items() if key != "SECRET_KEY"}

    assert manage("check", **rest, SECRET_KEY_FILE=str(secret)).returncode == 0
    assert "SECRET_KEY_FILE" in manage("check", **rest, SECRET_KEY_FILE="/nowhere").stderr


def test_production_knows_no_development_addresses():
    code = (
        "import django; django.setup(); from django.urls import resolve, Resolver404\n"
        "try: resolve('/dev/mails/'); print('routed')\n"
        "except Resolver404: print('unknown')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
            **COMPLETE,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.strip() == "unknown", result.stderr
