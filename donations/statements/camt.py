"""Read ISO 20022 bank-to-customer statements, camt.053.001.02 to camt.053.001.14.

The message passes through expat once, without a tree, so that memory does not grow with the file.
A document type is refused before anything that it declares is read: no entity is ever expanded, no
other file and no network address is ever opened.

Where the versions differ, all of their ways are read: ``Sts`` as a text or a code, the name of a
party on it or within ``Pty``, ``BIC`` or ``BICFI``, a part's amount in ``Amt`` or in ``AmtDtls``.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from stdnum import iban as iban_check

from donations.statements.camt_elements import (
    BALANCE,
    DONE,
    ENTRY,
    GROUP,
    KEPT,
    MONEY,
    NOTHING,
    PAYMENT,
    STATEMENT,
    compiled,
)
from donations.statements.camt_shapes import Shapes
from donations.statements.shape import (
    Balance,
    Closed,
    Detail,
    Doubt,
    Doubtful,
    Entry,
    Event,
    Opened,
    Refusal,
    StatementError,
    decimals_of,
    in_decimals,
)

_CHUNK_BYTES = 64 * 1024
_BLANKS = " \t\r\n"
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?Ntry>")
# The deepest path of the standard has 17 elements.
_MAX_DEPTH = 60
# Letters under one key; the longest text of the standard has 500, and there may be some of them.
_MAX_TEXT = 20_000
_ENCODINGS = {"UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"}
_MESSAGE = re.compile(r"(?:.*[:/])?([a-z]{4}\.\d{3})\.(\d{3})\.(\d{2})", re.ASCII)
_FIRST_VERSION, _LAST_VERSION = 2, 14

# ISO 20022 ActiveOrHistoricCurrencyAndAmount: at most 18 digits, 5 of them behind the point.
_AMOUNT = re.compile(r"\+?(?!(?:\.?[0-9]){19})(?:[0-9]+\.?[0-9]{0,5}|\.[0-9]{1,5})")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*|Z|[+-][0-9:]{5})?", re.DOTALL)

# Codes of the external bank transaction sub-families for what takes back an earlier transfer.
_RETURNS = {"PRDD", "RPCR", "RRTN", "UPCT", "UPDD"}
_NOT_BOOKED = {"PDNG", "INFO", "FUTR"}
_NO_REFERENCE = {"NOTPROVIDED", "NOT PROVIDED"}
# Longest text of one Ustrd: a part of this length was cut and goes on in the next.
_CUT_AT = 140


class _Role(NamedTuple):
    """The keys of what is known of one side of a payment."""

    name: str
    ultimate_name: str
    account_name: str
    iban: str
    number: str


_DEBTOR, _CREDITOR = (
    _Role(
        f"{role}_name",
        f"ultimate_{role}_name",
        f"{role}_account_name",
        f"{role}_iban",
        f"{role}_number",
    )
    for role in ("debtor", "creditor")
)


def read(file: BinaryIO) -> Iterator[Event]:
    """Yield what a message says, statement by statement.

    Raises ``StatementError`` when the bytes are not a whole, well-formed camt.053 message of a
    known version, or when an amount or its direction cannot be told.
    """
    file.seek(0)
    message = _Message()
    is_empty = True
    while chunk := file.read(_CHUNK_BYTES):
        is_empty = False
        message.feed(chunk)
        yield from message.events
        message.events.clear()
    if is_empty:
        raise StatementError(Refusal.EMPTY)
    message.finish()
    yield from message.events


class _Message:
    """Turns the elements of one message, as they pass, into events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._group: dict[str, str] = {}
        self._statement: dict[str, str] = {}
        self._balance: dict[str, str] = {}
        self._entry: dict[str, str] = {}
        self._payment: dict[str, str] = {}
        self._payments: list[dict[str, str]] = []
        self._balances: list[dict[str, str]] = []
        self._totals: _Totals | None = None  # only where the statement has totals of its own
        self._opened: Opened | None = None
        self._has_root = self._has_group = self._has_statement = False
        self._fed = 0  # bytes
        # What was walked through last, to learn its shape: where its end tag began, its texts, and
        # the node of its element.
        self._entry_end = -1
        self._walked: tuple[dict[str, str], dict[str, str]] | None = None
        self._entry_node: tuple[dict, str, dict[str, str]] = ({}, "", self._payment)
        self._shapes = Shapes()
        self._is_behind_entry = False
        self._is_utf8 = True
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._check_encoding
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._walk({})

    # --- The bytes

    def feed(self, chunk: bytes) -> None:
        """Read on; ``StatementError`` says what is wrong with the bytes."""
        begin, at = self._fed, 0
        while at < len(chunk):
            if self._is_behind_entry:
                at = self._skim(chunk, at)
                if at == len(chunk):
                    break
            border = _ENTRY_END.search(chunk, at)
            end = border.end() if border else len(chunk)
            is_whole = self._is_behind_entry
            self._parse(chunk[at:end])
            # The words may also stand in a comment, where no entry has ended.
            self._is_behind_entry = border is not None and self._entry_end == begin + border.start()
            if is_whole and self._is_behind_entry and self._walked:
                self._shapes.learn(chunk[at:end], *self._entry_node, self._walked)
            at = end

    def _skim(self, chunk: bytes, at: int) -> int:
        """Read the entries from ``at`` on that are written like earlier ones; return their end."""
        end, found = at, []
        while matched := self._shapes.match(chunk, end):
            found.append(matched)
            end = matched[1].end()
        if not found:
            return at
        self._listen(False)
        self._parse(chunk[at:end])
        self._listen(True)
        for shape, match in found:
            entry, payment = shape.values(match)
            self._book(entry, [payment] if shape.has_payment else [])
        return end

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise self._refused(error, piece) from None
        except (ValueError, LookupError):  # from the codecs, for bytes that they do not know
            raise StatementError(Refusal.ENCODING) from None
        self._fed += len(piece)

    def finish(self) -> None:
        """Say that no more bytes come."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._refused(error, b"") from None
        except (ValueError, LookupError):
            raise StatementError(Refusal.ENCODING) from None
        if not self._has_group or not self._has_statement:
            raise StatementError(Refusal.BAD_RECORD, found="Stmt" if self._has_group else "GrpHdr")

    def _refused(self, error: expat.ExpatError, chunk: bytes) -> StatementError:
        codes = expat.errors.codes
        line = error.lineno
        at = self._parser.ErrorByteIndex - self._fed
        if error.code == codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING] or (
            error.code == codes[expat.errors.XML_ERROR_INCORRECT_ENCODING]
        ):
            return StatementError(Refusal.ENCODING, line=line)
        is_cut_off = error.code in (
            codes[expat.errors.XML_ERROR_NO_ELEMENTS],
            codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
            codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
            codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        )
        if not self._has_root and not is_cut_off:
            return StatementError(Refusal.UNKNOWN)
        if is_cut_off:
            return StatementError(Refusal.CUT_OFF, line=line)
        # Letters of another encoding than declared: an invalid token on a byte beyond ASCII.
        if (
            error.code == codes[expat.errors.XML_ERROR_INVALID_TOKEN]
            and 0 <= at < len(chunk)
            and chunk[at] >= 0x80
        ):
            return StatementError(Refusal.ENCODING, line=line)
        return StatementError(Refusal.BROKEN_XML, line=line)

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in _ENCODINGS:
            raise StatementError(Refusal.ENCODING, found=encoding)
        self._is_utf8 = (encoding or "UTF-8").upper() in ("UTF-8", "US-ASCII")

    def _refuse_doctype(self, *_declared: object) -> None:
        raise StatementError(Refusal.FORBIDDEN_XML, line=self._parser.CurrentLineNumber)

    # --- The elements

    def _walk(self, root: dict) -> None:
        """Have the parser call this walk; closures, because it is done for every element."""
        node = root
        stack: list[dict] = []
        texts: list[str] = []

        def keep(values: dict[str, str], key: str, text: str, name: str) -> None:
            # What is there twice is kept twice: for an amount it is then none.
            text = f"{values[key]}\n{text}" if key in values else text
            if len(text) > _MAX_TEXT:
                raise StatementError(Refusal.BAD_RECORD, found=name.rpartition(" ")[2])
            values[key] = text

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal node
            if not stack:
                node.update(self._nodes(name))
            elif len(stack) > _MAX_DEPTH:
                raise StatementError(Refusal.BAD_RECORD, found=name.rpartition(" ")[2])
            stack.append(node)
            node = node.get(name, NOTHING)
            texts.clear()
            if attributes and MONEY in node:
                values, key = node[MONEY]
                keep(values, key, attributes.get("Ccy", ""), name)

        def end(name: str) -> None:
            nonlocal node
            kept = node.get(KEPT)
            if kept is not None:
                text = "".join(texts).strip(_BLANKS)
                if text:
                    values, key = kept
                    keep(values, key, text, name)
                texts.clear()
            elif DONE in node:
                node[DONE]()
            node = stack.pop()

        self._handlers = (start, end, texts.append)
        self._listen(True)

    def _listen(self, listens: bool) -> None:
        handlers = self._handlers if listens else (None, None, None)
        (
            self._parser.StartElementHandler,
            self._parser.EndElementHandler,
            self._parser.CharacterDataHandler,
        ) = handlers

    def _nodes(self, root: str) -> dict:
        """Return the node above the root element, or raise ``StatementError`` for its name."""
        self._has_root = True
        namespace, _, name = root.rpartition(" ")
        message = _MESSAGE.fullmatch(namespace)
        if name != "Document" or message is None:
            raise StatementError(Refusal.OTHER_MESSAGE, found=name)
        if message[1] != "camt.053":
            raise StatementError(Refusal.OTHER_MESSAGE, found=".".join(message.groups()))
        if message[2] != "001" or not _FIRST_VERSION <= int(message[3]) <= _LAST_VERSION:
            raise StatementError(Refusal.VERSION, found=".".join(message.groups()))

        def done(node: dict, action: Callable[[], None]) -> dict:
            return {**node, DONE: action}

        payment = done(compiled(PAYMENT, namespace, self._payment), self._end_payment)
        entry = done(compiled(ENTRY, namespace, self._entry), self._end_entry)
        entry[f"{namespace} NtryDtls"][f"{namespace} TxDtls"] = payment
        self._entry_node = (entry, namespace, self._payment)
        balance = done(compiled(BALANCE, namespace, self._balance), self._end_balance)
        statement = done(compiled(STATEMENT, namespace, self._statement), self._end_statement)
        statement[f"{namespace} Acct"][DONE] = self._end_account
        statement[f"{namespace} TxsSummry"][DONE] = self._end_totals
        statement[f"{namespace} Bal"] = balance
        statement[f"{namespace} Ntry"] = entry
        group = done(compiled(GROUP, namespace, self._group), self._end_group)
        body = {f"{namespace} GrpHdr": group, f"{namespace} Stmt": statement}
        return {root: {f"{namespace} BkToCstmrStmt": body}}

    def _end_group(self) -> None:
        self._has_group = True
        if self._group.get("is_last_page") in ("false", "0"):
            self.events.append(Doubt(Doubtful.INCOMPLETE))

    def _end_account(self) -> None:
        if self._opened:
            raise StatementError(Refusal.ORDER, found="Acct")

    def _end_totals(self) -> None:
        if self._opened:
            raise StatementError(Refusal.ORDER, found="TxsSummry")
        self._totals = _Totals()

    def _end_balance(self) -> None:
        if self._opened:
            raise StatementError(Refusal.ORDER, found="Bal")
        self._balances.append(self._balance.copy())
        self._balance.clear()

    def _end_payment(self) -> None:
        self._payments.append(self._payment.copy())
        self._payment.clear()

    def _end_statement(self) -> None:
        opened = self._opened or self._open()
        if self._totals:
            self.events += self._totals.doubts(self._statement, opened)
        self.events.append(Closed(opened.closing))
        self._opened = None
        self._statement.clear()
        self._balances.clear()
        self._totals = None
        self._shapes = Shapes()

    # --- What they say

    def _open(self, entry_currency: str = "") -> Opened:
        """Add the event that opens this statement, and what is doubtful about its head."""
        self._has_statement = True
        get = self._statement.get
        opening, closing = _opening_and_closing(self._balances)
        currency = get("currency", "")
        for balance in (opening, closing):
            currency = currency or (balance or {}).get("amount_currency", "")
        number = get("legal_number") or get("electronic_number", "")
        opened = Opened(
            account=_bare(get("own_iban") or get("own_number", "")),
            currency=currency or entry_currency,
            number=number.lstrip("0") or number[:1],
            holder=_one_line(get("holder") or get("account_name", "")),
            bic=get("bic", ""),
            is_duplicate=get("duplicate") in ("DUPL", "CODU"),
        )
        doubts = []
        opened.opening = self._as_balance(opening, opened, doubts)
        opened.closing = self._as_balance(closing, opened, doubts)
        written = get("created") or self._group.get("created", "")
        opened.created_on = _day(written, doubts, opened.number)
        if "own_iban" in self._statement and not iban_check.is_valid(
            opened.account, check_country=False
        ):
            doubts.append(
                Doubt(Doubtful.ACCOUNT, {"found": opened.account}, statement=opened.number)
            )
        if opened.is_duplicate:
            doubts.append(Doubt(Doubtful.DUPLICATE, statement=opened.number))
        if get("is_last_page") in ("false", "0"):
            doubts.append(Doubt(Doubtful.INCOMPLETE, statement=opened.number))
        self.events.append(opened)
        self.events += doubts
        self._opened = opened
        return opened

    def _as_balance(
        self, values: dict[str, str] | None, opened: Opened, doubts: list[Doubt]
    ) -> Balance | None:
        if values is None:
            return None
        currency = values.get("amount_currency") or opened.currency
        if currency != opened.currency:
            told = {"expected": opened.currency, "found": currency}
            doubts.append(Doubt(Doubtful.CURRENCY, told, statement=opened.number))
        amount, is_finer = _amount(values.get("amount", ""), currency)
        if is_finer:
            doubts.append(Doubt(Doubtful.DECIMALS, {"found": str(amount)}, statement=opened.number))
        # A bank that leaves the direction out means money on the account.
        if _is_debit(values.get("sign") or "CRDT"):
            amount = -amount
        return Balance(amount, _day(values.get("date", ""), doubts, opened.number))

    def _end_entry(self) -> None:
        entry, payments = self._entry, self._payments
        if self._is_utf8 and len(payments) <= 1:
            self._walked = (entry.copy(), payments[0].copy() if payments else {})
        else:
            self._walked = None
        self._entry_end = self._parser.CurrentByteIndex
        self._book(entry, payments)
        payments.clear()
        entry.clear()

    def _book(self, values: dict[str, str], payments: list[dict[str, str]]) -> None:
        """Add the event of an entry, and what is doubtful about it."""
        get = values.get
        written_currency = get("amount_currency", "")
        opened = self._opened or self._open(written_currency)
        doubts = self.events
        currency = written_currency or opened.currency
        amount, is_finer = _amount(get("amount", ""), currency)
        is_debit = _is_debit(get("sign", ""))
        if is_debit:
            amount = -amount
        if is_finer:
            doubts.append(Doubt(Doubtful.DECIMALS, {"found": str(amount)}, statement=opened.number))
        status = get("status", "BOOK")
        if status != "BOOK" and status not in _NOT_BOOKED:
            doubts.append(Doubt(Doubtful.SYMBOLS, {"found": status}, statement=opened.number))
        bank_code = (get("domain"), get("family"), get("subfamily"), get("bank_code"))
        is_reversal = get("reversal") in ("true", "1") or get("subfamily") in _RETURNS
        entry = Entry(
            amount=amount,
            booked_on=_day(get("booked", ""), doubts, opened.number),
            valued_on=_day(get("valued", ""), doubts, opened.number),
            bank_reference=get("reference", ""),
            sequence=get("sequence", ""),
            transaction_code=_code(*bank_code),
            currency=currency if currency != opened.currency else "",
            is_return=is_reversal or any(map(_is_return, payments)),
            is_pending=status != "BOOK",
        )
        if len(payments) == 1:
            (payment,) = payments
            self._tell(entry, payment, is_debit=is_debit, is_return=entry.is_return)
            entry.bank_reference = entry.bank_reference or payment.get("reference", "")
            if not entry.transaction_code:
                keys = ("domain", "family", "subfamily", "bank_code")
                entry.transaction_code = _code(*map(payment.get, keys))
        elif payments:
            entry.details = self._details(
                payments, entry, currency, is_debit=is_debit, is_reversal=is_reversal
            )
        if "batch_sums" in values and not entry.details:
            self._check_batch(entry, currency, values, len(payments))
        if not entry.free_text and not entry.structured_reference and "more" in values:
            entry.free_text = _one_line(values["more"])
        if self._totals:
            self._totals.add(entry)
        self.events.append(entry)

    def _details(
        self,
        payments: list[dict[str, str]],
        entry: Entry,
        currency: str,
        *,
        is_debit: bool,
        is_reversal: bool,
    ) -> list[Detail]:
        """Return the parts of a batch, or none, and a doubt, where they do not make up its sum."""
        details = []
        for payment in payments:
            amount = _amount_in(payment, currency)
            if amount is None:
                continue
            part_is_debit = _is_debit(payment["sign"]) if "sign" in payment else is_debit
            detail = Detail(
                amount=-amount if part_is_debit else amount,
                bank_reference=payment.get("reference", ""),
                currency=entry.currency,
            )
            is_return = is_reversal or _is_return(payment)
            self._tell(detail, payment, is_debit=part_is_debit, is_return=is_return)
            details.append(detail)
        found = sum((detail.amount for detail in details), Decimal())
        if len(details) == len(payments) and found == entry.amount:
            return details
        self._doubt_batch(entry.amount, found)
        return []

    def _check_batch(
        self, entry: Entry, currency: str, values: dict[str, str], payments: int
    ) -> None:
        """Doubt an entry whose batches, as their own totals say, are not its sum."""
        currencies = set(values.get("batch_currencies", "").split("\n"))
        if not currencies <= {currency, ""} or payments > 1:
            return
        sums = values["batch_sums"].split("\n")
        found = sum((_amount(one, currency)[0] for one in sums), Decimal())
        if found != abs(entry.amount):
            self._doubt_batch(abs(entry.amount), found)

    def _doubt_batch(self, expected: Decimal, found: Decimal) -> None:
        number = self._opened.number if self._opened else ""
        told = {"expected": expected, "found": found}
        self.events.append(Doubt(Doubtful.BATCH_TOTAL, told, statement=number))

    def _tell(
        self, told: Entry | Detail, payment: dict[str, str], *, is_debit: bool, is_return: bool
    ) -> None:
        """Fill in who is on the other side of a payment, and what it says."""
        get = payment.get
        # A return keeps the parts of the transfer that it takes back: who pays is its creditor.
        roles = (_CREDITOR, _DEBTOR) if is_debit is not is_return else (_DEBTOR, _CREDITOR)
        for role in roles if is_return else roles[:1]:
            name = get(role.name) or get(role.ultimate_name) or get(role.account_name)
            account = get(role.iban) or get(role.number)
            name = _one_line(name) if name else ""
            account = _bare(account) if account else ""
            if (name or account) and not (is_return and self._is_own(name, account)):
                told.counterparty_name, told.counterparty_account = name, account
                break
        end_to_end = get("end_to_end")
        if end_to_end and end_to_end.upper() not in _NO_REFERENCE:
            told.end_to_end_reference = end_to_end
        text = _joined(payment["texts"]) if "texts" in payment else ""
        if "structured" in payment:
            told.structured_reference, *others = map(_compact, payment["structured"].split("\n"))
            text = " ".join(filter(None, [text, *others]))
        if not text and "structured_texts" in payment:
            text = _joined(payment["structured_texts"])
        if not text and not told.structured_reference and "more" in payment:
            text = _one_line(payment["more"])
        told.free_text = text

    def _is_own(self, name: str, account: str) -> bool:
        opened = self._opened
        if opened is None:
            return False
        if account:
            return account == opened.account
        return name.casefold() == opened.holder.casefold()


class _Totals:
    """Counts and sums of a statement's entries, to hold against its control totals."""

    def __init__(self) -> None:
        # For all entries and for the booked ones alone: banks mean either.
        self._counts = {"credit": [0, 0], "debit": [0, 0]}
        self._sums = {"credit": [Decimal(), Decimal()], "debit": [Decimal(), Decimal()]}
        self._currencies: set[str] = set()

    def add(self, entry: Entry) -> None:
        side = "debit" if entry.amount < 0 else "credit"
        self._counts[side][0] += 1
        self._sums[side][0] += abs(entry.amount)
        if not entry.is_pending:
            self._counts[side][1] += 1
            self._sums[side][1] += abs(entry.amount)
        self._currencies.add(entry.currency)

    def doubts(self, told: dict[str, str], opened: Opened) -> Iterator[Doubt]:
        """Yield what the statement's own totals, in ``told``, say otherwise."""
        both = {
            "": (
                [sum(pair) for pair in zip(*self._counts.values(), strict=True)],
                [sum(pair) for pair in zip(*self._sums.values(), strict=True)],
                Doubtful.TOTAL,
            ),
            "credit_": (self._counts["credit"], self._sums["credit"], Doubtful.CREDIT_TOTAL),
            "debit_": (self._counts["debit"], self._sums["debit"], Doubtful.DEBIT_TOTAL),
        }
        for prefix, (counts, sums, kind) in both.items():
            count = told.get(f"{prefix}count", "")
            if count and count not in map(str, counts):
                values = {"expected": count, "found": str(counts[0])}
                yield Doubt(Doubtful.RECORD_COUNT, values, statement=opened.number)
            # Totals over several currencies add up to nothing that could be compared.
            if len(self._currencies) <= 1 and f"{prefix}sum" in told:
                expected, _ = _amount(told[f"{prefix}sum"], opened.currency)
                if expected not in sums:
                    values = {"expected": expected, "found": sums[0]}
                    yield Doubt(kind, values, statement=opened.number)


