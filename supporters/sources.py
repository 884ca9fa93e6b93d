"""By which poster, mail or partner people came: only tags that staff declared are kept."""

from supporters.models import SourceTag

# What carries the tag in addresses.
PARAMETER = "from"


def known_source(slug: str) -> str:
    """Return ``slug`` if it is a declared tag that is counted, else ""; no query without one.

    An address with any other word marks nobody: the word is forgotten with the request.
    """
    if not slug:
        return ""
    found = SourceTag.objects.filter(slug=slug, retired_at=None)
    return slug if found.exists() else ""
