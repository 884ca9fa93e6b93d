"""Read CODA, the account statements of Belgian banks: lines of 128 characters at fixed places.

After Febelfin's "Coded statement of account (CODA)", versions 1 and 2.0 to 2.6. A statement is one
record 0 and one record 1, for each movement records 2.1 to 2.3 and perhaps information records 3.1
to 3.3, a record 8, perhaps free messages (4), and a record 9 with control totals. Places in the
comments count from 1, as there; slices count from 0.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

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

LINE = 128
_CHUNK = 1 << 18  # bytes
_LONGEST_LINE = 4096  # characters; what is longer has no lines at all
# Numbers have four digits, so no movement has more records of one kind.
_MOST = 9999
# Of one kind in one statement; a file that is wrong on every line need not say so on every line.
_MOST_DOUBTS = 20

# How far a line must reach to say what counts, where blanks may have been cut off behind.
_SHORTEST = {"1": 64, "2": 121, "8": 63, "9": 52}
# Stands behind a letter that its bank has counted as several; of a range that is no letter.
_FILLER = "\ue000"

_FOLLOWING = frozenset({"22", "23", "31", "32", "33"})
_SIGNS = {"0": "", "1": "-"}  # 0 is credit, 1 is debit
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BELGIAN = re.compile(r"([0-9]{12}) +[A-Z]{3}[A-Z0-9 ]*")
_RETURN = re.compile(r" {3}[1-5][A-Z]{2}[0-9]{2}")
# Of these families of transactions (domestic and international transfers, direct debits), the
# operations 49 and 99 are "cancellation or correction".
_CORRECTIONS = frozenset(family + code for family in ("01", "05", "41") for code in ("49", "99"))

_ASCII = bytes(range(128))
_CONTROLS = bytes(c for c in (*range(32), 127) if c not in b"\r\n")
_BLANKED = dict.fromkeys(_CONTROLS, " ") | {ord("\r"): None}
# The accented letters of our languages, by which CP850 (of DOS) and cp1252 (of Windows) differ.
_LETTERS = "àáâäçèéêëìíîïñòóôöùúûüÀÁÂÄÇÈÉÊËÎÏÑÔÖÙÛÜß"
_PUNCTUATION = "€‘’“”–—…°²³§£«»·´¨"


def read(file: BinaryIO) -> Iterator[Event]:
    """Yield what the CODA file says, in its order; see ``shape``."""
    encoding, is_doubtful = encoding_of(file)
    reader = _Reader()
    if is_doubtful:
        yield Doubt(Doubtful.ENCODING)
    yield from reader.events(_lines(file, encoding))


def encoding_of(file: BinaryIO) -> tuple[str, bool]:
    """Return in which encoding the file is, and whether letters remain that it does not explain.

    Banks write CP850, cp1252 or UTF-8 and never say which. Reads the whole file once, which costs
    little: only bytes beyond ASCII are looked at.
    """
    file.seek(0)
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8, found = True, Counter()
    while chunk := file.read(_CHUNK):
        if chunk.isascii() and not utf8.getstate()[0]:
            continue
        found.update(chunk.translate(None, _ASCII))
        if is_utf8:
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8 and not utf8.getstate()[0]:
        return "utf-8-sig", False
    letters = {name: _count(_LETTERS, name, found) for name in ("cp1252", "cp850")}
    # cp1252 where letters do not tell, unless it does not know the bytes at all.
    best = max(letters, key=letters.get)
    if not letters[best] and found.total() > _count(_PUNCTUATION, best, found):
        best = "cp850"
    return best, found.total() > _count(_LETTERS + _PUNCTUATION, best, found)


def _count(characters: str, encoding: str, found: Counter) -> int:
    """Return how many of the bytes are among these characters in this encoding."""
    known = characters.encode(encoding, errors="ignore")
    return sum(count for byte, count in found.items() if byte in known)


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines without their ends; control characters become blanks."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    while chunk := file.read(_CHUNK):
        text = decoder.decode(chunk)
        if chunk.translate(None, _CONTROLS) != chunk:
            text = text.translate(_BLANKED)
        elif b"\r" in chunk:
            text = text.replace("\r", "")
        *lines, rest = (rest + text).split("\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise StatementError(Refusal.BAD_RECORD, found=rest[:2])
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


class _Days(dict):
    """Days by their six digits, each read once. Years from 80 are of the last century."""

    def __missing__(self, digits: str) -> date | None:
        if not (digits.isascii() and digits.isdigit()):
            return None
        day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        try:
            self[digits] = date(year + (1900 if year >= 80 else 2000), month, day)
        except ValueError:
            return None
        return self[digits]


class _Reader:
    """What must be known of the lines before to understand the next one."""

    def __init__(self) -> None:
        self.ready: list[Event] = []  # to be yielded now
        self.days = _Days()
        self.fitting_links: dict[str, bool] = {}
        self.line = 0
        self.expected = "0"  # the record that must come next, "2" within the movements
        self.has_statement = False
        self.another_follows = False
        self.is_spread = False
        self._start()

    def _start(self) -> None:
        """Forget the statement before."""
        self.version = 2
        self.opened: Opened | None = None
        self.is_announced = False  # whether ``opened`` has been yielded
        self.decimals = 2
        self.zone = ""
        self.entry: Entry | None = None  # the last movement: details of it may follow
        self.sequence = 0
        self.records = 0
        self.debit = self.credit = Decimal("0.00")
        self.message_follows = False
        self.doubts: Counter[Doubtful] = Counter()

    def events(self, lines: Iterable[str]) -> Iterator[Event]:
        group: list[str] = []  # the records of one movement or one detail
        group_line = line_number = 0
        for line_number, line in enumerate(lines, 1):
            if len(line) != LINE:
                self.line = line_number
                line = self._fitted(line)
                if not line:
                    continue
            kind = line[:2]
            if kind in _FOLLOWING and group:
                group.append(line)
                if len(group) > _MOST:
                    raise StatementError(Refusal.BAD_RECORD, line=line_number, found=kind)
                continue
            if group:
                self.line = group_line
                self._take(group)
                group = []
            if kind == "21" and self.expected == "2":
                group = [line]
                group_line = line_number
            else:
                self.line = line_number
                self._take_other(line)
            if self.ready:
                yield from self.ready
                self.ready.clear()
        self.line = line_number
        self._end(bool(group))
        yield from self.ready

    def _end(self, is_within_movement: bool) -> None:
        if not self.has_statement and self.expected == "0":
            raise StatementError(Refusal.EMPTY)
        if is_within_movement or self.expected != "0":
            raise StatementError(Refusal.CUT_OFF, line=self.line)
        if self.another_follows:
            self._doubt(Doubtful.INCOMPLETE)

    def _doubt(self, kind: Doubtful, **values: object) -> None:
        self.doubts[kind] += 1
        if self.doubts[kind] <= _MOST_DOUBTS:
            number = self.opened.number if self.opened else ""
            self.ready.append(Doubt(kind, values, self.line, number))

    def _fitted(self, line: str) -> str:
        """Return the line with 128 characters, or nothing where it is blank.

        Editors and mail programs cut blanks off at the end or add some. A few banks count a letter
        of two bytes twice: their line is put at the places that they meant.
        """
        bare = line.rstrip(" ")
        if not bare:
            return ""
        if len(line) < LINE and not line.isascii() and len(line.encode()) == LINE:
            self.is_spread = True
            return "".join(letter + _FILLER * (len(letter.encode()) - 1) for letter in line)
        if len(bare) > LINE or (self.expected == "0" and len(bare) < LINE):
            is_first = not self.has_statement and self.expected == "0"
            reason = Refusal.UNKNOWN if is_first else Refusal.BAD_RECORD
            raise StatementError(reason, line=self.line, found=line[:2])
        if len(bare) < _SHORTEST.get(bare[0], 0) and bare[:2] not in _FOLLOWING:
            raise StatementError(Refusal.CUT_OFF, line=self.line)
        self._doubt(Doubtful.LINE_LENGTH, found=len(line))
        return bare.ljust(LINE)

    def _take_other(self, line: str) -> None:
        """Read any record that is not part of a movement."""
        kind = line[0]
        if kind == "0" and self.expected == "0":
            self._take_header(line)
        elif kind == "1" and self.expected == "1":
            self._take_opening(line)
        elif kind == "8" and self.expected == "2":
            self._take_closing(line)
        elif kind == "4" and self.expected == "9":
            self._check_message(is_message=True)
            self.message_follows = line[127] == "1"
        elif kind == "9" and self.expected in {"2", "9"}:
            self._take_trailer(line)
        elif not self.has_statement and self.expected == "0":
            raise StatementError(Refusal.UNKNOWN, line=self.line, found=line[:2])
        elif kind in "01489" or line[:2] == "21" or line[:2] in _FOLLOWING:
            raise StatementError(Refusal.ORDER, line=self.line, found=line[:2])
        elif kind in "23567" and self.expected != "0":
            self.records += 1
            self._doubt(Doubtful.RECORD, found=line[:2])
        else:
            raise StatementError(Refusal.BAD_RECORD, line=self.line, found=line[:2])

    def _take_header(self, line: str) -> None:
        if line[1:5].strip("0 ") or line[14:16] != "05":
            raise StatementError(Refusal.UNKNOWN, line=self.line, found=line[:16])
        if line[127] not in {"1", "2"}:
            raise StatementError(Refusal.VERSION, line=self.line, found=line[127])
        if self.has_statement and not self.another_follows:
            self._doubt(Doubtful.LINKS)
        self._start()
        self.version = int(line[127])
        bic = line[60:71].strip()
        self.opened = Opened(
            bic=bic if _BIC.fullmatch(bic) else "",
            created_on=self._day(line[5:11]),
            is_duplicate=line[16] == "D",
        )
        self.expected = "1"
        if line[83:88].strip("0 "):
            # A "separate application" lists payments that another file has as totals.
            self._doubt(Doubtful.REPEATED)

    def _take_opening(self, line: str) -> None:
        opened = self.opened
        self.records += 1
        self.zone = line[5:42]
        opened.account, opened.currency = self._account(line[1], self.zone)
        opened.number = line[2:5].strip().lstrip("0")
        opened.holder = self._plain(line[64:90])
        self.decimals = decimals_of(opened.currency)
        self.debit = self.credit = in_decimals(Decimal(0), opened.currency)
        opened.opening = Balance(self._amount(line[42], line[43:58]), self._day(line[58:64]))
        self.expected = "2"
        if opened.is_duplicate:
            self._doubt(Doubtful.DUPLICATE)
        if not _has_right_check_digits(opened.account):
            self._doubt(Doubtful.ACCOUNT, found=opened.account)

    def _account(self, structure: str, zone: str) -> tuple[str, str]:
        """Return the account and its currency. Structures: 0 Belgian number, 1 foreign number,
        2 Belgian IBAN, 3 foreign IBAN; version 1 knew Belgian numbers only.
        """
        is_belgian_number = structure in "0 " and not zone[:2].isalpha()
        if is_belgian_number:
            account, currency = zone[:12], zone[13:16]
        else:
            account, currency = zone[:34], zone[34:37]
        account = "".join(account.split())
        is_known = structure in "0123 " and account.isascii() and account.isalnum()
        if not is_known or not _CURRENCY.fullmatch(currency):
            raise StatementError(Refusal.BAD_RECORD, line=self.line, found=zone[:37])
        return account, currency

    def _announce(self, number: str = "") -> None:
        """Yield that the statement is open, now that its number is certain.

        Records 2.1 and 1 both give the number; where they differ, that of the movements counts:
        some banks leave it out at the head, or put another count there.
        """
        self.is_announced = True
        number = number.strip().lstrip("0")
        if number and number != self.opened.number:
            expected, self.opened.number = self.opened.number, number
            if expected:
                self._doubt(Doubtful.NUMBER, expected=expected, found=number)
        self.ready.append(self.opened)

    def _take(self, group: list[str]) -> None:
        """Read the records of one movement, or of one detail of the last movement."""
        first = group[0]
        if not self.is_announced:
            self._announce(first[121:124])
        self.records += len(group)
        numbers = first[2:10]
        if not (numbers.isdigit() and numbers.isascii()):
            raise StatementError(Refusal.BAD_RECORD, line=self.line, found=numbers)
        self._check_links(group, numbers)
        amount = self._amount(first[31], first[32:47])
        if numbers[4:] == "0000":
            self._take_movement(group, numbers[:4], amount)
        elif self.entry is None or self.entry.sequence != numbers[:4]:
            self._doubt(Doubtful.RECORD, found="21")
        elif first[53] != "9":
            # Type 9 breaks a type 7 down, which is itself a detail: it is not counted twice.
            self._take_detail(group, amount)

    def _take_movement(self, group: list[str], sequence: str, amount: Decimal) -> None:
        if self.entry is not None:
            self.ready.append(self.entry)
        first = group[0]
        number = int(sequence)
        # After 9999 movements the four digits begin again.
        if number != self.sequence + 1 and (self.sequence != _MOST or number > 1):
            expected = self.sequence % _MOST + 1
            self._doubt(Doubtful.SEQUENCE, expected=expected, found=number)
        self.sequence = number
        if amount < 0:
            self.debit -= amount
        else:
            self.credit += amount
        days = self.days
        name, account, structured, text, end_to_end, is_return = self._part(group)
        # In the order of the fields, which is quicker than by name.
        self.entry = Entry(
            amount,
            days[first[115:121]] or self._day(first[115:121]),
            days[first[47:53]] or self._day(first[47:53]),
            name,
            account,
            structured,
            text,
            first[10:31].strip(),
            end_to_end,
            sequence,
            first[53:61],
            "",
            is_return,
        )

    def _take_detail(self, group: list[str], amount: Decimal) -> None:
        name, account, structured, text, end_to_end, _is_return = self._part(group)
        reference = group[0][10:31].strip()
        details = self.entry.details
        if len(details) >= _MOST:
            raise StatementError(Refusal.BAD_RECORD, line=self.line, found="21")
        details.append(Detail(amount, name, account, structured, text, reference, end_to_end))

    def _part(self, group: list[str]) -> tuple[str, str, str, str, str, bool]:
        """Return name, account, structured reference, free text, end-to-end reference, is_return.

        The communication is one zone that the bank cuts into 53, 53 and 43 characters.
        """
        first = group[0]
        text = first[62:115]
        name = account = structured = end_to_end = ""
        is_return = first[54:58] in _CORRECTIONS
        for line in group[1:]:
            kind = line[:2]
            if kind == "22":
                text += line[10:63]
                end_to_end = line[63 : 98 if self.version == 2 else 89].strip()
                if end_to_end == "NOTPROVIDED":
                    end_to_end = ""
                if line[112] != " " and _RETURN.match(line, 109):
                    is_return = True
            elif kind == "23":
                account = _counterparty_account(line[10:44])
                if self.version == 2:
                    name = line[47:82].strip()
                    text += line[82:125]
                else:
                    name = line[47:73].strip()  # the address stands behind it
            else:
                break
        if first[61] == "1":
            structured, text = _split_communication(text)
        text = text.strip()
        if not name or (structured and not text):
            name, text = self._informed(group, name, structured, text)
        if self.is_spread:
            name, text, end_to_end = map(self._plain, (name, text, end_to_end))
            account, structured = map(self._plain, (account, structured))
        return name, account, structured, text, end_to_end, is_return

    def _informed(self, group: list[str], name: str, structured: str, text: str) -> tuple[str, str]:
        """Return name and text, from an information record of type 001 where there were none.

        It gives the counterparty's name and address. The address stands as the text of a transfer
        that has nothing but a structured communication.
        """
        for place, line in enumerate(group):
            if line[:2] == "31" and line[39:43] == "1001":
                name = name or line[43:113].strip()
                following = group[place + 1] if place + 1 < len(group) else ""
                if structured and not text and following[:2] == "32":
                    text = following[10:115].strip()
                break
        return name, text

    def _check_links(self, group: list[str], numbers: str) -> None:
        """Doubt where the records of a movement do not announce each other, or are numbered apart.

        Place 126 announces the next record of the same kind, place 128 an information record.
        """
        if len(group) == 1:
            if group[0][125] + group[0][127] not in {"00", "  ", "0 ", " 0"}:
                self._doubt(Doubtful.LINKS)
            return
        # Groups look alike: each pattern is judged once.
        pattern = "".join([line[:2] + line[125] + line[127] for line in group])
        fits = self.fitting_links.get(pattern)
        if fits is None:
            fits = _links_fit(pattern)
            if len(self.fitting_links) < 1000:
                self.fitting_links[pattern] = fits
        for line in group:
            if line[0] == "2":
                fits = fits and line[2:10] == numbers
            else:
                fits = fits and line[2:6] == numbers[:4]
        if not fits:
            self._doubt(Doubtful.LINKS)

    def _take_closing(self, line: str) -> None:
        self.records += 1
        if not self.is_announced:
            self._announce()
        self._finish_movements()
        if line[4:41].strip() and line[4:41] != self.zone:
            width = 12 if self.opened.account.isdigit() and len(self.opened.account) == 12 else 34
            expected = self.opened.account
            found = "".join(line[4 : 4 + width].split())
            self._doubt(Doubtful.OTHER_ACCOUNT, expected=expected, found=found)
        closing = Balance(self._amount(line[41], line[42:57]), self._day(line[57:63]))
        self.ready.append(Closed(closing))
        self.message_follows = line[127] == "1"
        self.expected = "9"

    def _finish_movements(self) -> None:
        if self.entry is not None:
            self.ready.append(self.entry)
            self.entry = None

    def _check_message(self, *, is_message: bool) -> None:
        if self.message_follows != is_message:
            self._doubt(Doubtful.LINKS)

    def _take_trailer(self, line: str) -> None:
        """Compare the control totals of record 9 with what was read."""
        if self.expected == "2":
            # Record 8 is missing.
            if not self.is_announced:
                self._announce()
            self._finish_movements()
            self._doubt(Doubtful.LINKS)
            self.ready.append(Closed())
        else:
            self._check_message(is_message=False)
        if not (line[16:22].isdigit() and line[16:22].isascii()):
            raise StatementError(Refusal.BAD_RECORD, line=self.line, found=line[16:22])
        for kind, expected, found in (
            (Doubtful.RECORD_COUNT, int(line[16:22]), self.records),
            (Doubtful.DEBIT_TOTAL, self._amount("0", line[22:37]), self.debit),
            (Doubtful.CREDIT_TOTAL, self._amount("0", line[37:52]), self.credit),
        ):
            if expected != found:
                self._doubt(kind, expected=expected, found=found)
        self.has_statement = True
        self.another_follows = line[127] == "1"
        self.expected = "0"

    def _amount(self, sign: str, digits: str) -> Decimal:
        """Return the amount of fifteen digits, the last three of them decimals."""
        minus = _SIGNS.get(sign)
        if minus is None or not (digits.isdigit() and digits.isascii()):
            raise StatementError(Refusal.BAD_AMOUNT, line=self.line, found=sign + digits)
        if self.decimals == 2 and digits[14] == "0":
            amount = Decimal(minus + digits[:12] + "." + digits[12:14])
        else:
            amount = in_decimals(
                Decimal(minus + digits[:12] + "." + digits[12:]), self.opened.currency
            )
            if -amount.as_tuple().exponent > self.decimals:
                self._doubt(Doubtful.DECIMALS, found=amount)
        return amount if amount else abs(amount)

    def _day(self, digits: str) -> date | None:
        """Return the day; None for zeros or blanks, and with a doubt for what is no day."""
        day = self.days[digits]
        if day is None and digits.strip("0 "):
            self._doubt(Doubtful.DATE, found=digits)
        return day

    def _plain(self, text: str) -> str:
        return text.replace(_FILLER, "").strip()


def _links_fit(pattern: str) -> bool:
    """Return whether each record of a movement is followed by what it announces.

    Each has four characters in ``pattern``: its kind, then its places 126 and 128.
    """
    records = [pattern[i : i + 4] for i in range(0, len(pattern), 4)]
    for record, following in zip(records, [*records[1:], ""], strict=True):
        continues = following[:1] == record[0] and following[1:2] > record[1]
        informs = following[:2] == "31"
        if following and not (continues or informs):
            return False
        if (record[2] == "1") != continues or (record[3] == "1") != informs:
            return False
    return True


def _split_communication(text: str) -> tuple[str, str]:
    """Return the structured reference and what else the zone of a structured communication holds.

    Types 101 and 102 are Belgian structured communications, 100 an ISO 11649 reference. Other
    types carry no reference of ours and stay text: their type, and their fields as they stand.
    """
    if text[:3] in {"101", "102"} and text[3:15].isdigit() and text[3:15].isascii():
        return text[3:15], text[15:]
    if text[:5] == "100RF":
        return text[3:28].strip(), text[28:]
    return "", text


def _counterparty_account(zone: str) -> str:
    """Return the account number without spaces; a Belgian number without its currency."""
    account = zone.strip()
    if " " in account:
        belgian = _BELGIAN.fullmatch(account)
        account = belgian[1] if belgian else account.replace(" ", "")
    return account


def _has_right_check_digits(account: str) -> bool:
    """Judge an IBAN (ISO 13616) or a Belgian number of twelve digits; others have none we know."""
    if account[:2].isalpha():
        if not account[2:4].isdigit():
            return False
        return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
    if len(account) == 12:
        return account.isdigit() and (int(account[:10]) % 97 or 97) == int(account[10:])
    return True
