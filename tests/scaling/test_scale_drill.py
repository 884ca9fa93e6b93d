"""Two application hosts and a worker host that share a database, a cache and a bucket.

Real processes of the shipped configuration on 127.0.0.2 to 127.0.0.5, each host with a folder of
its own. People land on one host and go on with another; then hosts are killed.

Settings: SCALE_SECONDS (10) under load, SCALE_VISITORS (8) at once, SCALE_MAILS (36) to send;
from forty forms a minute on the site asks everybody for a proof of work, so no more than that.
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.rig import Rig
from tests.scaling.scene import PLACES, REWARDS
from tests.scaling.visitor import Form, Visitor
from tests.solidarity.sending import webp

pytestmark = pytest.mark.drill

FIRST, SECOND, WORKER, OTHER_WORKER = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
HOSTS = (FIRST, SECOND)
SECONDS = float(os.environ.get("SCALE_SECONDS", "10"))
VISITORS = int(os.environ.get("SCALE_VISITORS", "8"))
MAILS = int(os.environ.get("SCALE_MAILS", "36"))
# Longer than FORM_MINIMUM_SECONDS, which are counted in whole seconds.
TYPING_SECONDS = 4.5
CALL = "/en/solidarity/drill-call/"
EVENT, MANY = "/en/events/drill-event/", "/en/events/drill-many/"
APPEAL = "/en/donations/drill-appeal/"
# What a host may keep: all of it is in the release, or made again when it is gone.
PASSING = ("static/", "built/", "cache/", "watching/", "secrets.json")


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    hosts = {"app_hosts": HOSTS, "worker_hosts": (WORKER,)}
    with tempfile.TemporaryDirectory(prefix="campaign-scale-") as folder:
        Path(folder).chmod(0o755)
        with Rig(Path(folder), s3=True, varnish=False, **hosts) as rig:
            yield rig


@pytest.fixture(scope="module")
def scene(rig) -> dict:
    made = in_shell(rig, "fill()")
    return json.loads(made.stdout.strip().splitlines()[-1])


def in_shell(rig: Rig, call: str) -> subprocess.CompletedProcess[str]:
    """Run a function of scene.py inside the site, on its first host."""
    code = f"from tests.scaling import scene; scene.{call}"
    given = rig.environment_of(FIRST)
    return rig.manage("shell", "--no-imports", "--command", code, environment=given)


@pytest.fixture(scope="module")
def staff(rig, scene) -> Visitor:
    """A member of staff who came in by the first host."""
    visitor = Visitor(rig)
    visitor.log_in(FIRST)
    return visitor


def rows(rig: Rig, query: str, *values: object) -> list[tuple]:
    with psycopg.connect(rig.database_url) as connection:
        return connection.execute(query, values).fetchall()


def say(line: str) -> None:
    print(f"\n  {line}", end="")


def until(condition, seconds: float, what: str) -> float:
    """Wait until ``condition()``; return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.02)
    return time.monotonic() - began


def test_session_of_one_host_is_one_of_the_other(rig, staff) -> None:
    assert staff.get(SECOND, "/admin/").status == 200

    assert Visitor(rig).get(SECOND, "/admin/").status == 302
    staff_elsewhere = Visitor(rig, cookies=dict(staff.cookies))
    assert staff_elsewhere.get(FIRST, "/admin/photos/").status == 200


