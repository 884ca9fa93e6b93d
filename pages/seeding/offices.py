"""The offices that photos go to, and who held them when."""

from pages.seeding.loading import names, read_content
from solidarity.models import Office, OfficeHolder, PhotoCall


def load_office() -> None:
    """The minister of 2022, who changed while the photos were on their way."""
    give_office(PhotoCall.objects.filter(slug="notatarget-2022"), read_content("notatarget"))


def give_office(calls, content: dict) -> None:
    """Make the office of a file of content, with its holders, the recipient of ``calls``.

    Calls that have an office by now keep it.
    """
    entry = content["office"]
    office = Office.objects.create(language=entry["language"], **names(entry, "name"))
    for holder in entry["holders"]:
        OfficeHolder.objects.create(office=office, **holder)
    calls.filter(office=None).update(office=office)
