"""What can do harm in the source stands on a list, with the reason why it does none."""

import re
from collections import Counter
from itertools import chain

from tests.security import source_rules
from tests.security.source_rules import (
    PYTHON,
    SCRIPTS,
    TEMPLATES,
    files,
    moving_patterns,
    occurrences,
    sql_from_parts,
)

OWN_MARKUP = "markup that is not escaped"
NO_TOKEN = "posts without a token"
UPLOADS = "the inner view checks the token, once the handler for uploads is chosen"
MAILBOX = "mailboxes post for their readers (RFC 8058); the link itself is signed"
LOOKED_AT = {
    ("certificates that nobody checks", "watching/certificate.py"): (
        2, "reads the last day of our own certificate, sends and believes nothing"),
    (OWN_MARKUP, "campaign_site/fallback_pages.py"): (1, "our own style sheet"),
    (OWN_MARKUP, "events/door_views.py"): (1, "JSON of our own words, with every < escaped"),
    (OWN_MARKUP, "events/entry_code.py"): (1, "a drawing of numbers"),
    (OWN_MARKUP, "events/hosting/door.py"): (1, "a drawing of numbers"),
    (OWN_MARKUP, "pages/search_excerpts.py"): (2, "each piece is escaped before"),
    (OWN_MARKUP, "pages/structured_data.py"): (1, "JSON, with < > & escaped"),
    (OWN_MARKUP, "pages/templatetags/typography.py"): (4, "safe before, or escaped there"),
    (OWN_MARKUP, "staff/login/enrolment.py"): (1, "a drawing of numbers"),
    (NO_TOKEN, "campaign_site/same_origin.py"): (1, "judges Sec-Fetch-Site and Origin instead"),
    (NO_TOKEN, "donations/reminder_views.py"): (1, MAILBOX),
    (NO_TOKEN, "supporters/newsletter_views.py"): (1, MAILBOX),
    (NO_TOKEN, "donations/treasury/statements.py"): (1, UPLOADS),
    (NO_TOKEN, "solidarity/moderation/mail_entry.py"): (1, UPLOADS),
    ("templates made of words", "campaign_site/bounces.py"): (1, "reads a mail, no template"),
    ("weak hashes", "campaign_site/storage/bucket.py"): (2, "Content-MD5, asked by S3; no secret"),
}  # fmt: skip
PLAIN_TEXT = "a text for a mail or a file, which nobody reads as HTML"
TEMPLATES_LOOKED_AT = {
    **{
        ("escaping turned off", f"templates/{name}"): (1, PLAIN_TEXT)
        for name in (
            "emails/campaign_update/body.txt",
            "emails/event_mail.txt",
            "emails/staff_invitation/body.txt",
            "emails/staff_new_start/body.txt",
            "emails/staff_new_start_told/body.txt",
            "emails/staff_roles/body.txt",
            "emails/words_mail.txt",
            "emails/words_subject.txt",
            "staff/login/codes.txt",
        )
    },
    (OWN_MARKUP, "templates/events/door/page.html"): (3, "an element of ours within a sentence"),
}
SAME_SITE = "reads a page of this site, fetched from this site, and takes parts of it over"
SCRIPTS_LOOKED_AT = {
    ("markup made of words", f"static/js/{name}.js"): (1, SAME_SITE)
    for name in (
        "admin/checks",
        "admin/door",
        "admin/matching",
        "admin/moderation",
        "admin/progress",
        "photo_form",
        "site",
        "slideshow",
        "wall",
    )
}
SQL_LOOKED_AT = {
    "campaign_site/advisory_locks.py": (1, "the name of one of two functions"),
    "campaign_site/database_probe.py": (1, "a number of ours"),
    "donations/services/importing.py": (1, "columns of ours"),
    "events/services/mailings.py": (1, "a query of Django's, with its values apart"),
    "newsroom/reporting/counting.py": (3, "constants of this module"),
    "newsroom/updating/sending.py": (1, "a query of Django's, with its values apart"),
    "staff/login/shared_cache.py": (1, "the name of a table, a constant"),
}
PATTERNS_LOOKED_AT = {
    "donations/statements/camt_shapes.py": (1, "made of escaped parts of an element"),
    "events/services/seat_statement.py": (1, "constants of this module"),
    "events/templatetags/event_facts.py": (1, "two numbers into an address"),
    "newsroom/checking/weekdays.py": (1, "names of days and months in our languages"),
    "newsroom/reporting/counting.py": (3, "constants of this module"),
    "pages/typography.py": (1, "letters of our languages"),
    "serving/changes.py": (1, "the quoted name of a table of ours"),
}


def differences(found: Counter, looked_at: dict) -> dict[object, str]:
    """What is met more often than was looked at, or not any more."""
    return {
        key: f"{found[key]} in the source, {looked_at.get(key, (0,))[0]} looked at"
        for key in {*found, *looked_at}
        if found[key] != looked_at.get(key, (0,))[0]
    }


def test_what_can_do_harm_is_on_the_list():
    assert differences(occurrences(PYTHON, files("py")), LOOKED_AT) == {}
    templates = chain(files("html"), files("txt"))
    assert differences(occurrences(TEMPLATES, templates), TEMPLATES_LOOKED_AT) == {}
    lists = (LOOKED_AT, TEMPLATES_LOOKED_AT, SCRIPTS_LOOKED_AT, SQL_LOOKED_AT, PATTERNS_LOOKED_AT)
    assert all(len(reason) > 8 for one in lists for _number, reason in one.values())