def test_photo_goes_from_host_to_host_and_is_gone_from_both(rig, scene, staff) -> None:
    visitor = Visitor(rig)
    form = visitor.form(FIRST, CALL, having="message")
    time.sleep(TYPING_SECONDS)
    answer = visitor.post(
        SECOND,
        CALL,
        {
            **form.fields,
            "message": "You are not alone",
            "email": "sam@example.org",
            "people": "sender",
            "consent_delivery": "on",
            "consent_wall": "on",
        },
        image=webp((640, 480)),
    )
    assert answer.status == 302, answer.text.partition('role="alert"')[2][:1500]
    own = answer.headers["Location"]
    [(number, name)] = rows(
        rig, "SELECT id, file_name FROM solidarity_photo ORDER BY id DESC LIMIT 1"
    )
    picture = f"/photos/{name}/wall.webp"
    assert [shown(rig, host, picture) for host in HOSTS] == [404, 404]

    decision = staff.form(FIRST, f"/admin/photos/{number}/", having="/approve/")
    path = f"/admin/photos/{number}/approve/"
    staff.post(SECOND, path, {**decision.fields, "alt_text": "Somebody with a sign"})
    assert [shown(rig, host, picture) for host in HOSTS] == [200, 200]
    assert through_the_proxies(rig, picture) == 200

    visitor.post(FIRST, own + "withdraw/", {})
    took = until(lambda: shown(rig, SECOND, picture) == 404, 1, "it is still on the second host")
    say(f"taken back on one host, gone on the other after {took:.2f} s")
    took = until(lambda: through_the_proxies(rig, picture) == 404, 61, "caches still have it")
    say(f"and gone from every cache after {took:.2f} s (61 allowed)")
    assert not list((rig.folder / "s3").rglob(f"{name}*"))


def shown(rig: Rig, host: str, picture: str) -> int:
    return Visitor(rig).get(host, picture, name=rig.photo_host).status


def through_the_proxies(rig: Rig, picture: str) -> int:
    return rig.ask("GET", picture, host=rig.photo_host).status


