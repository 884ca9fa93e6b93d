"""Make docs/sbom.json: what the site is made of (CycloneDX 1.6), the same bytes every time.

``python bin/audit_sbom.py`` writes it, ``--check`` compares instead. In it are the packages of
requirements.txt with their licences (their hashes are there), and the files of others that lie in
this repository (``VENDORED``). No moment and no serial number: the same content, the same bytes.
"""

import hashlib
import json
import re
import sys
import tomllib
from email.message import Message
from importlib import metadata
from pathlib import Path

from audit_locks import ROOT, Pinned, read_lock

SBOM = ROOT / "docs" / "sbom.json"

# Files made by others: pattern, name, version, licence, where they come from.
VENDORED = (
    ("static/fonts/*.woff2", "Archivo", "5.3.0", "OFL-1.1", "npm/%40fontsource-variable/archivo"),
    (
        "campaign_site/fonts/archivo-*.ttf",
        "Archivo (PDF)",
        "5.3.0",
        "OFL-1.1",
        "npm/%40fontsource-variable/archivo",
    ),
    (
        "campaign_site/fonts/noto-sans-[lgc]*.ttf",
        "Noto Sans",
        "5.3.0",
        "OFL-1.1",
        "npm/%40fontsource/noto-sans",
    ),
    (
        "campaign_site/fonts/noto-sans-arabic-*.ttf",
        "Noto Sans Arabic",
        "5.3.0",
        "OFL-1.1",
        "npm/%40fontsource/noto-sans-arabic",
    ),
    (
        "campaign_site/fonts/noto-emoji.ttf",
        "Noto Emoji",
        "5.3.0",
        "OFL-1.1",
        "npm/%40fontsource/noto-emoji",
    ),
)
_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
}
_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*")


def licence_of(name: str) -> str:
    """Return a package's licence as an SPDX expression; "" when it does not say, or is not here."""
    try:
        told: Message = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    expression = told.get("License-Expression") or ""
    classifiers = [
        one.rpartition(" :: ")[2]
        for one in told.get_all("Classifier") or []
        if one.startswith("License ::") and one.count(" :: ") > 1
    ]
    known = [_SPDX[one] for one in classifiers if one in _SPDX]
    text = (told.get("License") or "").strip()
    if expression:
        return expression
    if known and len(known) == len(classifiers):
        return " OR ".join(known)
    # Some put the whole text there.
    return text if _EXPRESSION.fullmatch(text) else ""


def make(root: Path = ROOT) -> dict:
    """Return the list; licences of what is not installed here are taken from the last one."""
    before = _licences(SBOM)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = read_lock(root / "requirements.txt")
    components = [
        _package(one, licence_of(one.name) or before.get(one.name, "")) for one in packages
    ]
    components += [_vendored(root, *one) for one in VENDORED]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
            }
        },
        "components": sorted(components, key=lambda one: one["bom-ref"]),
    }


def _licences(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    components = json.loads(path.read_text(encoding="utf-8"))["components"]
    return {
        one["name"]: one["licenses"][0]["expression"] for one in components if one.get("licenses")
    }


def _package(pinned: Pinned, licence: str) -> dict:
    address = f"pkg:pypi/{pinned.name}@{pinned.version}"
    component = {
        "type": "library",
        "bom-ref": address,
        "name": pinned.name,
        "version": pinned.version,
        "purl": address,
    }
    if licence:
        component["licenses"] = [{"expression": licence}]
    if pinned.marker:
        component["properties"] = [{"name": "python:marker", "value": pinned.marker}]
    return component


def _vendored(root: Path, pattern: str, name: str, version: str, licence: str, purl: str) -> dict:
    """A component of files in this repository. Raises SystemExit when there are none."""
    files = sorted(root.glob(pattern))
    if not files:
        sys.exit(f"{pattern}: no such files, but bin/audit_sbom.py lists them")
    return {
        "type": "file",
        "bom-ref": f"file:{pattern}",
        "name": name,
        "version": version,
        "purl": f"pkg:{purl}@{version}",
        "licenses": [{"expression": licence}],
        "components": [
            {
                "type": "file",
                "bom-ref": f"file:{path.relative_to(root)}",
                "name": str(path.relative_to(root)),
                "hashes": [
                    {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
                ],
            }
            for path in files
        ],
    }


def as_text(sbom: dict) -> str:
    return json.dumps(sbom, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    text = as_text(make())
    if "--check" in sys.argv:
        if SBOM.read_text(encoding="utf-8") != text:
            sys.exit("docs/sbom.json is not what requirements.txt says: make sbom")
    else:
        SBOM.write_text(text, encoding="utf-8")
