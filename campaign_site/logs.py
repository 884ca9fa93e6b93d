"""Logs that name no person: no addresses, no form values, no tokens, no query strings.

Exception messages are the usual leak: PostgreSQL repeats the offending row in them, forms repeat
what was typed. So a traceback keeps its frames and the kind of the exception, never its text.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from django.views.debug import SafeExceptionReporterFilter

# A path segment of 20 characters or more is a token; an address holds an @.
_TOKEN = re.compile(r"(?<=/)[^/\s?]{20,}")
_QUERY = re.compile(r"\?[^\s]*")
_ADDRESS = re.compile(r"[^\s<>\"'/]{1,254}(?:@|%40)[^\s<>\"'/]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LAST_WORD = re.compile(r"(?<!\S)\S*\Z")
_MOST_READ = 4000
# Exceptions whose text is ours and speaks of configuration, never of a person.
_SPEAKING = {"ImproperlyConfigured", "PostgresError", "CommandError"}
# What a line of the public site's log may hold, and nothing else (ASVS 5.0, 16.2).
FIELDS = (
    "time",
    "level",
    "logger",
    "message",
    "event",
    "route",
    "method",
    "status",
    "duration_ms",
    "request_id",
    "exception",
)
_WORDS = ("event", "route", "method")
_MOST_CHARACTERS = 2000
_MOST_FRAMES = 40

# The random number of the request that is being answered; "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def impersonal(text: str) -> str:
    """Return ``text`` on one line, without tokens in paths, query strings and mail addresses.

    What is endless is cut first, with the word at its end, which may be half an address: somebody
    might send it to keep us looking for one.
    """
    if len(text) > _MOST_READ:
        text = _LAST_WORD.sub("…", text[:_MOST_READ])
    text = _TOKEN.sub("…", _QUERY.sub("", text))
    return _CONTROL.sub(" ", _ADDRESS.sub("…@…", text))


class ImpersonalFilter(logging.Filter):
    """Clean a record's message before any handler sees it, and drop its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        record.msg = impersonal(message)
        record.args = ()
        record.__dict__.pop("request", None)
        return True


class ImpersonalFormatter(logging.Formatter):
    """One line a record, then the frames of a traceback without any exception text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatException(self, ei) -> str:
        kind, error, frames = ei
        lines = ["Traceback (texts left out, they may name people):"]
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(frames)
        ]
        name = getattr(kind, "__name__", "Exception")
        lines.append(f"{name}: {error}" if name in _SPEAKING else name)
        return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for whatever reads the public site's log; see ``FIELDS``.

    The time is in UTC (RFC 3339). What else a caller attaches to a record is left out, and so is
    the text of an exception. JSON escapes line ends, so nobody can forge a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
        }
        for name in _WORDS:
            value = getattr(record, name, None)
            if isinstance(value, str) and value:
                line[name] = impersonal(value)[:_MOST_CHARACTERS]
        # Django names the status of what it refuses so.
        status = getattr(record, "status", getattr(record, "status_code", None))
        if isinstance(status, int):
            line["status"] = status
        duration = getattr(record, "duration_ms", None)
        if isinstance(duration, int | float):
            line["duration_ms"] = round(duration, 1)
        if identifier := request_id.get():
            line["request_id"] = identifier
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self._exception(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

    def _message(self, record: logging.LogRecord) -> str:
        message = impersonal(record.getMessage())[:_MOST_CHARACTERS]
        # "Not Found: /path": which route it was stands in a field of its own.
        return message.partition(": /")[0] if record.name.startswith("django.") else message

    def _exception(self, found) -> dict[str, object]:
        kind, error, frames = found
        shown = traceback.extract_tb(frames)[-_MOST_FRAMES:]
        told = {
            "kind": kind.__name__,
            "frames": [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in shown],
        }
        if kind.__name__ in _SPEAKING:
            told["text"] = impersonal(str(error))[:_MOST_CHARACTERS]
        return told


class SilentExceptionReporterFilter(SafeExceptionReporterFilter):
    """Leave settings, POST data and local variables out of any report Django would make."""

    def get_post_parameters(self, request):
        return {}

    def get_traceback_frame_variables(self, request, tb_frame):
        return ()

    def is_active(self, request) -> bool:
        return True
