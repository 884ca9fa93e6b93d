"""The confirmed addresses of the newsletter as a table for the mailing tool (CSV, RFC 4180)."""

import csv
from collections.abc import Iterator

from supporters.models import NewsletterSubscription
from supporters.newsletter import stop_url

COLUMNS = ("email", "language", "unsubscribe")
# A cell that begins with one of these is run by spreadsheets as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_A_TIME = 500


class _Line:
    """Takes what ``csv`` writes and gives it back as it is."""

    def write(self, text: str) -> str:
        return text


def harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet runs it: an apostrophe keeps it a text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_lines() -> Iterator[str]:
    """Yield the header and a line for everybody who may be written to as of now.

    The last column is each person's own link to stop; a mailing puts it into its mails. Rows are
    read and decrypted as they are sent, so the file never exists as a whole.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    people = NewsletterSubscription.objects.consented().select_related("supporter").order_by("pk")
    for row in people.iterator(chunk_size=_ROWS_AT_A_TIME):
        cells = (row.supporter.email, row.language, stop_url(row))
        yield writer.writerow([harmless(cell) for cell in cells])
