"""What people need to take part: given with a sign-up, gone with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from events.models import Needs, SignUp
from supporters.services import end_consents_of_all

MAX_LINE = 200


@dataclass(frozen=True)
class NeedsGiven:
    """What somebody ticked (values of ``Needs.Kind``) and wrote, 200 characters at most."""

    kinds: list[str] = field(default_factory=list)
    line: str = ""

    def __bool__(self) -> bool:
        return bool(self.kinds or self.line)

    @property
    def ticked(self) -> str:
        """As ``Needs.ticked`` keeps it: known kinds, each once, in the order of the form."""
        return ",".join(kind for kind in Needs.Kind.values if kind in self.kinds)


def end_of_sign_ups(sign_ups: Iterable[SignUp]) -> None:
    """Erase what the people of these ended sign-ups need, and end what they agreed to for it.

    Nobody prepares anything for somebody who does not come. Safe to repeat.
    """
    rows = list(sign_ups)
    Needs.objects.filter(sign_up__in=rows).delete()
    end_consents_of_all(
        subject_type=SignUp.SUBJECT_TYPE, subject_ids=[row.public_id for row in rows]
    )
