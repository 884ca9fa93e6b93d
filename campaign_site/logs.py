"""Logs that name no person: no addresses, no form values, no tokens, no query strings.

Exception messages are the usual leak: PostgreSQL repeats the offending row in them, forms repeat
what was typed. So a traceback keeps its frames and the kind of the exception, never its text.
"""

import logging
import re
import traceback

from django.views.debug import SafeExceptionReporterFilter

# A path segment of 20 characters or more is a token; an address holds an @.
_TOKEN = re.compile(r"(?<=/)[^/\s?]{20,}")
_QUERY = re.compile(r"\?[^\s]*")
_ADDRESS = re.compile(r"[^\s<>\"'/]+(?:@|%40)[^\s<>\"'/]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Exceptions whose text is ours and speaks of configuration, never of a person.
_SPEAKING = {"ImproperlyConfigured", "PostgresError", "CommandError"}


def impersonal(text: str) -> str:
    """Return ``text`` on one line, without tokens in paths, query strings and mail addresses."""
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


class SilentExceptionReporterFilter(SafeExceptionReporterFilter):
    """Leave settings, POST data and local variables out of any report Django would make."""

    def get_post_parameters(self, request):
        return {}

    def get_traceback_frame_variables(self, request, tb_frame):
        return ()

    def is_active(self, request) -> bool:
        return True
