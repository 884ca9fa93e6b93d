"""Which licences what we run may be under, by docs/sbom.json.

``python bin/audit_licences.py`` prints what is not among them and ends with exit code 1.
"""

import json
import re
import sys
from pathlib import Path

from audit_locks import ROOT

# What the site uses unchanged on a server and hands to nobody. A licence that asks to publish the
# source of what is offered over a network (AGPL, SSPL) is not among them.
ALLOWED = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OFL-1.1",
    "PSF-2.0",
}
# Packages that do not say in a form that can be read, with what a person read.
READ_BY_HAND = {"colorama": "BSD-3-Clause"}


def refused(sbom: Path = ROOT / "docs" / "sbom.json") -> list[str]:
    """Return the components whose licence is unknown or not allowed."""
    found = []
    for one in json.loads(sbom.read_text(encoding="utf-8"))["components"]:
        told = one["licenses"][0]["expression"] if one.get("licenses") else ""
        expression = told or READ_BY_HAND.get(one["name"], "")
        if not _is_allowed(expression):
            found.append(f"{one['name']} {one['version']}: licence {expression or 'unknown'}")
    return found


def _is_allowed(expression: str) -> bool:
    """Whether one choice of an SPDX expression is allowed whole; nothing nests more deeply here."""
    choices = re.split(r" OR ", expression.replace("(", "").replace(")", ""))
    return any(set(choice.split(" AND ")) <= ALLOWED for choice in choices)


if __name__ == "__main__":
    if bad := refused():
        sys.exit("\n".join(bad))
