"""What is read of a camt.053 message: its elements by path, and the keys of their texts."""


def _party(role: str) -> dict:
    name = {"Nm": f"{role}_name"}
    return {**name, "Pty": name, "Agt": {"FinInstnId": name}}


def _account(role: str) -> dict:
    return {"Id": {"IBAN": f"{role}_iban", "Othr": {"Id": f"{role}_number"}}}


def _sum(key: str) -> dict:
    return {"Amt": (key, f"{key}_currency")}


_DATE = {"Dt": "date", "DtTm": "date"}
_CODE = {
    "Domn": {"Cd": "domain", "Fmly": {"Cd": "family", "SubFmlyCd": "subfamily"}},
    "Prtry": {"Cd": "bank_code"},
}
# What is read, by path. A text is stored under its key; an amount also under that of its currency.
GROUP = {"CreDtTm": "created", "MsgPgntn": {"LastPgInd": "is_last_page"}}
STATEMENT = {
    "ElctrncSeqNb": "electronic_number",
    "LglSeqNb": "legal_number",
    "CreDtTm": "created",
    "CpyDplctInd": "duplicate",
    "StmtPgntn": {"LastPgInd": "is_last_page"},
    "Acct": {
        **_account("own"),
        "Ccy": "currency",
        "Nm": "account_name",
        "Ownr": {"Nm": "holder", "Pty": {"Nm": "holder"}},
        "Svcr": {"FinInstnId": {"BIC": "bic", "BICFI": "bic"}},
    },
    "TxsSummry": {
        "TtlNtries": {"NbOfNtries": "count", "Sum": "sum"},
        "TtlCdtNtries": {"NbOfNtries": "credit_count", "Sum": "credit_sum"},
        "TtlDbtNtries": {"NbOfNtries": "debit_count", "Sum": "debit_sum"},
    },
}
BALANCE = {
    "Tp": {"CdOrPrtry": {"Cd": "type"}},
    **_sum("amount"),
    "CdtDbtInd": "sign",
    "Dt": _DATE,
}
ENTRY = {
    "NtryRef": "sequence",
    **_sum("amount"),
    "CdtDbtInd": "sign",
    "RvslInd": "reversal",
    "Sts": {"": "status", "Cd": "status", "Prtry": "status"},
    "BookgDt": {"Dt": "booked", "DtTm": "booked"},
    "ValDt": {"Dt": "valued", "DtTm": "valued"},
    "AcctSvcrRef": "reference",
    "BkTxCd": _CODE,
    "AddtlNtryInf": "more",
    "NtryDtls": {"Btch": {"TtlAmt": ("batch_sums", "batch_currencies")}},
}
PAYMENT = {
    "Refs": {"AcctSvcrRef": "reference", "EndToEndId": "end_to_end"},
    **_sum("amount"),
    "CdtDbtInd": "sign",
    "AmtDtls": {
        "TxAmt": _sum("transaction"),
        "CntrValAmt": _sum("counter"),
        "InstdAmt": _sum("instructed"),
    },
    "BkTxCd": _CODE,
    "RltdPties": {
        "Dbtr": _party("debtor"),
        "DbtrAcct": {**_account("debtor"), "Nm": "debtor_account_name"},
        "UltmtDbtr": _party("ultimate_debtor"),
        "Cdtr": _party("creditor"),
        "CdtrAcct": {**_account("creditor"), "Nm": "creditor_account_name"},
        "UltmtCdtr": _party("ultimate_creditor"),
    },
    "RmtInf": {
        "Ustrd": "texts",
        "Strd": {"CdtrRefInf": {"Ref": "structured"}, "AddtlRmtInf": "structured_texts"},
    },
    "RtrInf": {"": "return", "Rsn": {"Cd": "return", "Prtry": "return"}, "AddtlInf": "return"},
    "AddtlTxInf": "more",
}

# A node of the walk: its children by full name; under KEPT where its text goes, under MONEY where
# its currency goes, under DONE what is called at its end. None of these is the name of an element.
KEPT, MONEY, DONE = "=", "@", "!"
NOTHING: dict = {}


def compiled(paths: dict, namespace: str, values: dict[str, str]) -> dict:
    """Return the node of an element whose texts are gathered in ``values``."""
    node: dict = {}
    for name, part in paths.items():
        if not name:
            node[KEPT] = (values, part)
            continue
        if isinstance(part, dict):
            child = compiled(part, namespace, values)
        elif isinstance(part, tuple):
            child = {KEPT: (values, part[0]), MONEY: (values, part[1])}
        else:
            child = {KEPT: (values, part)}
        node[f"{namespace} {name}"] = child
    return node
