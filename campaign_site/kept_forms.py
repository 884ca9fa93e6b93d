"""A form that could not be taken in comes back inside the page that says so, ready to be sent.

Every public form carries a key that makes it count once (``idempotency``), so sending it again is
safe even when the first one arrived after all. Only the chosen file has to be chosen again: it may
be what did not fit on the disk.
"""

from dataclasses import dataclass

from django.core.files.uploadhandler import SkipFile
from django.http import HttpRequest

from campaign_site.request_bodies import DroppingUploadHandler

_KEY = "form_key"
# Nobody types more into a form of ours; a page that repeats more would help nobody.
MOST_CHARACTERS = 200_000


@dataclass(frozen=True)
class KeptForm:
    """What was typed, in the order sent, and the names of the fields that held a file."""

    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


class _NamingUploadHandler(DroppingUploadHandler):
    """Read past each file and remember its field."""

    def __init__(self, request: HttpRequest, names: list[str]) -> None:
        super().__init__(request)
        self.names = names

    def new_file(self, field_name: str, *args: object, **kwargs: object) -> None:
        self.names.append(field_name)
        raise SkipFile


def keep(request: HttpRequest) -> KeptForm | None:
    """Return what a public form of ours brought, or None for anything else.

    A post that another site made the browser send is not repeated: one click would make it ours.
    """
    # campaign_site.same_origin draws its own error page with campaign_site.errors.
    from campaign_site.same_origin import is_cross_site

    if request.method != "POST" or is_cross_site(request):
        return None
    names: list[str] = []
    if not hasattr(request, "_post"):
        request.upload_handlers = [_NamingUploadHandler(request, names)]
    fields = tuple((name, value) for name, values in request.POST.lists() for value in values)
    if not request.POST.get(_KEY) or sum(len(value) for _, value in fields) > MOST_CHARACTERS:
        return None
    names += request.FILES
    return KeptForm(fields=fields, files=tuple(dict.fromkeys(names)))
