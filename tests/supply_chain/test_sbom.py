"""docs/sbom.json lists what the site is made of, and all of it may be used."""

import json
from pathlib import Path

import audit_licences
import audit_sbom
from audit_locks import read_lock

ROOT = Path(__file__).parents[2]
SBOM = json.loads((ROOT / "docs" / "sbom.json").read_text())


def test_it_is_what_the_lock_file_says():
    written = (ROOT / "docs" / "sbom.json").read_text()
    assert written == audit_sbom.as_text(audit_sbom.make()), "make sbom"

    listed = {(one["name"], one["version"]) for one in SBOM["components"] if "pypi" in one["purl"]}
    assert listed == {(one.name, one.version) for one in read_lock(ROOT / "requirements.txt")}


def test_it_is_the_same_every_time():
    assert audit_sbom.make() == audit_sbom.make()
    assert "serialNumber" not in SBOM
    assert "timestamp" not in SBOM["metadata"]
    references = [one["bom-ref"] for one in SBOM["components"]]
    assert references == sorted(set(references))


def test_every_font_of_others_is_listed():
    """What others made lies in two folders, and beside each is its licence."""
    listed = {file["name"] for one in SBOM["components"] for file in one.get("components", [])}
    fonts = {
        str(path.relative_to(ROOT))
        for folder in ("static", "campaign_site")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".woff2", ".woff", ".ttf", ".otf"}
    }

    assert fonts
    assert fonts - listed == set()


def test_no_script_or_style_of_others_is_unlisted():
    """Those of others say so at their beginning; ours do not."""
    listed = {file["name"] for one in SBOM["components"] for file in one.get("components", [])}
    files = [path for path in (ROOT / "static").rglob("*") if path.suffix in {".js", ".css"}]

    assert len(files) > 20
    assert [
        str(path)
        for path in files
        if _is_of_others(path.read_text()) and str(path.relative_to(ROOT)) not in listed
    ] == []


def _is_of_others(text: str) -> bool:
    beginning = text[:1500].lower()
    return any(word in beginning for word in ("@license", "copyright", "(c) 20", "spdx-"))


def test_a_script_of_others_is_found():
    assert _is_of_others("/*! widget 3.2 | (c) 2024 Somebody | MIT */")
    assert _is_of_others("/** @license MIT */")
    assert not _is_of_others("// The list of photos.\n")


def test_every_licence_is_allowed():
    assert audit_licences.refused() == []


def test_a_licence_that_is_not_allowed_is_found(tmp_path):
    def component(name: str, *licences: str) -> dict:
        told = [{"expression": one} for one in licences]
        return {"name": name, "version": "1", **({"licenses": told} if told else {})}

    components = [
        component("good", "MIT OR AGPL-3.0-only"),
        component("both", "MIT AND AGPL-3.0-only"),
        component("bad", "AGPL-3.0-only"),
        component("silent"),
        component("colorama"),
    ]
    sbom = tmp_path / "sbom.json"
    sbom.write_text(json.dumps({"components": components}))

    assert [fault.split()[0] for fault in audit_licences.refused(sbom)] == ["both", "bad", "silent"]
