"""Postal addresses as people type them, as they are kept, and as a parcel carries them."""

from dataclasses import dataclass

from campaign_site.territories import country_name

HOME = "BE"
_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """``country`` is a code of ISO 3166-1 alpha-2; the rest is one line of visible text each."""

    street: str
    postcode: str
    town: str
    country: str = HOME

    def to_text(self) -> str:
        """Return street, postcode and town, country: one line each, which ``from_text`` reads."""
        postcode = self.postcode.replace(" ", _NO_BREAK_SPACE)
        return f"{self.street}\n{postcode} {self.town}\n{self.country}"

    @classmethod
    def from_text(cls, text: str) -> "PostalAddress":
        street, place, country = text.split("\n")
        postcode, _, town = place.partition(" ")
        return cls(street, postcode.replace(_NO_BREAK_SPACE, " "), town, country)

    @classmethod
    def of(cls, delivery) -> "PostalAddress | None":
        """Return where the parcel of a delivery goes; None for what is picked up, or erased."""
        is_parcel = delivery.way == delivery.Way.POST and delivery.address
        return cls.from_text(delivery.address) if is_parcel else None

    @property
    def lines(self) -> list[str]:
        """What stands below the name; the country, in the active language, when it is abroad."""
        lines = [self.street, f"{self.postcode} {self.town}".strip()]
        return lines if self.country == HOME else [*lines, country_name(self.country).upper()]
