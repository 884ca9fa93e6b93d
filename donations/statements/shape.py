"""The one shape that every bank statement is read into.

A reader is a generator ``read(file)``: it takes a binary file that can be read and rewound, and
yields events in the order of the file, without ever holding more than one entry (a batch with all
its details is one entry):

    Opened, Entry…, Closed, Opened, Entry…, Closed …     with a Doubt anywhere between

A ``Doubt`` says that something does not add up; reading goes on. ``StatementError`` says that this
is no statement, or one that cannot be read to its end: nothing of the file may be used. A reader
raises nothing else, whatever the bytes are.

Amounts are signed ``Decimal``: money in is positive, money out negative, with the decimals of the
currency (ISO 4217), or more where the file has digits there that are not 0. Days are ``date`` as
the bank wrote them, never converted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

# Currencies of ISO 4217 that do not have two decimals and that European banks keep accounts in.
_OTHER_DECIMALS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3, "JOD": 3}


class Format(Enum):
    """How a file is written; the values are shown to people and stored."""

    CODA = "CODA"
    CAMT_053 = "CAMT.053"
    MT940 = "MT940"
    CSV = "CSV"


@dataclass(slots=True)
class Balance:
    """What was on the account; ``on`` is None where the file gives no day."""

    amount: Decimal
    on: date | None = None


@dataclass(slots=True)
class Opened:
    """A statement begins. Texts are empty where the file does not say.

    ``account`` is an IBAN or another number without spaces; ``number`` the bank's own number of
    the statement in its year, without leading zeros. ``closing`` is given here already where the
    format says it in front of the entries, and again by ``Closed``.
    """

    account: str = ""
    currency: str = ""
    number: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    holder: str = ""
    bic: str = ""
    created_on: date | None = None
    is_duplicate: bool = False  # the bank says that it has sent this statement before


@dataclass(slots=True)
class Detail:
    """One payment within a batch; its amount is part of the entry's, never on top of it."""

    amount: Decimal
    counterparty_name: str = ""
    counterparty_account: str = ""
    structured_reference: str = ""
    free_text: str = ""
    bank_reference: str = ""
    end_to_end_reference: str = ""
    currency: str = ""  # empty: that of the statement


@dataclass(slots=True)
class Entry:
    """One booked movement as the bank lists it, or a pending one.

    ``structured_reference`` is the compact reference: twelve digits of a Belgian structured
    communication (right or wrong check digits: the payer's bank has let it pass), or an ISO 11649
    reference that begins with RF. A structured communication that stands in the free text stays
    there. ``free_text`` is one line: parts that the bank cut are joined as it cut them.
    ``bank_reference`` is the bank's own number of this movement, "" where the format has none.
    ``sequence`` tells two otherwise equal entries of one statement apart where the format numbers
    them. ``is_return`` says that it takes back an earlier transfer (a reversal, an R-transaction).
    ``currency`` is that of the amount, empty for the statement's.
    """

    amount: Decimal
    booked_on: date | None = None
    valued_on: date | None = None
    counterparty_name: str = ""
    counterparty_account: str = ""
    structured_reference: str = ""
    free_text: str = ""
    bank_reference: str = ""
    end_to_end_reference: str = ""
    sequence: str = ""
    transaction_code: str = ""
    currency: str = ""
    is_return: bool = False
    is_pending: bool = False
    balance_after: Decimal | None = None
    details: list[Detail] = field(default_factory=list)


@dataclass(slots=True)
class Closed:
    """The statement that was opened last ends; ``closing`` is None where the file has none."""

    closing: Balance | None = None


class Doubtful(Enum):
    """What a file may say that does not add up; the words for people are in ``statement_words``.

    Values in ``Doubt.values`` by kind are listed behind it.
    """

    BALANCE = "balance"  # opening + entries is not closing: expected, found
    CHAIN = "chain"  # opens with another balance than the one before closed with: expected, found
    GAP = "gap"  # a statement number is missing: expected, found
    DEBIT_TOTAL = "debit_total"  # control total: expected, found
    CREDIT_TOTAL = "credit_total"  # control total: expected, found
    RECORD_COUNT = "record_count"  # expected, found
    BATCH_TOTAL = "batch_total"  # the details of a batch do not add up: expected, found
    SEQUENCE = "sequence"  # movements are not numbered on: expected, found
    RECORD = "record"  # a line that the format does not know, left out: found
    LINE_LENGTH = "line_length"  # found
    LINKS = "links"  # a record announces another that does not come, or the other way round
    DUPLICATE = "duplicate"  # the bank marks the file as sent before
    DATE = "date"  # not a day, left empty: found
    ENCODING = "encoding"  # letters that no known encoding explains
    ACCOUNT = "account"  # the check digits of the account number are wrong: found
    DECIMALS = "decimals"  # more decimals than the currency has: found
    INCOMPLETE = "incomplete"  # "another file follows", or a page of a longer message
    SYMBOLS = "symbols"  # a status or code that the format does not define: found
    ROW = "row"  # a row of a CSV file that cannot be read, left out: found (the reason)
    NUMBER = "number"  # movements name another statement than the first record: expected, found
    OTHER_ACCOUNT = "other_account"  # the last record names another account: expected, found
    REPEATED = "repeated"  # the bank marks the payments as parts of totals in another file
    CURRENCY = "currency"  # a balance in another currency than the account's: expected, found
    TOTAL = "total"  # control total of all movements, either way: expected, found
    OTHER_FORMAT = "other_format"  # days of which another format is booked: found (how many)
    ASSUMED_ACCOUNT = "assumed_account"  # the file names no account: found (the one taken)


@dataclass(slots=True)
class Doubt:
    """Something that does not add up. ``line`` counts from 1 where the format has lines."""

    kind: Doubtful
    values: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None
    statement: str = ""  # the number of the statement


class Refusal(Enum):
    """Why a file is no statement that could be used."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # none of the formats
    OTHER_MESSAGE = "other_message"  # an XML message, but not camt.053: found
    BROKEN_XML = "broken_xml"  # not well-formed
    FORBIDDEN_XML = "forbidden_xml"  # entities or a document type, which no bank sends
    CUT_OFF = "cut_off"  # ends in the middle
    TOO_BIG = "too_big"
    BAD_RECORD = "bad_record"  # a record that cannot be read where it must be: found
    BAD_AMOUNT = "bad_amount"  # found
    BAD_DATE = "bad_date"  # found
    ENCODING = "encoding"
    VERSION = "version"  # a version of the format that is not known: found
    UNMAPPED = "unmapped"  # a CSV file whose columns nobody has named yet: found (the header)
    ORDER = "order"  # records in an order that means nothing: found


class StatementError(Exception):
    """The file is no statement, or cannot be read to its end. Nothing of it may be used."""

    def __init__(self, reason: Refusal, *, line: int | None = None, found: str = ""):
        super().__init__(reason.value)
        self.reason = reason
        self.line = line
        self.found = found[:80]


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of ``currency`` have; two for those not known."""
    return _OTHER_DECIMALS.get(currency, 2)


def in_decimals(amount: Decimal, currency: str) -> Decimal:
    """Return ``amount`` with the decimals of ``currency``; unchanged where digits would be lost."""
    exponent = Decimal(1).scaleb(-decimals_of(currency))
    rounded = amount.quantize(exponent)
    return rounded if rounded == amount else amount


Event = Opened | Entry | Closed | Doubt
