"""What a treasurer reads about a bank statement: what does not add up, or why it was refused."""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from campaign_site.templatetags.campaign import NARROW_SPACE
from donations.statements.shape import Doubt, Doubtful, Refusal, StatementError, in_decimals

DOUBTS = {
    Doubtful.BALANCE: _(
        "The opening balance and the movements make %(expected)s, but the closing balance is "
        "%(found)s."
    ),
    Doubtful.CHAIN: _(
        "This statement opens with %(found)s, but the one before closed with %(expected)s."
    ),
    Doubtful.GAP: _(
        "Statement %(expected)s was expected here, but this is number %(found)s: a statement may "
        "be missing."
    ),
    Doubtful.DEBIT_TOTAL: _(
        "The bank counts %(expected)s of money out, but the movements make %(found)s."
    ),
    Doubtful.CREDIT_TOTAL: _(
        "The bank counts %(expected)s of money in, but the movements make %(found)s."
    ),
    Doubtful.RECORD_COUNT: _("The bank counts %(expected)s records, but the file has %(found)s."),
    Doubtful.BATCH_TOTAL: _(
        "The payments of a batch make %(found)s, but its total is %(expected)s."
    ),
    Doubtful.SEQUENCE: _(
        "Movement %(expected)s was expected here, but this is number %(found)s: a movement may be "
        "missing."
    ),
    Doubtful.RECORD: _("A line that we cannot place was left out: %(found)s."),
    Doubtful.LINE_LENGTH: _(
        "A line has %(found)s characters instead of 128; it was read all the same."
    ),
    Doubtful.LINKS: _("A record announces another that does not come, or comes unannounced."),
    Doubtful.DUPLICATE: _("The bank marks this statement as one that it has sent before."),
    Doubtful.DATE: _("“%(found)s” is not a day; it was left empty."),
    Doubtful.ENCODING: _("Some letters cannot be read, so names may be misspelt."),
    Doubtful.ACCOUNT: _("The check digits of account %(found)s are wrong."),
    Doubtful.DECIMALS: _("The amount %(found)s has more decimals than its currency."),
    Doubtful.INCOMPLETE: _("The bank says that more follows, but it is not in this file."),
    Doubtful.SYMBOLS: _("“%(found)s” is a code that the format does not define."),
    Doubtful.ROW: _("A row cannot be read and was left out: %(found)s."),
    Doubtful.NUMBER: _(
        "The movements are of statement %(found)s, but the beginning names statement %(expected)s."
    ),
    Doubtful.OTHER_ACCOUNT: _(
        "The statement begins with account %(expected)s, but ends with account %(found)s."
    ),
    Doubtful.REPEATED: _(
        "The bank marks these payments as details of totals in another file. With both files they "
        "would count twice."
    ),
    Doubtful.CURRENCY: _("The account is in %(expected)s, but one of its balances in %(found)s."),
    Doubtful.TOTAL: _("The bank counts movements of %(expected)s in all, but they make %(found)s."),
    Doubtful.OTHER_FORMAT: _(
        "Payments of these days were imported before from a file in another format (days: "
        "%(found)s). Those that look the same count as known. Check that none of the new ones is a "
        "payment that you have already."
    ),
    Doubtful.ASSUMED_ACCOUNT: _(
        "This file does not say of which account it is. It is taken for one of %(found)s."
    ),
}

# What is wrong with a row of a CSV file, as its reader says it.
ROWS = {
    "date": _("it has no day"),
    "amount": _("it has no amount"),
    "currency": _("it has no currency"),
    "cells": _("it has more columns than the file names"),
}

# The values of these are amounts, and are written as the reader writes them.
_AMOUNTS = {
    Doubtful.BALANCE,
    Doubtful.CHAIN,
    Doubtful.DEBIT_TOTAL,
    Doubtful.CREDIT_TOTAL,
    Doubtful.BATCH_TOTAL,
    Doubtful.DECIMALS,
    Doubtful.TOTAL,
}

REFUSALS = {
    Refusal.EMPTY: _("This file is empty."),
    Refusal.UNKNOWN: _(
        "This is not a bank statement that we can read. We read CODA, CAMT.053, MT940 and CSV."
    ),
    Refusal.OTHER_MESSAGE: _(
        "This is another message of a bank (%(found)s), not a statement. Ask your bank for "
        "CAMT.053."
    ),
    Refusal.BROKEN_XML: _("This XML file is damaged. Download it from your bank again."),
    Refusal.FORBIDDEN_XML: _(
        "This XML file defines things of its own, which no bank does. It was not read."
    ),
    Refusal.CUT_OFF: _("This file stops in the middle. Download it from your bank again."),
    Refusal.TOO_BIG: _(
        "This file is larger than 96 MB. Ask your bank for a file of a shorter period."
    ),
    Refusal.BAD_RECORD: _(
        "Part of this file cannot be read, so nothing of it was used. Download it from your bank "
        "again."
    ),
    Refusal.BAD_AMOUNT: _("“%(found)s” is not an amount, so nothing of this file was used."),
    Refusal.BAD_DATE: _("“%(found)s” is not a day, so nothing of this file was used."),
    Refusal.ENCODING: _(
        "The letters of this file cannot be read, so nothing of it was used. Download it from "
        "your bank again."
    ),
    Refusal.VERSION: _("This file is in version “%(found)s” of its format, which we do not know."),
    Refusal.UNMAPPED: _(
        "Nobody has said yet which column of this CSV file is what. Do that first, then upload it "
        "again."
    ),
    Refusal.ORDER: _(
        "The parts of this file come in an order that makes no sense, so nothing of it was used."
    ),
}


def doubt_sentence(doubt: Doubt) -> str:
    """Say what does not add up, and where, in the active language."""
    values = {"expected": "", "found": ""} | dict(doubt.values)
    if doubt.kind is Doubtful.ROW:
        values["found"] = ROWS.get(str(values["found"]), values["found"])
    if doubt.kind in _AMOUNTS:
        values = {name: _amount(value) for name, value in values.items()}
    return _with_place(DOUBTS[doubt.kind] % values, doubt.line, doubt.statement)


def refusal_sentence(error: StatementError) -> str:
    """Say why the file was refused, and what to do, in the active language."""
    return _with_place(REFUSALS[error.reason] % {"found": error.found}, error.line, "")


def _with_place(sentence: str, line: int | None, statement: str) -> str:
    values: Mapping[str, object] = {"sentence": sentence, "line": line, "number": statement}
    if line and statement:
        return gettext("%(sentence)s (Statement %(number)s, line %(line)s.)") % values
    if line:
        return gettext("%(sentence)s (Line %(line)s.)") % values
    if statement:
        return gettext("%(sentence)s (Statement %(number)s.)") % values
    return sentence


def _amount(value: object) -> str:
    """Return an amount without its currency, as ``1,250.50``, ``1 250,50`` or ``1.250,50``."""
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)):
        return str(value)
    # What comes from the database has three decimals; no currency that gifts come in has.
    text = f"{in_decimals(Decimal(str(value)), ''):,f}"
    language = get_language()
    if language == "fr":
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text
