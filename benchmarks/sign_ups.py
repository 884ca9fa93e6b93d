"""Compare signing up for one crowded event with the same service that locks the event first.

``make bench`` runs it on two cores of this machine, with a PostgreSQL of its own that writes every
commit to the disk. Sixteen threads in two processes, as the site runs, make 10,000 sign-ups for
one event with 5,000 places and a waiting list; each is a new person with a form key, needs with
their consent, and a mail. Three ways take turns, so that a busy machine slows all:

- the service: everything else first, then one statement that takes the places and makes the row;
- ordinary: the same written with the ORM, ``select_for_update`` on the event first, since what is
  read of the event has to stay true until it is saved;
- locked: the service as it is, with only the event's row locked before it begins.

After each run the rows are counted: every attempt has one, exactly as many people have places as
there are, and the queue's numbers are distinct. Only the ratio means something on another machine.
Ends with 1 when anything is oversold or lost, or when the service is not twice as fast as the
ordinary way. ATTEMPTS, ROUNDS and PROCESSES make it smaller or different, and
TEST_DATABASE_URL names another server.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign_site.settings.test")

import own_server  # noqa: E402

ATTEMPTS = int(os.environ.get("ATTEMPTS", "10000"))
PLACES = ATTEMPTS // 2
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PROCESSES = int(os.environ.get("PROCESSES", "2"))
THREADS = 16
RATIO = 2.0  # the bar
NAME = f"bench_{os.getpid()}"
SERVICE, ORDINARY, LOCKED = "service", "ordinary", "locked"


def main() -> int:
    """Start a database, run every way in turn, print what came of it; return the exit status."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    return own_server.run(compare_ways, NAME)


def compare_ways() -> int:
    """Run every way in turn; print what came of it, and return the exit status."""
    rates: dict[str, list[float]] = {SERVICE: [], ORDINARY: [], LOCKED: []}
    wrong = 0
    for _round in range(ROUNDS):
        for way, found in rates.items():
            rate, complaint = run(way)
            found.append(rate)
            wrong += bool(complaint)
            print(f"{way}: {rate:.0f} attempts/s {complaint}".rstrip(), flush=True)
    medians = {way: statistics.median(found) for way, found in rates.items()}
    ratio = medians[SERVICE] / medians[ORDINARY]
    told = ", ".join(f"{way} {median:.0f}/s" for way, median in medians.items())
    print(
        f"{ATTEMPTS:,} sign-ups for {PLACES:,} places by {THREADS} threads: {told}; the service is "
        f"{ratio:.1f} times as fast as the ordinary way (bar: {RATIO:.0f}), and "
        f"{medians[SERVICE] / medians[LOCKED]:.1f} times as fast as with the event locked first"
    )
    return 0 if ratio >= RATIO and not wrong else 1


