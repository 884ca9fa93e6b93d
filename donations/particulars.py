"""What a payer wrote and who the bank says it was: one text, to be encrypted as a whole.

One encryption for each payment instead of five keeps an import of a hundred thousand quick.
"""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Particulars:
    """National numbers are masked before anything comes here (``donations.national_numbers``)."""

    name: str = ""
    account: str = ""
    structured_reference: str = ""
    text: str = ""
    end_to_end_reference: str = ""

    def to_text(self) -> str:
        """Return what ``from_text`` reads back; empty when there is nothing to say."""
        said = {key: value for key, value in asdict(self).items() if value}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""

    @classmethod
    def from_text(cls, text: str) -> "Particulars":
        return cls(**json.loads(text)) if text else cls()
