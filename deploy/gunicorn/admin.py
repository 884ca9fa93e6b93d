"""gunicorn for staff, health and figures: a small pool that the public cannot fill.

``gunicorn --config deploy/gunicorn/admin.py campaign_site.wsgi``. As web.py, but for its size.
Variables: ADMIN_PROCESSES, ADMIN_THREADS, BIND.
"""

import os
import runpy
from pathlib import Path

globals().update(
    {
        name: value
        for name, value in runpy.run_path(str(Path(__file__).with_name("web.py"))).items()
        if name.islower() and not name.startswith("_")
    }
)

workers = int(os.environ.get("ADMIN_PROCESSES") or 1)
threads = int(os.environ.get("ADMIN_THREADS") or 4)
bind = [os.environ.get("BIND") or "127.0.0.1:8002"]
