"""The shipped ``campaign-backup``, importable by tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "backup"

if str(SHIPPED) not in sys.path:
    sys.path.insert(0, str(SHIPPED))
