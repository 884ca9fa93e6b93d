"""The layers of the house, and a planted breach that the same check must find."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _lint(config: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", config, "--no-cache"],
        cwd=config.parent,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(config.parent)},
        check=False,
    )


def test_imports_point_one_way():
    result = _lint(ROOT / "pyproject.toml")

    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


def test_a_planted_breach_is_found(tmp_path):
    for app in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "root_packages"
    ]:
        (tmp_path / app).mkdir()
        (tmp_path / app / "__init__.py").touch()
    (tmp_path / "events" / "services.py").write_text("from donations import models\n")
    (tmp_path / "donations" / "models.py").touch()
    rules = re.sub(r"ignore_imports = \[.*?\]\n", "", (ROOT / "pyproject.toml").read_text())
    (tmp_path / "pyproject.toml").write_text(rules)

    result = _lint(tmp_path / "pyproject.toml")

    assert result.returncode == 1
    assert "events.services -> donations.models" in result.stdout
