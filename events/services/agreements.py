"""What somebody agrees to beside a sign-up: news, needs, and names given to other organisers."""

import uuid
from dataclasses import dataclass, field

from events.models import SignUp
from events.services.needs import NeedsGiven
from supporters.arriving import record_new_consents
from supporters.models import Supporter
from supporters.newsletter import wish_for_news
from supporters.wordings import Words


@dataclass(frozen=True)
class Agreements:
    """The boxes that were ticked, each with the words beside it; without words nothing is kept."""

    newsletter: Words | None = None
    needs: NeedsGiven | None = None
    needs_words: Words | None = None
    shared_with: list[int] = field(default_factory=list)
    sharing_words: Words | None = None

    @property
    def kept_needs(self) -> NeedsGiven | None:
        return self.needs if self.needs and self.needs_words else None

    @property
    def kept_shared_with(self) -> list[int]:
        return list(self.shared_with) if self.sharing_words else []

    def record(self, *, supporter: Supporter, public_id: uuid.UUID) -> None:
        """Write the consents for the new sign-up ``public_id`` into the ledger."""
        if self.newsletter:
            wish_for_news(supporter=supporter, words=self.newsletter)
        words = []
        if self.kept_needs:
            words.append(self.needs_words)
        if self.kept_shared_with:
            words.append(self.sharing_words)
        record_new_consents(
            subject_type=SignUp.SUBJECT_TYPE,
            subject_id=public_id,
            supporter=supporter,
            words=words,
        )
