"""What the donor of a reward chooses: which one, and how it gets to them."""

import re
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from campaign_site.forms import LineField
from campaign_site.territories import country_choices
from donations.addresses import HOME, PostalAddress
from donations.models import RewardDelivery, RewardOption
from donations.services.fulfilment import ways_of

Way = RewardDelivery.Way
_WAY_WORDS = {Way.POST: _("Send it to me by post"), Way.PICK_UP: _("I will pick it up")}
_BELGIAN_POSTCODE = re.compile(r"[1-9][0-9]{3}")
_ADDRESS_FIELDS = ("recipient", "street", "postcode", "town", "country")


class OptionSelect(forms.RadioSelect):
    """What none is left of cannot be chosen, unless this donor already has it."""

    def __init__(self, *args, gone: frozenset[str] = frozenset(), **options):
        super().__init__(*args, **options)
        self.gone = gone

    def create_option(self, name, value, label, selected, index, **options):
        option = super().create_option(name, value, label, selected, index, **options)
        if str(value) in self.gone and not selected:
            option["attrs"]["disabled"] = True
        return option


class DeliveryChoiceForm(forms.Form):
    """A size where there are sizes, post or pick-up, and for post a name and an address.

    The address is asked for, and needed, by post only. After ``is_valid()``: ``choice`` is what
    ``choose_delivery`` takes.
    """

    # An address may be left empty by who picks up, which browsers cannot know.
    use_required_attribute = False

    option = forms.ChoiceField(
        label=_("Which one"),
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("Choose one of these."),
        },
    )
    way = forms.ChoiceField(
        label=_("How you get it"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how you want to get it."),
            "invalid_choice": _("Choose how you want to get it."),
        },
    )
    recipient = LineField(
        label=_("Name on the parcel"),
        max_length=60,
        error_messages={"required": _("Type the name for the parcel.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    street = LineField(
        label=_("Street and number"),
        max_length=70,
        error_messages={"required": _("Type the street and the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    postcode = LineField(
        label=_("Postcode"),
        max_length=12,
        error_messages={"required": _("Type the postcode.")},
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = LineField(
        label=_("Town"),
        max_length=50,
        error_messages={"required": _("Type the town.")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={
            "required": _("Choose a country."),
            "invalid_choice": _("Choose a country."),
        },
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, delivery: RewardDelivery):
        super().__init__(data, initial=_as_chosen(delivery))
        self.delivery = delivery
        self.options = {str(option.pk): option for option in delivery.pledge.reward.options.all()}
        self._offer_options()
        ways = ways_of(delivery)
        self.fields["way"].choices = [(way, _WAY_WORDS[way]) for way in ways]
        if len(ways) == 1:
            self.fields["way"].initial = self.initial["way"] = ways[0]
        self.fields["country"].choices = country_choices()
        if Way.POST not in ways:
            for name in _ADDRESS_FIELDS:
                del self.fields[name]
        elif self.is_bound and data.get("way") != Way.POST:
            for name in _ADDRESS_FIELDS:
                self.fields[name].required = False

    def _offer_options(self) -> None:
        if not self.options:
            del self.fields["option"]
            return
        gone = {key for key, option in self.options.items() if _is_gone(option)}
        gone.discard(str(self.delivery.option_id))
        field = self.fields["option"]
        field.widget = OptionSelect(gone=frozenset(gone))
        field.choices = [
            (key, _("%(name)s (none left)") % {"name": option.name} if key in gone else option.name)
            for key, option in self.options.items()
        ]

    @property
    def has_address(self) -> bool:
        return "street" in self.fields

    @property
    def is_only_post(self) -> bool:
        return [way for way, _words in self.fields["way"].choices] == [Way.POST]

    def clean(self):
        cleaned = super().clean()
        postcode = cleaned.get("postcode")
        is_belgian = cleaned.get("way") == Way.POST and cleaned.get("country") == HOME
        if is_belgian and postcode and not _BELGIAN_POSTCODE.fullmatch(postcode):
            self.add_error("postcode", _("A Belgian postcode has four digits, for example 1060."))
        return cleaned

    @property
    def choice(self) -> dict[str, object]:
        chosen = self.cleaned_data
        option: RewardOption | None = self.options.get(chosen.get("option", ""))
        by_post = chosen["way"] == Way.POST
        address = (
            PostalAddress(chosen["street"], chosen["postcode"], chosen["town"], chosen["country"])
            if by_post
            else None
        )
        recipient = chosen["recipient"] if by_post else ""
        return {"option": option, "way": chosen["way"], "recipient": recipient, "address": address}


def _is_gone(option: RewardOption) -> bool:
    return option.stock is not None and option.taken >= option.stock


def _as_chosen(delivery: RewardDelivery) -> dict[str, str]:
    """Return what the donor chose before; at first, the name that they gave with their promise."""
    values = {
        "option": str(delivery.option_id or ""),
        "way": delivery.way,
        "recipient": delivery.recipient or delivery.pledge.name,
        "country": HOME,
    }
    address = PostalAddress.of(delivery)
    if address:
        values |= {
            "street": address.street,
            "postcode": address.postcode,
            "town": address.town,
            "country": address.country,
        }
    return values
