"""Where people read an account that is not, or no longer, one of ours; and who was told so."""

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import CharField, Count, F, Max, Q, TextField
from django.utils.html import strip_tags
from stdnum import iban as iban_check
from wagtail.fields import StreamField
from wagtail.models import Page

from donations.models import BankAccount, Pledge

_CACHE_SECONDS = 24 * 60 * 60
# ISO 13616: country, check digits, then 11 to 30 signs; people group them with spaces and points.
_WRITTEN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ \u00a0\u202f.-]?[A-Z0-9]){11,30}")
_BELGIAN_LENGTH = 16
_SHORTEST = 15

NOT_OURS = "not_ours"
NOT_THE_PAYEE = "not_the_payee"


@dataclass(frozen=True)
class PageWarning:
    """A live page that tells people to pay where, or to whom, they should not.

    ``kind`` is ``NOT_OURS`` (no account of ours that takes gifts, or a mistyped one) or
    ``NOT_THE_PAYEE`` (our account, without the payee exactly as the bank has it).
    """

    page_id: int
    title: str
    language: str
    kind: str
    iban: str
    payee_name: str = ""


def pages_to_check() -> list[PageWarning]:
    """Return what the words of live pages get wrong about our accounts.

    The answer is kept until a page is published or taken down, or an account changes.
    """
    ours: dict[str, list[str]] = {}
    for account in BankAccount.objects.order_by("pk"):
        if account.is_in_use:
            ours.setdefault(account.iban, []).append(account.payee_name)
    live = Page.objects.live()
    state = live.aggregate(Count("pk"), Max("last_published_at"), Max("latest_revision_id"))
    signature = hashlib.sha256(repr([sorted(ours.items()), sorted(state.items())]).encode())
    key = f"donations.account_warnings.{signature.hexdigest()}"
    return cache.get_or_set(key, lambda: list(_check(live, ours)), _CACHE_SECONDS)


def _check(live, ours: dict[str, list[str]]) -> Iterator[PageWarning]:
    for page in live.select_related("locale").order_by("path").specific():
        text = "\n".join(_texts(page))
        for iban in sorted(set(account_numbers(text))):
            facts = (page.pk, page.title, page.locale.language_code)
            payees = ours.get(iban, [])
            if not payees:
                yield PageWarning(*facts, NOT_OURS, iban)
            elif not any(payee in text for payee in payees):
                yield PageWarning(*facts, NOT_THE_PAYEE, iban, payees[0])


def account_numbers(text: str) -> Iterator[str]:
    """Yield each account number that stands in ``text``, without spaces.

    Belgian ones even where their check digits are wrong: such a one was mistyped.
    """
    for written in _WRITTEN.findall(text):
        compact = re.sub(r"[ \u00a0\u202f.-]", "", written)
        if re.match(r"BE[0-9]{14}", compact):
            yield compact[:_BELGIAN_LENGTH]
            continue
        # What follows the number may look like more of it; each country has one length.
        for length in range(len(compact), _SHORTEST - 1, -1):
            if iban_check.is_valid(compact[:length], check_country=False):
                yield compact[:length]
                break


def _texts(page: Page) -> Iterator[str]:
    for field in page._meta.concrete_fields:
        value = getattr(page, field.attname)
        if isinstance(field, StreamField):
            yield from _strings(value.get_prep_value())
        elif isinstance(field, CharField | TextField) and isinstance(value, str):
            yield _plain(value)


def _strings(value) -> Iterator[str]:
    """Yield the texts within the raw content of blocks."""
    if isinstance(value, str):
        yield _plain(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _plain(text: str) -> str:
    return html.unescape(strip_tags(text))


def promises_told_otherwise() -> dict[int, int]:
    """Return, by account, for how many awaited promises the donor was shown something else.

    That is another number or payee than the account has today, or an account that takes no gifts
    any more.
    """
    told = Q(~Q(shown_iban=""), ~Q(shown_iban=F("account__iban"))) | Q(
        ~Q(shown_payee_name=""), ~Q(shown_payee_name=F("account__payee_name"))
    )
    unused = [account.pk for account in BankAccount.objects.all() if not account.is_in_use]
    awaited = Pledge.objects.filter(told | Q(account__in=unused), status__in=Pledge.AWAITED)
    counts = awaited.order_by().values_list("account").annotate(number=Count("pk"))
    return {account_id: number for account_id, number in counts if account_id}
