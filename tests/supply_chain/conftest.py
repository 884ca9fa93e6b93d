"""The programs of bin/ that look after what others wrote, as modules."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bin"))
