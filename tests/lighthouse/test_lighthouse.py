"""Lighthouse on every kind of public page, in three languages, as a phone on a slow network.

``make drill-lighthouse`` runs the shipped configuration on loopback and takes the median of five
runs a page: some twenty minutes a language on two cores. For a quick look:
``RUNS=1 LANGUAGES=en ONLY="home,photo form" make drill-lighthouse``. With ``SAVE=folder`` what each
page was told stays in a file.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.rig import Rig

pytestmark = pytest.mark.drill

RUNS = int(os.environ.get("RUNS", "5"))
ONLY = [name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()]
LANGUAGES = os.environ.get("LANGUAGES", "en,fr,nl").split(",")
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
HERE = Path(__file__).parent
SECONDS_A_RUN = 90
TELL = "from tests.lighthouse.addresses import tell; tell()"


@pytest.fixture(scope="module")
def modules() -> Path:
    """Where Lighthouse is: what package-lock.json names, installed once into LOCAL_DIR."""
    folder = Path(settings.LOCAL_DIR) / "lighthouse"
    lock = HERE / "package-lock.json"
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.fail("Lighthouse needs Node.js: apt-get install nodejs npm")
    kept = folder / "package-lock.json"
    if not kept.exists() or kept.read_bytes() != lock.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", folder)
        shutil.copy(lock, kept)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            kept.unlink()
            pytest.fail(f"npm could not install Lighthouse: {done.stderr}")
    return folder


def look_at(pages: list[dict[str, str]], modules: Path) -> list[dict]:
    """Run Lighthouse on pages, ``RUNS`` times each; return what it said of each of them."""
    asked = {
        "chromium": os.environ["CHROMIUM"],
        "modules": str(modules),
        "runs": RUNS,
        "pages": pages,
    }
    done = subprocess.run(
        ["node", HERE / "run.mjs"],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        timeout=SECONDS_A_RUN * RUNS * len(pages),
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def medians(told: dict) -> dict[str, float]:
    return {name: statistics.median(scores) for name, scores in told["scores"].items()}


def below(told: dict) -> list[str]:
    """What a page misses; one that asks not to be indexed cannot be found by search engines."""
    wanted = LEAST if told["indexed"] else {k: v for k, v in LEAST.items() if k != "seo"}
    complaints = [line.partition(":")[0] for line in told["failed"].get("best-practices", [])]
    if not told.get("isFound", True) and complaints == ["errors-in-console"]:
        # The browser itself reports that the page came with 404.
        wanted = {k: v for k, v in wanted.items() if k != "best-practices"}
    scores = medians(told)
    return [
        *told["errors"],
        *(
            f"{category} {scores.get(category)}: {'; '.join(told['failed'].get(category, []))}"
            for category, least in wanted.items()
            if scores.get(category, 0) < least
        ),
    ]


def row(language: str, told: dict) -> str:
    scores = medians(told)
    numbers = "".join(f"{scores.get(name, 0):>6.0f}" for name in LEAST)
    times = told["milliseconds"].get("largest-contentful-paint", [0])
    return (
        f"{language}  {told['name']:30}{numbers}{'' if told['indexed'] else '*':1}"
        f"{statistics.median(times):>8.0f}{told.get('shift', 0):>8.3f}"
        f"{told.get('requests', 0):>6}{told.get('bytes', 0) / 1000:>8.1f}"
    )


def test_every_kind_of_page_in_every_language(tmp_path, modules):
    assert "CHROMIUM" in os.environ, "make drill-lighthouse names the browser"
    wrong, seen = [], 0
    with Rig(tmp_path / "rig", varnish=False) as rig:
        addresses = json.loads(rig.manage("shell", "--no-imports", "--command", TELL).stdout)
        print(f"\n{'':34}  perf  a11y  best   seo   LCP ms   shift   req      kB", file=sys.stderr)
        for language in LANGUAGES:
            pages = [
                {"name": name, "url": rig.url + path}
                for name, path in addresses[language].items()
                if not ONLY or name in ONLY
            ]
            for page in pages:
                # The first visitor's page is made; the second's comes from a cache.
                rig.get(page["url"].removeprefix(rig.url))
            for page in pages:
                [told] = look_at([page], modules)
                seen += 1
                print(row(language, told), file=sys.stderr, flush=True)
                wrong += [f"{language} {page['name']}: {what}" for what in below(told)]
                if "SAVE" in os.environ:
                    folder = Path(os.environ["SAVE"])
                    folder.mkdir(parents=True, exist_ok=True)
                    name = f"{language}-{page['name'].replace(' ', '-')}.json"
                    (folder / name).write_text(json.dumps(told, indent=1))
    print("* asks not to be indexed: SEO is left aside", *wrong, sep="\n", file=sys.stderr)
    assert seen == len(LANGUAGES) * (len(ONLY) or len(addresses[LANGUAGES[0]]))
    assert wrong == []
