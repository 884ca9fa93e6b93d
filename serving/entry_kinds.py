"""Which answers are text: those are compressed, and their age matters."""

_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
_ENDINGS = ("+xml", "+json")


def is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip()
    return kind.startswith(_TEXT) or kind.endswith(_ENDINGS)
