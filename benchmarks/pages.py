"""Compare pages with a plain Wagtail page, with a view that is constant, and with files.

``make bench`` runs it on two cores of this machine: the site as it is shipped (gunicorn with two
processes of four threads, behind nginx, with TLS), and a plain Wagtail site made by ``wagtail
start`` in the same PostgreSQL. They are loaded with wrk one after the other, in several rounds, so
that a busy machine slows all.

- *plain*: a page of sixteen blocks, three pictures and two links, in Dutch;
- *rendered*: pages of ours that no cache keeps (their address has an unknown query): an article,
  which is compared with the plain page, and two that show more, a campaign and the first page;
- *constant*: a view in the plain site that answers the bytes of one of our pages, and nothing else,
  behind Django's usual middleware;
- *hit*: the same page of ours from its cache, asked for at gunicorn;
- *static*: the same bytes as a file of nginx, the limit; *micro-cache*: the page through nginx.

What counts for rendered pages is processor time for a request, of gunicorn and PostgreSQL together.
Ends with 1 when a bar is missed. SECONDS (8) and ROUNDS (3) make it longer or shorter.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402
from load import Load, family, proportional_memory, require_wrk  # noqa: E402
from plain_site import PlainSite  # noqa: E402

SECONDS = float(os.environ.get("SECONDS", "8"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PLAIN_PORT = int(os.environ.get("PLAIN_PORT", "8790"))
HOME, CAMPAIGN = "/nl/", "/nl/notatarget/"
# As many texts, links and words around it as the plain page has.
ARTICLE = "/nl/artikels/goede-zorg-begint-om-de-hoek/"
# As many for each of the two sites.
PROCESSES = {"WEB_PROCESSES": "2", "WEB_THREADS": "4"}
# The bars.
RENDERED, HIT, MICRO, MICRO_P99, MEMORY = 0.45, 1.25, 0.8, 2.0, 1.1


def main() -> int:
    """Start both sites, load them in turn, print what came of it; return the exit status."""
    from tests.rig import Rig

    require_wrk()
    with (
        tempfile.TemporaryDirectory(prefix="bench-pages-") as folder,
        Rig(Path(folder) / "site", varnish=False, extra_environment=PROCESSES) as rig,
    ):
        plain = PlainSite(Path(folder) / "plain", _empty_database(rig.database_url))
        plain.constant_file.write_bytes(rig.get(ARTICLE, through="app").body)
        with plain.served(PLAIN_PORT) as server:
            return compare(rig, plain, server.pid)


def _empty_database(url: str) -> str:
    """Make a database for the plain site beside ours; return its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain_wagtail")
    parts = urlsplit(url)
    return parts._replace(path="/plain_wagtail").geturl()


def compare(rig, plain: PlainSite, plain_pid: int) -> int:
    loads = _loads(rig, plain, plain_pid)
    for one in loads.values():
        one.run(1)
        one.forget()
    for _round in range(ROUNDS):
        for one in loads.values():
            one.run(SECONDS)
    print(f"\nplain page: {plain.queries} queries, {plain.size:,} bytes\n")
    for one in loads.values():
        print(one.row())
    web = rig.services["web@127.0.0.1"].pid
    memory = {
        name: statistics.median(proportional_memory(pid) for pid in family(parent)[1:3])
        for name, parent in (("plain", plain_pid), ("site", web))
    }
    print(
        f"\nmemory of a process (PSS): plain {memory['plain']:.0f}, site {memory['site']:.0f} MiB"
    )
    return _judge(
        {
            "rendered article, processor time": (
                loads["article"].cpu_ms / loads["plain"].cpu_ms,
                "at most",
                RENDERED,
            ),
            "hit inside Django, requests": (
                loads["hit"].rate / loads["constant"].rate,
                "at least",
                HIT,
            ),
            "micro-cache, requests": (
                loads["micro"].rate / loads["static"].rate,
                "at least",
                MICRO,
            ),
            "micro-cache, slowest hundredth": (
                statistics.median(loads["micro"].p99) / statistics.median(loads["static"].p99),
                "at most",
                MICRO_P99,
            ),
            "memory of a process": (memory["site"] / memory["plain"], "at most", MEMORY),
        }
    )


def _loads(rig, plain: PlainSite, plain_pid: int) -> dict[str, Load]:
    database = rig.services["postgres"].pid
    web = rig.services["web@127.0.0.1"]
    app = f"http://127.0.0.1:{web.port}"
    ours = {"Host": urlsplit(rig.url).netloc, "X-Forwarded-Proto": "https"}
    theirs = f"http://127.0.0.1:{PLAIN_PORT}"

    def plain_family():
        return [*family(plain_pid), *family(database)]

    def our_family():
        return [*family(web.pid), *family(database)]

    def rendered(name: str, path: str) -> Load:
        return Load(name, f"{app}{path}?unknown=1", our_family, ours)

    static = Path(rig.environment["LOCAL_DIR"]) / "static" / "bench.html"
    static.write_bytes(plain.constant_file.read_bytes())
    static.chmod(0o644)
    return {
        "plain": Load("plain Wagtail page, rendered", theirs + plain.path, plain_family),
        "home": rendered("home page, rendered", HOME),
        "campaign": rendered("campaign page, rendered", CAMPAIGN),
        "article": rendered("article, rendered", ARTICLE),
        "constant": Load("constant view", theirs + plain.constant_path, plain_family),
        "hit": Load("article, hit inside Django", app + ARTICLE, our_family, ours),
        "static": Load("the same bytes, a file of nginx", f"{rig.url}/static/bench.html"),
        "micro": Load("article, micro-cache of nginx", rig.url + ARTICLE),
    }


def _judge(ratios: dict[str, tuple[float, str, float]]) -> int:
    missed = 0
    for name, (ratio, bound, bar) in ratios.items():
        is_met = ratio <= bar if bound == "at most" else ratio >= bar
        missed += not is_met
        print(f"{name:<34} {ratio:6.2f}  {bound} {bar}  {'' if is_met else 'MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
