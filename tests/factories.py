"""Valid, boring rows for tests; a test names only what it is about."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from donations.models import Appeal, BankAccount, Pledge
from events.models import Event
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage
from solidarity.models import PhotoCall
from supporters.models import Supporter
from supporters.services import remember_supporter


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def notatarget(language: str) -> CampaignPage:
    """The page of #NotATarget, from the first content."""
    return CampaignPage.objects.get(locale__language_code=language, name="#NotATarget")


PAGES = {PhotoCall: PhotoCallPage, Event: EventPage, Appeal: AppealPage}


def announced(fact):
    """Give ``fact`` a live English page, without which the public knows nothing of it."""
    page_model = PAGES[type(fact)]
    page = page_model(
        title=fact.name_en, slug=f"{page_model.fact_field}-{fact.slug}", body=[], lead="A test."
    )
    setattr(page, page_model.fact_field, fact)
    notatarget("en").add_child(instance=page)
    return fact


def make_photo_call(**fields) -> PhotoCall:
    defaults = {
        "slug": "test-call",
        "name_en": "Test call",
        "name_fr": "Appel d’essai",
        "name_nl": "Testoproep",
        "recipient_en": "the test minister",
        "recipient_fr": "la ministre d’essai",
        "recipient_nl": "de testminister",
        "closes_on": in_days(30),
    }
    return announced(PhotoCall.objects.create(**{**defaults, **fields}))


def make_event(**fields) -> Event:
    defaults = {
        "slug": "test-event",
        "name_en": "Test event",
        "name_fr": "Événement d’essai",
        "name_nl": "Testevenement",
        "place_en": "Brussels",
        "place_fr": "Bruxelles",
        "place_nl": "Brussel",
        "day": in_days(30),
    }
    return announced(Event.objects.create(**{**defaults, **fields}))


def make_account(**fields) -> BankAccount:
    defaults = {"label": "Test account", "iban": "BE71096123456769", "payee_name": "Viva Test"}
    return BankAccount.objects.create(**{**defaults, **fields})


def make_appeal(**fields) -> Appeal:
    defaults = {
        "slug": "test-appeal",
        "name_en": "Test appeal",
        "name_fr": "Appel aux dons d’essai",
        "name_nl": "Testinzameling",
        "closes_on": in_days(30),
    }
    if "account" not in fields:
        fields["account"] = make_account()
    return announced(Appeal.objects.create(**{**defaults, **fields}))


def make_supporter(email: str = "sam@example.org", language: str = "en") -> Supporter:
    return remember_supporter(email=email, language=language)


def make_staff(group: str, username: str = ""):
    """A member of one of the four groups of staff."""
    user = get_user_model().objects.create_user(
        username=username or group.lower(), email=f"{group.lower()}@example.org", password="x" * 20
    )
    user.groups.add(Group.objects.get(name=group))
    return user


AMOUNT = Decimal("25.00")

_reference_numbers = count(5_000_000_001)


def make_pledge(**fields) -> Pledge:
    defaults = {
        "name": "Sam Sample",
        "amount_eur": AMOUNT,
        "language": "en",
        "reference_number": next(_reference_numbers),
    }
    if "appeal" not in fields:
        fields["appeal"] = make_appeal()
    if "supporter" not in fields:
        fields["supporter"] = make_supporter(language=fields.get("language", "en"))
    return Pledge.objects.create(**{**defaults, **fields})