def alternating(rig: Rig, path: str, fields: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Each fetches a form from one host and posts it to the other, all at the same moment."""
    visitors = [Visitor(rig, network=f"10.{number}.0.1") for number in range(len(fields))]

    def fetch(number: int) -> Form:
        return visitors[number].form(HOSTS[number % 2], path, having="form_key")

    start = threading.Barrier(len(fields))

    def post(number: int) -> tuple[int, str]:
        form = forms[number]
        start.wait()
        host = HOSTS[(number + 1) % 2]
        answer = visitors[number].post(host, path, {**form.fields, **fields[number]})
        return answer.status, answer.headers.get("Location", answer.text[-1500:])

    with ThreadPoolExecutor(len(fields)) as pool:
        forms = list(pool.map(fetch, range(len(fields))))
        time.sleep(TYPING_SECONDS)
        return list(pool.map(post, range(len(fields))))


def test_places_are_not_sold_twice(rig, scene) -> None:
    crowd = [
        {"name": f"Person {number}", "email": f"p{number}@example.org", "party_size": "1"}
        for number in range(3 * PLACES)
    ]

    answers = alternating(rig, EVENT, crowd)

    landed = Counter(to.rstrip("/").rpartition("/")[2] for _, to in answers)
    assert landed == {"signed-up": PLACES, "waiting": 2 * PLACES}, answers[:3]
    confirmed = rows(
        rig,
        "SELECT count(*) FROM events_signup s JOIN events_event e ON e.id = s.event_id"
        " WHERE e.slug = 'drill-event' AND s.status = 'confirmed'",
    )
    assert confirmed == [(PLACES,)]
    say(f"{PLACES} places, {len(crowd)} people through two hosts: {confirmed[0][0]} confirmed")


def test_rewards_are_not_promised_twice(rig, scene) -> None:
    donor = {"amount_eur": "25", "reward": str(scene["reward"])}
    crowd = [
        {**donor, "name": f"Donor {number}", "email": f"d{number}@example.org"}
        for number in range(4 * REWARDS)
    ]

    alternating(rig, APPEAL, crowd)

    held = rows(rig, "SELECT count(*) FROM donations_pledge WHERE holds_reward")
    assert held == [(REWARDS,)]
    say(f"{REWARDS} rewards, {len(crowd)} donors through two hosts: {held[0][0]} promised")


def test_one_form_sent_to_both_hosts_counts_once_and_mails_once(rig, scene) -> None:
    visitor = Visitor(rig, network="10.99.0.1")
    form = visitor.form(FIRST, MANY, having="form_key")
    time.sleep(TYPING_SECONDS)
    sent = {**form.fields, "name": "Once", "email": "once@example.org", "party_size": "1"}
    start = threading.Barrier(6)

    def post(number: int) -> str:
        start.wait()
        return visitor.post(HOSTS[number % 2], MANY, sent).headers.get("Location")

    with ThreadPoolExecutor(6) as pool:
        landed = set(pool.map(post, range(6)))

    assert len(landed) == 1
    assert None not in landed
    assert rows(
        rig,
        "SELECT count(*) FROM events_signup s JOIN events_event e ON e.id = s.event_id"
        " WHERE e.slug = 'drill-many'",
    ) == [(1,)]
    until(lambda: mailed(rig)["once@example.org"] == 1, 20, "no mail came")
    time.sleep(2)
    assert mailed(rig)["once@example.org"] == 1


def mailed(rig: Rig) -> Counter:
    return Counter(mail["X-Rig-Recipient"] for mail in rig.mails())


def test_what_one_host_publishes_the_other_shows(rig, scene) -> None:
    visitor = Visitor(rig)
    for host in HOSTS:
        assert "Published anew" not in visitor.get(host, scene["path"]).text
    seen: dict[str, float] = {}
    stop = threading.Event()

    def watch(host: str) -> None:
        while host not in seen and not stop.is_set():
            if "Published anew" in visitor.get(host, scene["path"]).text:
                seen[host] = time.time()
            time.sleep(0.02)

    watching = [threading.Thread(target=watch, args=(host,)) for host in HOSTS]
    for one in watching:
        one.start()
    try:
        in_shell(rig, f"publish({scene['page']}, 'Published anew')")
        until(lambda: len(seen) == 2, 5, f"only {list(seen)} shows what was published")
    finally:
        stop.set()
        for one in watching:
            one.join()
    [(at,)] = rows(
        rig, "SELECT last_published_at FROM wagtailcore_page WHERE id = %s", scene["page"]
    )
    waits = {host: moment - at.timestamp() for host, moment in seen.items()}
    say("published, and shown after " + ", ".join(f"{wait:.2f} s" for wait in waits.values()))
    assert max(waits.values()) < 1


def test_limits_count_over_both_hosts(rig, scene) -> None:
    """A password tried five times wrongly, three times here and twice there, is tried no more."""
    attacker = Visitor(rig, network="203.0.113.5")
    answers = []
    for number in range(8):
        form = attacker.form(HOSTS[number % 2], "/admin/login/", having="username")
        wrong = {**form.fields, "username": "nobody@example.org", "password": "not this one at all"}
        answers.append(attacker.post(HOSTS[(number + 1) % 2], "/admin/login/", wrong))

    refused = ["too many" in answer.text.lower() for answer in answers]
    statuses = [answer.status for answer in answers]
    say(f"wrong passwords in turn: {statuses}")
    assert not any(refused[:5]), answers[0].text
    assert any(refused[5:]) or 429 in statuses[5:]


def test_maintenance_is_for_all_hosts(rig, scene) -> None:
    visitor = Visitor(rig)

    def answers(host: str, status: int) -> bool:
        return visitor.get(host, MANY).status == status

    rig.manage("maintenance", "on", environment=rig.environment_of(WORKER))
    try:
        for host in HOSTS:
            until(partial(answers, host, 503), 3, f"{host} is open")
    finally:
        rig.manage("maintenance", "off", environment=rig.environment_of(WORKER))
    for host in HOSTS:
        until(partial(answers, host, 200), 3, f"{host} is closed")


def test_site_stands_while_an_application_host_dies(rig, scene) -> None:
    """Nobody in front knows of it beforehand; whatever fails is counted."""
    outcomes: list[tuple[float, object, float]] = []
    stop = threading.Event()

    def visit(number: int) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            began = time.monotonic()
            # An address that no cache keeps, so that an application answers each time.
            path = f"/en/?visit={number}-{count}"
            try:
                status: object = rig.get(path, timeout=10).status
            except OSError as error:
                status = type(error).__name__
            outcomes.append((began, status, time.monotonic() - began))

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(VISITORS)]
    for one in visitors:
        one.start()
    try:
        time.sleep(SECONDS / 3)
        killed = time.monotonic()
        for name in (f"web@{FIRST}", f"admin@{FIRST}"):
            rig.services[name].kill(signal.SIGKILL)
        time.sleep(2 * SECONDS / 3)
        assert Visitor(rig).get(SECOND, "/admin/login/").status == 200
        behind_the_proxy = rig.ask("GET", "/admin/login/").status
    finally:
        stop.set()
        for one in visitors:
            one.join()
        for name in (f"web@{FIRST}", f"admin@{FIRST}"):
            rig.services[name].start()
    failed = [one for one in outcomes if one[1] != 200]
    after = [one for one in outcomes if one[0] > killed]
    slowest = max(one[2] for one in after)
    say(
        f"a host killed under load: {len(outcomes)} requests, {len(failed)} failed "
        f"({dict(Counter(one[1] for one in failed))}), {len(after)} answered after it, "
        f"slowest {slowest:.2f} s"
    )
    assert len(after) > VISITORS
    late = [one for one in failed if one[0] > killed + 2]
    assert late == []
    # Those that it was working on when it died: at most one for each visitor.
    assert len(failed) <= VISITORS
    assert behind_the_proxy == 200
    assert Visitor(rig).get(FIRST, "/en/").status == 200


def test_no_mail_is_lost_when_the_worker_host_dies(rig, scene) -> None:
    crowd = [
        {"name": f"Mail {number}", "email": f"mail{number}@example.org", "party_size": "1"}
        for number in range(MAILS)
    ]
    expected = {one["email"] for one in crowd}
    time.sleep(61)  # the sign-ups of the tests before are forgotten
    killed = threading.Event()

    def kill_at_some_mails() -> None:
        until(lambda: len(expected & set(mailed(rig))) >= MAILS // 10, 60, "no mail leaves")
        rig.services[f"worker@{WORKER}"].kill(signal.SIGKILL)
        killed.set()

    killer = threading.Thread(target=kill_at_some_mails)
    killer.start()
    answers = alternating(rig, MANY, crowd)
    assert {status for status, _ in answers} == {302}, answers[0]
    killer.join()
    assert killed.is_set()
    before = len(expected & set(mailed(rig)))
    rig.local_folders[OTHER_WORKER] = rig.folder / f"local-{OTHER_WORKER}"
    other = rig._managed(f"worker@{OTHER_WORKER}", OTHER_WORKER, "procrastinate", "worker")
    rig._add(other)
    other.start()

    took = until(lambda: expected <= set(mailed(rig)), 120, "mails are lost")

    time.sleep(2)
    doubled = sum(count - 1 for address, count in mailed(rig).items() if address in expected)
    say(
        f"worker host killed after {before} of {MAILS} mails: all there {took:.1f} s later, "
        f"{doubled} doubled (1 allowed)"
    )
    # What a hand had given to the relay when it died is given again: the bar is one.
    assert doubled <= 1


def test_nothing_precious_is_left_on_a_host(rig, scene) -> None:
    planted = rig.local_folders[FIRST] / "photos" / "a.webp"
    planted.parent.mkdir(exist_ok=True)
    planted.write_bytes(b"precious")
    assert precious(rig) == {FIRST: ["photos/a.webp"]}
    planted.unlink()

    assert precious(rig) == {}
    kept = Counter(
        str(path.relative_to(rig.folder / "s3").parts[1])
        for path in (rig.folder / "s3").rglob("*")
        if path.is_file()
    )
    say(f"in the bucket: {dict(kept)}; on the hosts: nothing")


def precious(rig: Rig) -> dict[str, list[str]]:
    """The files on each host that neither the release nor a restart would bring back."""
    found = {}
    for host, folder in rig.local_folders.items():
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        names = (str(path.relative_to(folder)) for path in files)
        if left := sorted(name for name in names if not name.startswith(PASSING)):
            found[host] = left
    return found
