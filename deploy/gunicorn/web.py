"""gunicorn for the public site: ``gunicorn --config deploy/gunicorn/web.py campaign_site.wsgi``.

Two instances of this run on a web host (campaign-web@8001, campaign-web@8003). systemd holds their
sockets, so that whoever arrives while one restarts waits for a moment instead of being refused.
Variables: WEB_PROCESSES (of each instance), WEB_THREADS, BIND where nothing hands a socket over.
"""

import os
from pathlib import Path

# Two instances share the processors. Threads wait for the database, processes work.
workers = int(os.environ.get("WEB_PROCESSES") or max(1, (os.cpu_count() or 2) // 2))
threads = int(os.environ.get("WEB_THREADS") or 8)
worker_class = "gthread"
bind = [os.environ.get("BIND") or "127.0.0.1:8001"]
# Connections that wait in the system while this instance restarts.
backlog = 2048

# Nothing takes longer: nginx has the whole request before it comes here, and gives up after 30 s.
timeout = 60
# Longer than nginx waits for an answer: whatever it sent is finished before a restart goes on.
graceful_timeout = 35
# nginx and Varnish keep connections open for less, so no request meets one that is being closed.
keepalive = 75

# Only our own proxies reach this port (they are on this machine or a private network), and nothing
# they pass on is believed but what campaign_site/settings/production.py names.
forwarded_allow_ips = "*"
# Requests that two servers could read in two ways (RFC 9112, 11.2) are refused.
limit_request_line = 8190
limit_request_fields = 100

# The heartbeat of the processes is a file that is touched every second: in memory.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # unnamed file

# No access log: it would hold the visitors' addresses. nginx keeps one without.
accesslog = None
errorlog = "-"
loglevel = "warning"
# One JSON object a line, like everything else that the site says.
logger_class = "watching.gunicorn_log.Logger"
# No way to command a running server but signals.
control_socket_disable = True
