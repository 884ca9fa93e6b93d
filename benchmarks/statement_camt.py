"""Compare reading a camt.053 statement with a bare lxml iterparse, on 100,000 synthetic entries.

``make bench`` runs it on one core of this machine, in turn, so that a busy machine slows both. The
bare way builds every entry as a tree, hands it over and clears it, without looking at it; beside it
is shown what handing over every element costs. Reading looks at all of it and yields the entries.
Memory is the most that a process of its own ever had, less that of one that only imports the
reader. Only the ratio means something on another machine. Ends with 1 when a bar is missed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from donations.statements import camt
from donations.statements.shape import Entry

ENTRIES = 100_000
ROUNDS = 5
RATIO, MEBIBYTES = 0.6, 30  # the bars
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-04T05:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-03-04T05:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>SAMPLE NGO</Nm></Ownr></Acct>
"""
ENTRY = """<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="EUR">{amount}</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-{day:02}</Dt></BookgDt>\
<ValDt><Dt>2026-03-{day:02}</Dt></ValDt><AcctSvcrRef>ZZ{number:012}</AcctSvcrRef>\
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>\
<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty>\
</Dbtr><DbtrAcct><Id><IBAN>BE{account:014}</IBAN></Id></DbtrAcct></RltdPties>\
<RmtInf>{remittance}</RmtInf></TxDtls></NtryDtls></Ntry>
"""
STRUCTURED = (
    "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>"
    "<Ref>{:012}</Ref></CdtrRefInf></Strd>"
)
FOOT = "</Stmt></BkToCstmrStmt></Document>\n"


def write_statement(path: Path) -> None:
    """Write gifts with a structured communication, and every third with one in free text."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number in range(1, ENTRIES + 1):
            text = f"<Ustrd>Gift for the campaign number {number}</Ustrd>"
            file.write(
                ENTRY.format(
                    number=number,
                    amount=f"{number % 250 + 5}.{number % 100:02}",
                    day=number % 28 + 1,
                    end_to_end="NOTPROVIDED" if number % 4 else f"E2E-{number}",
                    # An ampersand in one name of a hundred: it has to be walked through.
                    name=f"Donor {number}" if number % 100 else f"Donor {number} &amp; Zoë",
                    account=number * 97 % 10**14,
                    remittance=text if number % 3 == 0 else STRUCTURED.format(number),
                )
            )
        file.write(FOOT)


def walk_entries(path: Path) -> int:
    """Parse, hand over each entry, clear it."""
    return _walk(etree.iterparse(str(path), tag=f"{{{NAMESPACE}}}Ntry"))


def walk_elements(path: Path) -> int:
    """Parse, hand over each element, clear the entries."""
    return _walk(etree.iterparse(str(path)))


def _walk(elements: etree.iterparse) -> int:
    count = 0
    wanted = f"{{{NAMESPACE}}}Ntry"
    for _, element in elements:
        if element.tag == wanted:
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return count


def read_entries(path: Path) -> int:
    with path.open("rb") as file:
        return sum(type(event) is Entry for event in camt.read(file))


def timed(action: Callable[[Path], int], path: Path) -> float:
    """Return how long one call takes by the clock, in seconds."""
    start = time.perf_counter()
    count = action(path)
    seconds = time.perf_counter() - start
    assert count == ENTRIES, count
    return seconds


def most_memory(path: Path | None) -> float:
    """Return the most memory in MiB of a process that imports the reader, and reads ``path``."""
    program = (
        "import sys\n"
        "from donations.statements import camt\n"
        "for name in sys.argv[1:]:\n"
        "    with open(name, 'rb') as file:\n"
        "        for event in camt.read(file): pass\n"
        "with open('/proc/self/status') as status:\n"
        "    print(next(line for line in status if line.startswith('VmHWM')).split()[1])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, *([str(path)] if path else [])],
        cwd=sys.path[0],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(told.stdout) / 1024


def main() -> int:
    """Measure in turn, print a report and return the exit status."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    actions = {"bare": walk_entries, "elements": walk_elements, "read": read_entries}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        write_statement(path)
        megabytes = path.stat().st_size / 1e6
        seconds = {name: [] for name in actions}
        for _ in range(ROUNDS):
            for name, action in actions.items():
                seconds[name].append(timed(action, path))
        memory = most_memory(path) - most_memory(None)
    bare, elements, read = (statistics.median(seconds[name]) for name in actions)
    print(f"{ENTRIES} entries, {megabytes:.0f} MB, medians of {ROUNDS}:")
    print(f"bare iterparse {bare:.2f} s ({elements:.2f} s with every element), read {read:.2f} s")
    print(f"ratio {bare / read:.2f} ({elements / read:.2f} with every element)")
    print(f"memory {memory:.1f} MiB")
    return 0 if bare / read >= RATIO and memory <= MEBIBYTES else 1


if __name__ == "__main__":
    sys.exit(main())
