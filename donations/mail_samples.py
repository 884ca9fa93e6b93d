"""Mails about gifts to made-up donors, with the facts of real appeals and rewards.

Their communication is that of number 0, which no promise has: money sent with it waits for a
person to say whose it is.
"""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site import mail
from campaign_site.hours import this_hour
from donations import mail_values, payment_qr
from donations.models import Appeal, BankAccount, Pledge, Reward, RewardDelivery
from donations.payment_details import PaymentDetails, standing_order_from
from donations.services.thanking import Gift
from supporters.mail_words import Sample

_NAME = "Sam"
_AMOUNT = Decimal("25.00")
# Appeals and rewards to try words out with, the latest first.
_SHOWN = 20


def appeals() -> list[tuple[int, str]]:
    return [(appeal.pk, appeal.name) for appeal in _appeals()[:_SHOWN]]


def rewards() -> list[tuple[int, str]]:
    return [(reward.pk, f"{reward.name}, {reward.appeal.name}") for reward in _rewards()[:_SHOWN]]


def _appeals() -> QuerySet[Appeal]:
    return Appeal.objects.exclude(account=None).select_related("account").order_by("-pk")


def _rewards() -> QuerySet[Reward]:
    return Reward.objects.select_related("appeal__account").order_by("-pk")


def _chosen(rows: QuerySet, chosen: int | None):
    """Return the row with this number, else the latest; None when there is none at all."""
    return (chosen and rows.filter(pk=chosen).first()) or rows.first()


def _names(name: str) -> dict[str, str]:
    return {f"name_{language}": name for language in ("en", "fr", "nl")}


def _made_up_appeal() -> Appeal:
    account = BankAccount(iban="BE68539007547034", payee_name="Viva Salud")
    return Appeal(account=account, **_names(_("an example")))


def _link(appeal: Appeal, language: str) -> str:
    """Return where the links of a sample lead: to the appeal, or home."""
    return mail.absolute_url(appeal.get_absolute_url() if appeal.pk else f"/{language}/")


def _pledge(appeal: Appeal, **fields) -> Pledge:
    values = {"name": _NAME, "amount_eur": _AMOUNT, "created_hour": this_hour()}
    return Pledge(appeal=appeal, reference_number=0, **{**values, **fields})


def instructions(frequency: str) -> Callable[..., Sample]:
    def sample(language: str, chosen: int | None = None) -> Sample:
        found = _chosen(_appeals(), chosen)
        with override(language):
            appeal = found or _made_up_appeal()
            pledge = _pledge(appeal, frequency=frequency)
            account = appeal.account
            is_structured = account.reference_line == BankAccount.ReferenceLine.STRUCTURED
            details = PaymentDetails(account, pledge.communication, _AMOUNT, is_structured)
            context = {
                "pledge": pledge,
                "details": details,
                "is_monthly": frequency == Pledge.Frequency.MONTHLY,
                "standing_order_from": standing_order_from(timezone.localdate()),
                "link": _link(appeal, language),
            }
            values = mail_values.values_of_pledge(pledge)
        picture = payment_qr.png(details.payload)
        attached = (mail.Attachment(payment_qr.PNG_NAME, picture, "image/png"),)
        return Sample(values, context, found.name if found else "", attached)

    return sample


def reminder(language: str, chosen: int | None = None) -> Sample:
    found = _chosen(_appeals(), chosen)
    with override(language):
        appeal = found or _made_up_appeal()
        pledge = _pledge(appeal)
        link = _link(appeal, language)
        context = {"pledge": pledge, "account": appeal.account, "link": link, "stop_link": link}
        values = mail_values.values_of_pledge(pledge)
    return Sample(values, context, found.name if found else "")


def thanks(language: str, chosen: int | None = None) -> Sample:
    found = _chosen(_appeals(), chosen)
    with override(language):
        appeal = found or _made_up_appeal()
        gift = Gift(
            amount_eur=_AMOUNT,
            on=timezone.localdate(),
            appeal=appeal,
            earmark=None,
            circumstance="exact",
            pledge=_pledge(appeal, received_eur=_AMOUNT),
            link=_link(appeal, language),
        )
        context = {"gifts": [gift], "total": _AMOUNT, "is_demo": appeal.account.is_demo}
        values = mail_values.values_of_thanks(_NAME)
    return Sample(values, context, found.name if found else "")


def reward(*, is_picked_up: bool = False) -> Callable[..., Sample]:
    def sample(language: str, chosen: int | None = None) -> Sample:
        found = _chosen(_rewards(), chosen)
        with override(language):
            one = found or Reward(appeal=_made_up_appeal(), **_names(_("an example")))
            pledge = _pledge(one.appeal, reward=one)
            delivery = RewardDelivery(pledge=pledge, sent_on=timezone.localdate())
            context = {
                "delivery": delivery,
                "pledge": pledge,
                "reward": one,
                "link": _link(one.appeal, language),
                "where": _("On Monday from 10 to 16 h, at our office") if is_picked_up else "",
            }
            values = mail_values.values_of_delivery(delivery)
        return Sample(values, context, found.name if found else "")

    return sample