def run(way: str) -> tuple[float, str]:
    """Let the crowd in; return attempts per second, and what is wrong with the rows."""
    event = make_event()
    environment = {**os.environ, "BENCH_DATABASE": NAME}
    command = [sys.executable, __file__, way, str(event.pk)]
    crowds = [
        subprocess.Popen(
            [*command, str(number)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for crowd in crowds:
        crowd.stdout.readline()
    start = time.perf_counter()
    for crowd in crowds:
        crowd.stdin.write("go\n")
        crowd.stdin.flush()
    answers = [json.loads(crowd.stdout.readline()) for crowd in crowds]
    seconds = time.perf_counter() - start
    for crowd in crowds:
        crowd.stdin.close()
        crowd.wait()
        crowd.stdout.close()
    failed = sum(answer["failed"] for answer in answers)
    return ATTEMPTS / seconds, complaint_about(event, failed)


def make_event():
    from tests import factories

    return factories.make_event(slug=f"bench-{uuid.uuid4().hex[:8]}", capacity=PLACES)


def complaint_about(event, failed: int) -> str:
    """Return what was oversold or lost, or nothing."""
    from django.db.models import Sum
    from procrastinate.contrib.django.models import ProcrastinateJob

    from events.models import Needs, SignUp
    from supporters.models import Consent

    event.refresh_from_db()
    rows = SignUp.objects.filter(event=event)
    ids = [str(one) for one in rows.values_list("public_id", flat=True)]
    coming = rows.confirmed().aggregate(people=Sum("party_size"))["people"]
    queue = list(rows.waiting().values_list("queue_number", flat=True))
    expected = {
        "sign-ups": (rows.count(), ATTEMPTS),
        "people with places": (coming, PLACES),
        "places taken": (event.places_taken, PLACES),
        "in the queue": (queue, list(range(1, ATTEMPTS - PLACES + 1))),
        "needs": (Needs.objects.filter(sign_up__event=event).count(), ATTEMPTS),
        "consents": (Consent.objects.filter(subject_id__in=ids).count(), ATTEMPTS),
        "mails": (ProcrastinateJob.objects.filter(args__public_id__in=ids).count(), ATTEMPTS),
        "failed": (failed, 0),
    }
    return "; ".join(name for name, (found, wanted) in expected.items() if found != wanted)


# One process of the crowd


def crowd(way: str, event_id: int, number: int) -> None:
    """Sign up this process's part of the crowd as soon as a line arrives."""
    import django

    django.setup()

    from django.db import connection

    from events.models import Event, Needs
    from supporters.wordings import current_words

    connection.settings_dict["NAME"] = os.environ["BENCH_DATABASE"]
    event = Event.objects.get(pk=event_id)
    words = current_words([Needs.PURPOSE], language="fr")[Needs.PURPOSE]
    act = {SERVICE: in_one_statement, ORDINARY: ordinarily, LOCKED: locked_first}[way]
    mine = iter(range(number, ATTEMPTS, PROCESSES))
    lock = threading.Lock()
    failures: list[str] = []

    def attend() -> None:
        connection.ensure_connection()
        ready.wait()
        while True:
            with lock:
                one = next(mine, None)
            if one is None:
                break
            try:
                act(event=event, words=words, **person(event_id, one))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is counted and told)
                failures.append(repr(error))
        connection.close()

    threads = [threading.Thread(target=attend) for _ in range(THREADS // PROCESSES)]
    ready = threading.Barrier(len(threads) + 1)
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    ready.wait()
    for thread in threads:
        thread.join()
    for failure in failures[:3]:
        print(failure, file=sys.stderr)
    print(json.dumps({"failed": len(failures)}), flush=True)


def person(event_id: int, number: int) -> dict:
    return {
        "name": f"Person {number}",
        "email": f"person{number}.{event_id}@example.org",
        "party_size": 1,
        "language": "fr",
        "form_key": uuid.uuid4(),
        "form_digest": f"{number:064}",
    }


def in_one_statement(*, event, words, **fields) -> None:
    from events.services import NeedsGiven, sign_up

    sign_up(event=event, needs=NeedsGiven(["seat"], "A chair"), needs_words=words, **fields)


def locked_first(*, event, words, **fields) -> None:
    from django.db import transaction

    from events.services.waiting import hold_event

    with transaction.atomic():
        hold_event(event.pk)
        in_one_statement(event=event, words=words, **fields)


def ordinarily(*, event, words, name, email, party_size, language, form_key, form_digest) -> None:
    """The service as one would write it: lock the event, look, decide, save."""
    from django.db import transaction

    from campaign_site.idempotency import first_result
    from events import tasks
    from events.models import Event, Needs, SignUp
    from events.services import NeedsGiven, SignUpError
    from supporters.services import record_consent, remember_supporter

    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=event.pk)
        if first_result(SignUp.objects, form_key, form_digest) is not None:
            return
        supporter = remember_supporter(email=email, language=language)
        if SignUp.objects.standing().filter(event=event, supporter=supporter).exists():
            return
        has_room = event.places_left is None or event.places_left >= party_size
        if not event.is_open or not (has_room or event.has_waiting_list):
            raise SignUpError("closed or full")
        row = SignUp(
            event=event,
            supporter=supporter,
            name=name,
            party_size=party_size,
            language=language,
            form_key=form_key,
            form_digest=form_digest,
        )
        if has_room:
            event.places_taken += party_size
        else:
            row.status, row.queue_number = SignUp.Status.WAITING, event.next_queue_number
            event.next_queue_number += 1
        event.save(update_fields=["places_taken", "next_queue_number"])
        row.save()
        needs = NeedsGiven(["seat"], "A chair")
        Needs.objects.create(sign_up=row, ticked=needs.ticked, line=needs.line)
        record_consent(
            subject_type=SignUp.SUBJECT_TYPE,
            subject_id=row.public_id,
            purpose=words.purpose,
            language=words.language,
            text=words.text,
            supporter=supporter,
            wording=words.wording,
        )
        tasks.send_sign_up_answer.defer(public_id=str(row.public_id))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        crowd(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main())
