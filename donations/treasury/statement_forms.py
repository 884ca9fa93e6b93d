"""Forms about bank statements: which files, that doubts were looked into, what columns mean."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice

from django import forms
from django.utils.translation import gettext_lazy as _

from donations.models import BankAccount
from donations.statement_words import refusal_sentence
from donations.statements import bank_csv
from donations.statements.csv_columns import COLUMNS
from donations.statements.shape import Entry, Opened, StatementError

MAX_FILES = 5
_PREVIEW_ROWS = 5
# Enough rows to show that a mapping fits; the whole file is read by a worker.
PREVIEW_BYTES = 128 * 1024


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """One file or more; ``cleaned_data`` has a list."""

    widget = SeveralFilesInput

    def clean(self, data, initial=None) -> list:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    files = SeveralFilesField(
        label=_("Files from the bank"),
        help_text=_(
            "CODA, CAMT.053, MT940 or CSV, up to five files at once. Choose them, or drop them "
            "here. A file that was imported before changes nothing."
        ),
        allow_empty_file=True,  # refused later, by name, like any other that is no statement
        error_messages={"required": _("Choose at least one file.")},
    )


class AcceptDoubtsForm(forms.Form):
    is_compared = forms.BooleanField(
        label=_("I have compared this file with what the bank shows, and it may be booked."),
        error_messages={"required": _("Tick this once you have compared the file with the bank.")},
    )


_LABELS = {
    "booked_on": _("Day of booking"),
    "valued_on": _("Value date"),
    "amount": _("Amount, with its sign"),
    "credit": _("Money in, in a column of its own"),
    "debit": _("Money out, in a column of its own"),
    "direction": _("In or out, in words beside the amount"),
    "counterparty_name": _("Name of the payer or payee"),
    "counterparty_account": _("Account of the payer or payee"),
    "structured_reference": _("Structured communication"),
    "description": _("Words of the bank"),
    "bank_reference": _("The bank’s reference of each payment"),
    "sequence": _("Number of the payment within the statement"),
    "statement_number": _("Number of the statement"),
    "account": _("Our own account"),
    "currency": _("Currency"),
    "balance": _("Balance after the payment"),
    "status": _("Accepted or refused"),
}


class ColumnsForm(forms.Form):
    """What each column of a bank's CSV file is; ``mapping()`` says it in the reader's terms.

    ``header`` is that of the file, ``beginning`` the bytes that a reading is tried with, ``known``
    what was said before of files of this kind.
    """

    bank_account = forms.ModelChoiceField(
        queryset=BankAccount.objects.order_by("label"),
        label=_("Which account is this file of?"),
        help_text=_("The account remembers the columns for the next file of this kind."),
    )
    date_order = forms.ChoiceField(
        label=_("Days are written"),
        choices=[
            ("dmy", _("day, month, year: 31/12/2026")),
            ("ymd", _("year, month, day: 2026-12-31")),
            ("mdy", _("month, day, year: 12/31/2026")),
        ],
    )
    decimal = forms.ChoiceField(
        label=_("Amounts are written"),
        choices=[(",", _("with a comma: 1.234,56")), (".", _("with a point: 1,234.56"))],
    )
    encoding = forms.ChoiceField(
        label=_("Letters with accents"),
        required=False,
        choices=[
            ("", _("are shown correctly above")),
            ("cp850", _("are wrong above: old letters")),
        ],
    )
    free_text = forms.TypedMultipleChoiceField(
        label=_("What the payer wrote"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several columns are put together."),
    )

    def __init__(
        self,
        *args,
        header: bank_csv.Header,
        beginning: bytes,
        known: bank_csv.Mapping | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.header = header
        self.beginning = beginning
        self.preview: list[tuple[Entry, str]] = []  # each with its currency
        named = [(str(at), self._column_label(at)) for at in range(len(header.names))]
        self.fields["free_text"].choices = named
        for name in COLUMNS:
            is_required = name == "booked_on"
            self.fields[name] = forms.TypedChoiceField(
                label=_LABELS[name],
                required=is_required,
                coerce=int,
                empty_value=None,
                choices=[
                    ("", _("Choose a column") if is_required else _("No such column")),
                    *named,
                ],
            )
        for name, value in _proposed(known or header.guess).items():
            self.fields[name].initial = value
        order = ["bank_account", "booked_on", "date_order", "amount", "decimal", "credit", "debit"]
        self.order_fields([*order, "direction", "free_text", "structured_reference"])

    def _column_label(self, column: int) -> str:
        name = self.header.names[column] or _("Column %(number)s") % {"number": column + 1}
        examples = (row[column].strip() for row in self.header.sample_rows if len(row) > column)
        example = next(filter(None, examples), "")
        return f"{name} ({example[:30]})" if example else str(name)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if not any(cleaned[name] is not None for name in ("amount", "credit", "debit")):
            self.add_error("amount", _("Say which column has the amount."))
            return cleaned
        try:
            mapping = self.mapping()
        except ValueError:
            self.add_error(None, _("These columns cannot go together. Check the amount."))
            return cleaned
        try:
            self.preview = list(islice(_entries(self.beginning, mapping), _PREVIEW_ROWS))
        except StatementError as error:
            self.add_error(None, _unreadable(error))
        return cleaned

    def mapping(self) -> bank_csv.Mapping:
        """Return what was chosen. Raises ``ValueError`` where it cannot go together."""
        chosen = self.cleaned_data
        columns = {name: chosen[name] for name in COLUMNS}
        return bank_csv.Mapping(
            signature=self.header.signature,
            delimiter=self.header.delimiter,
            encoding=chosen["encoding"],
            date_order=chosen["date_order"],
            decimal=chosen["decimal"],
            free_text=tuple(chosen["free_text"]),
            account_number=chosen["bank_account"].iban.replace(" ", ""),
            **columns,
        )


def _entries(beginning: bytes, mapping: bank_csv.Mapping) -> Iterator[tuple[Entry, str]]:
    currency = ""
    for event in bank_csv.read(BytesIO(beginning), mapping):
        if isinstance(event, Opened):
            currency = event.currency
        elif isinstance(event, Entry):
            yield event, currency


def _proposed(mapping: bank_csv.Mapping | None) -> dict[str, object]:
    """Return what was said before, or the names of the columns let us guess, to be corrected."""
    if mapping is None:
        return {}
    values = mapping.to_json()
    names = (*COLUMNS, "date_order", "decimal", "encoding", "free_text")
    return {name: values[name] for name in names if values[name] is not None}


def _unreadable(error: StatementError):
    wrong = {
        "date": _(
            "With these columns no row has a day. Check the column and how days are written."
        ),
        "amount": _(
            "With these columns no row has an amount. Check the column and how amounts are written."
        ),
        "currency": _("With these columns no row has a currency of three letters."),
    }
    return wrong.get(error.found) or refusal_sentence(error)