def test_scripts_do_nothing_that_can_do_harm():
    assert differences(occurrences(SCRIPTS, files("js")), SCRIPTS_LOOKED_AT) == {}


def test_sql_is_put_together_where_it_was_looked_at():
    assert differences(sql_from_parts(files("py")), SQL_LOOKED_AT) == {}


def test_patterns_are_constants():
    assert differences(moving_patterns(files("py")), PATTERNS_LOOKED_AT) == {}


def test_no_page_asks_for_a_plugin():
    found = occurrences({"plug-ins": TEMPLATES["plug-ins"]}, files("html"))

    assert found == Counter()
    assert sum(1 for _ in files("html")) > 100


def test_a_planted_fault_is_found(tmp_path):
    faults = {
        "planted.py": "import pickle\nfrom x import mark_safe\nmark_safe(y)\n"
        "cursor.execute(f'{a}')\n"
        "re.compile(words)\nsubprocess.run(c, shell=True)\neval(words)\n",
        "planted.html": "{{ x|safe }}<p onclick='x()'><object></object><script>x()</script>",
        "planted.js": "a.innerHTML = b; new Function(c); localStorage.x = 1;"
        "window.addEventListener('message', f)",
    }  # fmt: skip
    for name, text in faults.items():
        (tmp_path / name).write_text(text)

    def of(kind):
        return iter([tmp_path / f"planted.{kind}"])

    assert {rule for rule, _ in occurrences(PYTHON, of("py"))} == {
        OWN_MARKUP, "objects made of bytes", "a shell", "code made of words",
    }  # fmt: skip
    assert len(occurrences(TEMPLATES, of("html"))) == 4
    assert len(occurrences(SCRIPTS, of("js"))) == 4
    assert sql_from_parts(of("py"))["planted.py"] == 1
    assert moving_patterns(of("py"))["planted.py"] == 1


# Cryptography: which module may use which part of it.
CRYPTOGRAPHY = {
    "fernet": {
        "campaign_site/encryption.py",
        "campaign_site/secret_keys.py",
        "campaign_site/settings/production.py",
        "supporters/retention.py",
    },
    "x509": {"watching/certificate.py"},
}
PRIMITIVES = re.compile(
    r"cryptography\.hazmat|\bfrom (?:Crypto|nacl|jwt|rsa)\b|import (?:Crypto|nacl)"
)
IMPORTED = re.compile(r"^\s*from cryptography(?:\.(\w+))? import (\w+)", re.MULTILINE)
RANDOM = re.compile(r"^(?:import random|from random import)", re.MULTILINE)


def test_cryptography_is_on_the_list():
    """Ready recipes only: Fernet, HMAC and SHA-2 of the standard library, Django's signing."""
    users: dict[str, set[str]] = {}
    for path in files("py"):
        text, name = path.read_text(), str(path.relative_to(source_rules.ROOT))
        assert not PRIMITIVES.search(text), name
        for part in IMPORTED.findall(text):
            users.setdefault(part[0] or part[1], set()).add(name)
        hashes = set(re.findall(r"hashlib\.(\w+)\(", text))
        allowed = {"sha256", "sha512", "blake2b", "file_digest", "pbkdf2_hmac", "scrypt"}
        assert hashes - allowed <= ({"md5"} if "storage/bucket" in name else set()), name
    assert users == CRYPTOGRAPHY
    known = (source_rules.ROOT / "docs" / "security.md").read_text()
    for word in ("Fernet", "HMAC", "SHA-256", "PBKDF2", "AES-GCM", "P-256"):
        assert word in known


def test_randomness_comes_from_the_operating_system():
    """``random`` is not for secrets; whoever imports it has to stand here with a reason."""
    importing = {
        str(path.relative_to(source_rules.ROOT))
        for path in files("py")
        if RANDOM.search(path.read_text())
    }
    assert importing == set()
    assert sum("import secrets" in path.read_text() for path in files("py")) > 10


# Where the product opens connections to other machines (docs/security.md, Connections).
CONNECTING = re.compile(
    r"http\.client|urllib\.request|urlopen|\brequests\b\.(?:get|post)|httpx|boto3|"
    r"socket\.create_conn|redis\.Redis|HTTPSConnection|HTTPConnection\("
)
CONNECTIONS = {
    "campaign_site/launcher.py": "asks its own site on loopback (development)",
    "campaign_site/storage/bucket.py": "object storage, when one is named",
    "campaign_site/database_deadlines/breaker.py": "the database, to hear whether it is there",
    "campaign_site/management/commands/check_file_store.py": "object storage, asked by an operator",
    "newsroom/checking/asking.py": "addresses that pages lead to; checked to be public",
    "serving/stores.py": "the shared cache",
    "watching/certificate.py": "the site's own certificate",
    "serving/purging.py": "the cache in front",
}


def test_connections_out_are_on_the_list():
    connecting = {
        str(path.relative_to(source_rules.ROOT))
        for path in files("py")
        if CONNECTING.search(path.read_text())
    }
    assert "newsroom/checking/asking.py" in connecting
    assert connecting - set(CONNECTIONS) == set()
