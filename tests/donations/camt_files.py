"""Camt.053 and MT940 statements of our own making, with balances and totals that add up."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from tests.donations.statement_files import ACCOUNT, CLOSED, OPENED, Movement

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def camt_file(
    movements: Sequence[Movement] = (),
    *,
    version: str = "08",
    account: str = ACCOUNT,
    currency: str = "EUR",
    number: int = 1,
    opening: Decimal | str = "0",
    closing: Decimal | str | None = None,
    opened_on: date = OPENED,
    closed_on: date = CLOSED,
    holder: str = "SAMPLE NGO VZW",
    bic: str = "GKCCBEBB",
    pending: Sequence[Movement] = (),
    prefix: str = "",
    is_duplicate: bool = False,
    encoding: str = "UTF-8",
) -> bytes:
    """Return one message with one statement; see ``statement_xml`` for what may be told.

    ``prefix`` stands before every element name, as some banks write their messages.
    """
    statement = statement_xml(
        movements,
        version=version,
        account=account,
        currency=currency,
        number=number,
        opening=opening,
        closing=closing,
        opened_on=opened_on,
        closed_on=closed_on,
        holder=holder,
        bic=bic,
        pending=pending,
        is_duplicate=is_duplicate,
    )
    return camt_message(statement, version=version, prefix=prefix, encoding=encoding)


def camt_message(
    statements: str,
    *,
    version: str = "08",
    prefix: str = "",
    encoding: str = "UTF-8",
    header: str = "<MsgId>M1</MsgId><CreDtTm>2026-03-04T05:00:00+01:00</CreDtTm>",
) -> bytes:
    """Return a whole message around the ``Stmt`` elements given as text."""
    body = f"<BkToCstmrStmt><GrpHdr>{header}</GrpHdr>{statements}</BkToCstmrStmt>"
    attribute = f'xmlns="{NAMESPACE}{version}"'
    if prefix:
        body = body.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
        attribute = f'xmlns:{prefix}="{NAMESPACE}{version}"'
    root = f"{prefix}:Document" if prefix else "Document"
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    return f"{declaration}<{root} {attribute}>{body}</{root}>\n".encode(encoding)


def statement_xml(
    movements: Sequence[Movement] = (),
    *,
    version: str = "08",
    account: str = ACCOUNT,
    currency: str = "EUR",
    number: int = 1,
    opening: Decimal | str = "0",
    closing: Decimal | str | None = None,
    opened_on: date = OPENED,
    closed_on: date = CLOSED,
    holder: str = "SAMPLE NGO VZW",
    bic: str = "GKCCBEBB",
    pending: Sequence[Movement] = (),
    is_duplicate: bool = False,
    entries: str = "",
    summary: str | None = None,
) -> str:
    """Return one ``Stmt`` with its balances, control totals and entries.

    ``closing`` is what the movements lead to, unless told; pending ones do not count. ``entries``
    are more ``Ntry`` elements as text, ``summary`` the text of ``TxsSummry`` in place of ours.
    """
    opening = Decimal(opening)
    amounts = [Decimal(movement.amount) for movement in movements]
    closing = opening + sum(amounts) if closing is None else Decimal(closing)
    servicer = "BICFI" if version >= "03" else "BIC"
    if summary is None and not entries:
        summary = _summary(amounts)
    return (
        f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<LglSeqNb>{number:05}</LglSeqNb><CreDtTm>2026-03-04T05:00:00+01:00</CreDtTm>"
        f"{'<CpyDplctInd>DUPL</CpyDplctInd>' if is_duplicate else ''}"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy>"
        f"<Ownr><Nm>{escape(holder)}</Nm></Ownr>"
        f"<Svcr><FinInstnId><{servicer}>{bic}</{servicer}></FinInstnId></Svcr></Acct>"
        f"{balance_xml('OPBD', opening, opened_on, currency)}"
        f"{balance_xml('CLBD', closing, closed_on, currency)}"
        f"{summary or ''}"
        f"{''.join(entry_xml(one, version, currency) for one in movements)}"
        f"{''.join(entry_xml(one, version, currency, status='PDNG') for one in pending)}"
        f"{entries}</Stmt>"
    )


def balance_xml(code: str, amount: Decimal | str, on: date | str, currency: str = "EUR") -> str:
    amount = Decimal(amount)
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{_amount(abs(amount), currency)}{_sign(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def entry_xml(
    movement: Movement, version: str = "08", currency: str = "EUR", status: str = "BOOK"
) -> str:
    """Return one ``Ntry``; a movement with details has one ``TxDtls`` for each of them."""
    amount = Decimal(movement.amount)
    written = f"<Cd>{status}</Cd>" if version >= "08" else status
    reference = movement.bank_reference
    booked = f"<BookgDt><Dt>{movement.booked_on}</Dt></BookgDt>" if status == "BOOK" else ""
    batch = ""
    if movement.details:
        total = _amount(abs(amount), currency, "TtlAmt")
        count = f"<NbOfTxs>{len(movement.details)}</NbOfTxs>"
        batch = f"<Btch>{count}{total}{_sign(amount)}</Btch>"
    parts = "".join(_payment(part, version, currency) for part in (movement.details or [movement]))
    returned = movement.return_type == "2"
    return (
        f"<Ntry>{_amount(abs(amount), currency)}{_sign(amount)}"
        f"{'<RvslInd>true</RvslInd>' if returned else ''}<Sts>{written}</Sts>{booked}"
        f"<ValDt><Dt>{movement.valued_on}</Dt></ValDt>"
        f"{f'<AcctSvcrRef>{escape(reference)}</AcctSvcrRef>' if reference else ''}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"</BkTxCd><NtryDtls>{batch}{parts}</NtryDtls></Ntry>"
    )


def _payment(part: Movement, version: str, currency: str) -> str:
    amount = Decimal(part.amount)
    role = "Dbtr" if amount >= 0 else "Cdtr"
    if version >= "04":
        sums = f"{_amount(abs(amount), currency)}{_sign(amount)}"
    else:
        sums = f"<AmtDtls><TxAmt>{_amount(abs(amount), currency)}</TxAmt></AmtDtls>"
    parties = ""
    if part.name:
        name = f"<Nm>{escape(part.name)}</Nm>"
        parties += f"<{role}>{f'<Pty>{name}</Pty>' if version >= '08' else name}</{role}>"
    if part.account:
        parties += f"<{role}Acct><Id><IBAN>{part.account}</IBAN></Id></{role}Acct>"
    remittance = f"<Ustrd>{escape(part.text)}</Ustrd>" if part.text else ""
    if part.structured:
        remittance += structured_xml(part.structured)
    return (
        f"<TxDtls><Refs><EndToEndId>{escape(part.end_to_end) or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"{sums}<RltdPties>{parties}</RltdPties><RmtInf>{remittance}</RmtInf></TxDtls>"
    )


def structured_xml(reference: str, issuer: str = "BBA") -> str:
    return (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>"
        f"<Issr>{issuer}</Issr></Tp><Ref>{escape(reference)}</Ref></CdtrRefInf></Strd>"
    )


def _amount(amount: Decimal, currency: str, name: str = "Amt") -> str:
    return f'<{name} Ccy="{currency}">{amount}</{name}>'


def _sign(amount: Decimal) -> str:
    return f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def _summary(amounts: list[Decimal]) -> str:
    debits = [-amount for amount in amounts if amount < 0]
    credits = [amount for amount in amounts if amount >= 0]
    parts = (
        ("TtlNtries", credits + debits),
        ("TtlCdtNtries", credits),
        ("TtlDbtNtries", debits),
    )
    return "<TxsSummry>{}</TxsSummry>".format(
        "".join(
            f"<{name}><NbOfNtries>{len(part)}</NbOfNtries><Sum>{sum(part)}</Sum></{name}>"
            for name, part in parts
        )
    )


def mt940_file(
    movements: Sequence[Movement] = (),
    *,
    account: str = ACCOUNT,
    currency: str = "EUR",
    number: int = 1,
    opening: Decimal | str = "0",
    closing: Decimal | str | None = None,
    opened_on: date = OPENED,
    closed_on: date = CLOSED,
    dialect: str = "slashes",
    page: int = 0,
    is_first_page: bool = True,
    is_last_page: bool = True,
    envelope: bool = False,
    encoding: str = "utf-8",
    newline: str = "\r\n",
) -> bytes:
    """Return one MT940 message.

    ``dialect`` is how the bank fills the field 86: "slashes" (/CNTP/…/REMI/…, as in the Low
    Countries), "questions" (?20…?32…, as in Germany) or "plain".
    """
    opening = Decimal(opening)
    closing = (
        opening + sum(Decimal(movement.amount) for movement in movements)
        if closing is None
        else Decimal(closing)
    )
    lines = [
        ":20:P260303000000001",
        f":25:{account}",
        f":28C:{number:05}" + (f"/{page:03}" if page else ""),
        f":60{'F' if is_first_page else 'M'}:{_mt_balance(opening, opened_on, currency)}",
    ]
    for movement in movements:
        amount = Decimal(movement.amount)
        mark = "C" if amount >= 0 else "D"
        if movement.return_type == "2":
            mark = "RD" if amount >= 0 else "RC"
        reference = f"//{movement.bank_reference}" if movement.bank_reference else ""
        lines.append(
            f":61:{movement.valued_on:%y%m%d}{movement.booked_on:%m%d}{mark}"
            f"{_mt_amount(amount)}NTRF{movement.end_to_end[:16] or 'NONREF'}{reference}"
        )
        written = f":86:{_DIALECTS[dialect](movement)}"
        lines += [written[at : at + 65] for at in range(0, len(written), 65)]
    lines.append(f":62{'F' if is_last_page else 'M'}:{_mt_balance(closing, closed_on, currency)}")
    if envelope:
        lines = ["{1:F01GKCCBEBBAXXX0000000000}{2:O9400500260304GKCCBEBBAXXX}{4:", *lines, "-}"]
    else:
        lines.append("-")
    return "".join(line + newline for line in lines).encode(encoding)


def _mt_balance(amount: Decimal, on: date, currency: str) -> str:
    return f"{'D' if amount < 0 else 'C'}{on:%y%m%d}{currency}{_mt_amount(amount)}"


def _mt_amount(amount: Decimal) -> str:
    whole, _, cents = f"{abs(amount)}".partition(".")
    return f"{whole},{cents}"


def _with_slashes(part: Movement) -> str:
    remittance = f"STRD/CUR/{part.structured}/" if part.structured else f"USTD//{part.text}/"
    return (
        f"/EREF/{part.end_to_end or 'NOTPROVIDED'}//CNTP/{part.account}/KREDBEBB/{part.name}///"
        f"REMI/{remittance}"
    )


def _with_questions(part: Movement) -> str:
    purpose = f"EREF+{part.end_to_end or 'NOTPROVIDED'}".ljust(27)
    purpose += f"SVWZ+{part.structured or part.text}"
    pieces = [purpose[at : at + 27] for at in range(0, len(purpose), 27)]
    subfields = "".join(f"?{20 + place}{piece}" for place, piece in enumerate(pieces))
    return f"166?00GUTSCHRIFT{subfields}?30KREDBEBB?31{part.account}?32{part.name[:27]}"


def _plain(part: Movement) -> str:
    return " ".join(text for text in (part.account, part.name, part.structured, part.text) if text)


_DIALECTS = {"slashes": _with_slashes, "questions": _with_questions, "plain": _plain}
