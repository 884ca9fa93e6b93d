"""How gunicorn writes its log: as the site does, one JSON object a line, and no address.

``gunicorn --logger-class watching.gunicorn_log.Logger``. Its access log stays empty: the site
notes every answer itself (watching/middleware.py), without what belongs to the visitor.
"""

import logging
import re
import sys

from gunicorn.glogging import Logger as GunicornLogger

from campaign_site.logs import ImpersonalFilter, JsonFormatter

# "Invalid request from ip=192.0.2.7: …"
_ADDRESS = re.compile(r"\bip=[^\s,]+")


class _NoAddress(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _ADDRESS.sub("ip=…", str(record.msg))
        return True


class Logger(GunicornLogger):
    def setup(self, cfg) -> None:
        """Write errors and notices to standard error; gunicorn's own forms are not used."""
        super().setup(cfg)
        handler = logging.StreamHandler(sys.stderr)
        handler.addFilter(ImpersonalFilter())
        handler.addFilter(_NoAddress())
        handler.setFormatter(JsonFormatter())
        self.error_log.handlers = [handler]
        self.access_log.handlers = []
        self.access_log.disabled = True

    def access(self, resp, req, environ, request_time) -> None:
        """Nothing: the site writes this line."""
