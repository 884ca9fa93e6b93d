"""What the shipped nginx files promise, read without nginx."""

import re
from contextlib import closing

import pytest
from django.test import Client
from django.urls import reverse

from donations.treasury.statement_uploads import MAX_READ_BYTES
from tests.deploy.shipped import DEPLOY, added_headers, block, nginx_text

STATEMENTS = "donations_treasury:upload_statements"
ABOUT_PEOPLE = (
    "remote_addr",
    "http_user_agent",
    "http_referer",
    "args",
    "query_string",
    "request_uri",
    "http_x_forwarded_for",
    "remote_user",
    "http_cookie",
    "realip",
)


def log_variables(text: str) -> set[str]:
    return set(re.findall(r"\$(\w+)", re.search(r"log_format[^;]*;", text)[0]))


def test_the_log_names_nobody():
    assert log_variables(nginx_text()).isdisjoint(ABOUT_PEOPLE)
    assert "request" not in log_variables(nginx_text())


def test_a_log_that_names_somebody_would_be_noticed():
    planted = nginx_text().replace("log_format campaign", "log_format campaign '$remote_addr'", 1)
    assert "remote_addr" in log_variables(planted)


@pytest.mark.parametrize(
    ("asked", "logged"),
    [
        ("/en/my-solidarity/a-secret-of-somebody/export/", "/en/my-solidarity/"),
        ("/fr/events/sign-up/secret/", "/fr/events/"),
        ("/photos/secret.webp", "/photos/"),
        ("/en/?mail=a@example.org", "/en/"),
        ("/healthz", "/healthz"),
        ("/a@example.org", "/"),
        ("/fr/a%40example.org/", "/fr/"),
        ("/fr/a@example.org/more", "/fr/"),
        ("/" + 41 * "s" + "/", "/"),
        ("http://elsewhere.example/", None),
    ],
)
def test_secret_links_are_not_logged(asked, logged):
    pattern = re.search(r'map \$request_uri \$logged_path \{.*?"~([^"]+)"', nginx_text(), re.S)[1]
    found = re.match(pattern.replace("(?<", "(?P<"), asked)
    assert (found and found["logged"]) == logged


def test_errors_with_addresses_are_not_logged():
    """Every line of nginx's own about a request names the client, up to "crit"."""
    main = (DEPLOY / "nginx/nginx.conf").read_text()
    assert re.findall(r"^error_log \S+ (\w+);", main, re.MULTILINE) == ["alert"]
    assert "error_log" not in nginx_text()


@pytest.mark.parametrize(
    ("name", "logs"),
    [("nginx", "/var/log/nginx/*.log {"), ("postgresql-common", "/var/log/postgresql/*.log {")],
)
def test_logs_are_gone_after_fourteen_days(name, logs):
    text = (DEPLOY / "logrotate" / name).read_text()
    assert logs in text
    assert "daily" in text
    assert "rotate 14" in text
    assert "maxage 14" in text


def test_only_current_encryption():
    text = nginx_text()
    assert set(re.findall(r"ssl_protocols ([^;]+);", text)) == {"TLSv1.2 TLSv1.3"}
    for suite in re.search(r"ssl_ciphers ([^;]+);", text)[1].split(":"):
        assert suite.startswith("ECDHE-")
        assert "GCM" in suite or "POLY1305" in suite


def test_what_a_client_says_of_itself_does_not_pass():
    text = (DEPLOY / "nginx/snippets/campaign-proxy.conf").read_text()
    sent = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))
    assert sent["X-Forwarded-For"] == "$remote_addr"
    assert sent["X-Forwarded-Proto"] == "https"
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP", "Forwarded", "Proxy"):
        assert sent[name] == '""'


def test_every_way_to_the_site_sets_these_headers():
    for location in re.findall(r"location [^{]+\{[^{}]*proxy_pass[^{}]*\}", nginx_text()):
        assert "X-Forwarded-For $remote_addr" in location


def test_no_post_is_sent_twice():
    text = nginx_text()
    assert set(re.findall(r"proxy_next_upstream ([^;]+);", text)) == {"error"}
    assert "non_idempotent" not in text


def test_nobody_is_shown_a_picture_that_nginx_kept():
    for server in ("server_name www.example.org;\n    ", "server_name photos.example.org;\n    "):
        part = nginx_text()
        part = part[part.rindex(server.strip().rstrip(";")) :]
        assert "proxy_cache " not in block(part, "location /photos/")


def test_nginx_shows_nothing_old():
    assert set(re.findall(r"proxy_cache_use_stale ([^;]+);", nginx_text())) == {"off"}


@pytest.mark.django_db  # closing an answer looks after a connection that an earlier test left
def test_files_have_the_headers_of_the_site(settings):
    """Those that the site itself sends with a file, but for what a page may load in addition."""
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    with closing(Client().get("/static/css/site.css", secure=True)) as answer:
        ours = answer.headers
    text = (DEPLOY / "nginx/snippets/campaign-headers.conf").read_text()
    common = (DEPLOY / "nginx/snippets/campaign-common-headers.conf").read_text()
    sent = added_headers(text + common)
    for name in (
        "Strict-Transport-Security",
        "Content-Security-Policy",
        "Permissions-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Cross-Origin-Embedder-Policy",
    ):
        assert sent[name] == ours[name], name


def test_a_body_may_be_as_large_as_the_site_takes(settings):
    size = re.findall(r"client_max_body_size (\d+)m;", nginx_text())
    for_statements = block(nginx_text(), f"location = {reverse(STATEMENTS)} ")
    larger = re.findall(r"client_max_body_size (\d+)m;", for_statements)
    assert size == [str(settings.MAX_REQUEST_BYTES // 1024**2), *larger]
    # With what a form puts around its files.
    assert larger == [str(MAX_READ_BYTES // 1024**2 + 1)]
