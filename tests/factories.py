"""Valid, boring rows for tests; a test names only what it is about."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone

from donations.models import Appeal, BankAccount, Pledge, Reward, RewardDelivery
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
    defaults = {
        "label": "Test account",
        "iban": "BE71096123456769",
        "payee_name": "Viva Test",
        "is_confirmed": True,
    }
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
    """A member of one of the groups of staff."""
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


def make_reward(*, sizes: dict[str, int | None] | None = None, **fields) -> Reward:
    """A reward; ``sizes`` are its options by name with how many there are of each."""
    defaults = {
        "kind": Reward.Kind.T_SHIRT,
        "name_en": "Test T-shirt",
        "name_fr": "T-shirt d’essai",
        "name_nl": "Test-T-shirt",
        "amount_eur": Decimal("10.00"),
        "is_over": True,
    }
    if "appeal" not in fields:
        fields["appeal"] = make_appeal()
    reward = Reward.objects.create(**{**defaults, **fields})
    for place, (name, stock) in enumerate((sizes or {}).items()):
        names = {f"name_{language}": name for language in ("en", "fr", "nl")}
        reward.options.create(stock=stock, sort_order=place, **names)
    return reward


def make_holder(reward: Reward, *, received="0.00", **fields) -> Pledge:
    """A pledge for which a piece of ``reward`` is set aside; ``received`` is in euros."""
    Reward.objects.filter(pk=reward.pk).update(taken=F("taken") + 1)
    number = next(_reference_numbers)
    values = {
        "appeal": reward.appeal,
        "reward": reward,
        "holds_reward": True,
        "received_eur": Decimal(received),
        "reference_number": number,
    }
    if "supporter" not in fields:
        fields["supporter"] = make_supporter(
            email=f"donor{number}@example.org", language=fields.get("language", "en")
        )
    return make_pledge(**{**values, **fields})


def make_delivery(reward: Reward | None = None, *, pledge: Pledge | None = None, **fields):
    """The delivery of a reward that is paid for, its donor asked."""
    pledge = pledge or make_holder(reward or make_reward(), received="25.00", status="paid")
    values = {"asked_at": timezone.now(), **fields}
    return RewardDelivery.objects.create(pledge=pledge, **values)
