import pytest

from watching import alert_file


@pytest.fixture(autouse=True)
def own_memory(settings, tmp_path, monkeypatch):
    """What this machine remembers of alerts lies in a folder of the test's own."""
    settings.LOCAL_DIR = tmp_path / "local"
    settings.LOCAL_DIR.mkdir()
    monkeypatch.setattr(alert_file, "_BESIDE_THE_COUNTERS", tmp_path / "counters")