def _opening_and_closing(
    balances: list[dict[str, str]],
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Return the booked balances that bound a statement.

    PRCD is the closing balance of the statement before. A page of a statement that is sent in parts
    begins or ends with an interim balance (ITBD); available balances (CLAV, OPAV, FWAV) are others.
    """
    by_type: dict[str, list[dict[str, str]]] = {}
    for balance in balances:
        by_type.setdefault(balance.get("type", ""), []).append(balance)
    opening = (by_type.get("OPBD") or by_type.get("PRCD") or [None])[0]
    closing = (by_type.get("CLBD") or [None])[-1]
    interim = by_type.get("ITBD", [])
    if interim and opening is None and (closing is not None or len(interim) > 1):
        opening = interim[0]
    elif interim and closing is None and opening is not None:
        closing = interim[-1]
    if len(interim) > 1 and closing is None:
        closing = interim[-1]
    return opening, closing


@lru_cache(maxsize=8192)
def _amount(text: str, currency: str) -> tuple[Decimal, bool]:
    """Return an amount, and whether it is finer than its currency."""
    if _AMOUNT.fullmatch(text) is None:
        raise StatementError(Refusal.BAD_AMOUNT, found=text)
    amount = in_decimals(Decimal(text), currency)
    return amount, -amount.as_tuple().exponent > decimals_of(currency)


def _amount_in(payment: dict[str, str], currency: str) -> Decimal | None:
    """Return the part's amount in the currency of its entry, None where it has none."""
    for key in ("amount", "transaction", "counter", "instructed"):
        if key in payment and payment.get(f"{key}_currency") in (currency, None, ""):
            return _amount(payment[key], currency)[0]
    return None


def _is_debit(sign: str) -> bool:
    if sign == "CRDT":
        return False
    if sign == "DBIT":
        return True
    raise StatementError(Refusal.BAD_RECORD, found=f"CdtDbtInd {sign}".strip())


def _is_return(payment: dict[str, str]) -> bool:
    return "return" in payment or payment.get("subfamily") in _RETURNS


def _day(text: str, doubts: list, statement: str) -> date | None:
    """Return the day as written, whatever its hour and time zone; a doubt where it is none."""
    day = _day_of(text)
    if day is None and text:
        doubts.append(Doubt(Doubtful.DATE, {"found": text[:40]}, statement=statement))
    return day


@lru_cache(maxsize=1024)
def _day_of(text: str) -> date | None:
    written = _DAY.fullmatch(text)
    if written is None:
        return None
    try:
        return date.fromisoformat(written[1])
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _code(domain: str | None, family: str | None, subfamily: str | None, bank: str | None) -> str:
    return "-".join(filter(None, (domain, family, subfamily))) or bank or ""


def _bare(number: str) -> str:
    return "".join(number.split())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _joined(parts: str) -> str:
    """Join the lines of a remittance; the bank has cut those of full length in the middle."""
    if "\n" not in parts:
        return _one_line(parts)
    text = ""
    for part in parts.split("\n"):
        text += part if len(part) >= _CUT_AT else f"{part} "
    return _one_line(text)


def _compact(reference: str) -> str:
    """Return a structured reference without the signs that it is printed with."""
    bare = _bare(reference)
    if bare.strip("+*").replace("/", "").isdecimal():
        return bare.strip("+*").replace("/", "")
    return bare.upper() if bare[:2].upper() == "RF" else bare
