"""The form that takes a pledge."""

from decimal import Decimal
from typing import ClassVar

from django import forms
from django.forms.models import ModelChoiceIteratorValue
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaign_site import idempotency
from campaign_site.forms import OUTSIDE_CONTENT, AddressField, LineField, visible_text
from campaign_site.templatetags.campaign import euros
from donations.amounts import AmountError, Problem, read_euros
from donations.models import MAX_AMOUNT_EUR, MIN_AMOUNT_EUR, Appeal, Earmark, Pledge, Reward
from donations.rewards import card_of, offered_rewards
from supporters.wordings_forms import ConsentingForm

PROPOSED_AMOUNTS_EUR = (10, 25, 50, 100)


class EuroInput(forms.TextInput):
    """A line of text with the number keyboard on phones, and amounts to choose from."""

    def render(self, name, value, attrs=None, renderer=None):
        list_id = f"{name}_proposed"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        choices = format_html_join(
            "", '<option value="{}"></option>', ((amount,) for amount in PROPOSED_AMOUNTS_EUR)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, choices)


class EuroField(forms.CharField):
    """An amount from 1 to 10 000 euros, typed the way people of each language do."""

    widget = EuroInput
    default_error_messages: ClassVar = {
        Problem.UNREADABLE.name: _(
            "This is not an amount in euros. Type it in digits, like 25 or 25.50."
        ),
        Problem.TWO_READINGS.name: _(
            "“%(typed)s” can be read in two ways. For %(whole)s euros, type %(whole)s without a "
            "point or comma. For an amount with cents, type two decimals, like 12.50."
        ),
        Problem.TOO_PRECISE.name: _("An amount has at most two decimals, like 12.50."),
        "out_of_range": _("Choose an amount from %(lowest)s to %(highest)s."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value) -> Decimal:
        typed = visible_text(super().clean(value))
        try:
            amount = read_euros(typed)
        except AmountError as error:
            whole = "".join(character for character in typed if character.isdecimal())
            raise self._refusal(error.problem.name, typed=typed, whole=whole) from error
        if not MIN_AMOUNT_EUR <= amount <= MAX_AMOUNT_EUR:
            raise self._refusal(
                "out_of_range", lowest=euros(MIN_AMOUNT_EUR), highest=euros(MAX_AMOUNT_EUR)
            )
        return amount

    def _refusal(self, code: str, **words: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=words)


class RewardSelect(forms.RadioSelect):
    """One card a reward; what none is left of cannot be chosen any more."""

    def create_option(self, name, value, label, selected, index, **options):
        option = super().create_option(name, value, label, selected, index, **options)
        if isinstance(value, ModelChoiceIteratorValue):
            reward = value.instance
            option["attrs"]["data-amount"] = str(reward.amount_eur)
            option["attrs"]["data-over"] = "yes" if reward.is_over else ""
            # One that comes back from a form stays chosen, so that nobody loses it unawares.
            if reward.left == 0 and not selected:
                option["attrs"]["disabled"] = True
        return option


class RewardField(forms.ModelChoiceField):
    """A reward of the appeal or, at first, none."""

    widget = RewardSelect
    default_error_messages: ClassVar = {
        "invalid_choice": _("This reward is not offered any more. Choose another, or no reward."),
        "none_left": _("None of these is left. Choose another, or no reward."),
        "over": _(
            "This reward is for gifts over %(amount)s. Give more, or choose another reward or none."
        ),
        "from": _(
            "This reward is for gifts from %(amount)s. Give more, or choose another reward or none."
        ),
    }

    def __init__(self, **options):
        super().__init__(
            queryset=Reward.objects.none(),
            required=False,
            blank=True,
            empty_label=pgettext_lazy("with a gift", "No reward"),
            **options,
        )

    def label_from_instance(self, reward: Reward) -> str:
        return render_to_string("donations/reward_choice.html", {"card": card_of(reward)})

    def clean(self, value) -> Reward | None:
        reward = super().clean(value)
        if reward and reward.left == 0:
            raise self.refusal("none_left")
        return reward

    def refusal(self, code: str, **words: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=words)


class EarmarkField(forms.ModelChoiceField):
    """What the gift is meant for, in the reader's language."""

    default_error_messages: ClassVar = {
        "invalid_choice": _("This is not offered any more. Choose again."),
    }

    def label_from_instance(self, earmark: Earmark) -> str:
        return earmark.name


class PledgeForm(ConsentingForm):
    """How much, how often, with which reward, from whom, and where to mail the payment details.

    ``appeal`` says what can be chosen: its rewards and purposes. A post without ``frequency``, as
    of a form that was opened before it was asked, is a gift given once.
    """

    form_name = "pledge"
    takes_source = True

    amount_eur = EuroField(
        label=_("Amount in euros"),
        help_text=_("Any amount that suits you, for example 10, 25, 50 or 100."),
        error_messages={"required": _("Type the amount that you want to give.")},
    )
    frequency = forms.ChoiceField(
        label=_("How often"),
        widget=forms.RadioSelect,
        choices=[
            (Pledge.Frequency.ONCE, _("Once")),
            (Pledge.Frequency.MONTHLY, _("Every month, by a standing order at my bank")),
        ],
        initial=Pledge.Frequency.ONCE,
        error_messages={"invalid_choice": _("Choose once or every month.")},
    )
    reward = RewardField(
        label=_("Your reward"),
        help_text=_("Once your gift has arrived, we ask you by email how to get it to you."),
    )
    earmark = EarmarkField(
        queryset=Earmark.objects.none(),
        label=_("What your gift is for"),
        required=False,
        empty_label=_("Where it is needed most"),
    )
    name = LineField(
        label=_("Your name"),
        help_text=_("As we should write it when we thank you."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("We email the payment details to this address."),
    )

    def __init__(self, data=None, files=None, *, appeal: Appeal | None = None, **options):
        if appeal is not None:
            options.setdefault("subject", appeal.slug)
        super().__init__(data, files, **options)
        if self.is_bound:
            self.data.setdefault("frequency", Pledge.Frequency.ONCE)
        self._offer_rewards(appeal)
        self._offer_earmarks(appeal)

    def _offer_rewards(self, appeal: Appeal | None) -> None:
        """Show what can be had; the price of it in taxes is said before the choice."""
        if appeal is None or not appeal.rewards.filter(is_offered=True).exists():
            del self.fields["reward"]
            return
        field = self.fields["reward"]
        field.queryset = offered_rewards(appeal)
        if appeal.gives_certificates:
            field.help_text = _(
                "A gift with a reward earns no tax certificate: if you want the certificate, "
                "choose no reward. With a reward, we ask you by email how to get it to you once "
                "your gift has arrived."
            )

    def _offer_earmarks(self, appeal: Appeal | None) -> None:
        earmarks = appeal.earmarks.filter(is_offered=True) if appeal else Earmark.objects.none()
        if earmarks:
            self.fields["earmark"].queryset = earmarks
        else:
            del self.fields["earmark"]

    @property
    def content_digest(self) -> str:
        """Rewards and purposes count by their numbers: a name may be corrected meanwhile."""
        return idempotency.digest(
            {
                name: getattr(value, "pk", value)
                for name, value in self.cleaned_data.items()
                if name not in OUTSIDE_CONTENT
            }
        )

    def clean(self):
        cleaned = super().clean()
        reward, amount = cleaned.get("reward"), cleaned.get("amount_eur")
        if reward and amount is not None and not reward.is_earned_by(amount):
            code = "over" if reward.is_over else "from"
            refusal = self.fields["reward"].refusal(code, amount=euros(reward.amount_eur))
            self.add_error("reward", refusal)
        return cleaned
