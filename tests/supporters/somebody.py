"""Somebody who did everything there is to do here, and what the database says of them."""

import uuid

from django.db import connection
from django.utils.translation import override

from donations.models import Pledge
from donations.services import create_pledge
from events.models import Needs, Organiser, SignUp
from events.services import sign_up
from events.services.needs import NeedsGiven
from solidarity.models import Photo
from supporters.models import NewsletterSubscription, OneTimeLink, Supporter
from supporters.newsletter import confirm_news, wish_for_news
from supporters.overview import make_overview_token
from supporters.services import find_supporter, make_one_time_link
from supporters.wordings import Words, current_words
from tests.factories import AMOUNT, make_appeal, make_event
from tests.solidarity.sending import public_photo

ADDRESS = "sam@example.org"


def did_everything(email: str = ADDRESS, *, language: str = "en", number: int = 1) -> Supporter:
    """A person with an approved photo, a place, a wait, a pledge and confirmed news.

    With the place they said what they need, and agreed that another organisation gets their data.
    """
    public_photo(email=email, language=language, message="You are not alone", display_name="Sam")
    keys = {"language": language, "email": email, "form_digest": "digest"}
    event = make_event(slug=f"event-{number}", capacity=10)
    nurses = Organiser.objects.create(event=event, name="Street Nurses", gets_data=True)
    words = _words_beside(Needs.PURPOSE, SignUp.SHARING_PURPOSE, language=language)
    sign_up(
        event=event,
        name="Sam Sorel",
        party_size=2,
        form_key=uuid.uuid4(),
        needs=NeedsGiven(["seat"], "Near a door"),
        needs_words=words[Needs.PURPOSE],
        shared_with=[nurses.pk],
        sharing_words=words[SignUp.SHARING_PURPOSE],
        **keys,
    )
    full = make_event(slug=f"full-event-{number}", capacity=2, places_taken=2)
    sign_up(event=full, name="Sam Sorel", party_size=1, form_key=uuid.uuid4(), **keys)
    appeal = make_appeal(slug=f"appeal-{number}", account=_account())
    create_pledge(appeal=appeal, name="Sam Sorel", amount_eur=AMOUNT, form_key=uuid.uuid4(), **keys)
    supporter = find_supporter(email)
    with override(language):
        wish_for_news(supporter=supporter, words=current_words(["newsletter"])["newsletter"])
    confirm_news(token=make_one_time_link(supporter=supporter, purpose="newsletter"))
    return supporter


def _words_beside(*purposes: str, language: str) -> dict[str, Words]:
    places = {"organisations": "Street Nurses"}
    return current_words(purposes, language=language, values=places)


def _account():
    from donations.models import BankAccount
    from tests.factories import make_account

    return BankAccount.objects.filter(label="Test account").first() or make_account()


def overview_path(supporter: Supporter, language: str = "en") -> str:
    return f"/{language}/my-solidarity/{make_overview_token(supporter)}/"


def rows_of(supporter: Supporter) -> int:
    """How many rows name the person."""
    models = (Photo, SignUp, Pledge, NewsletterSubscription, OneTimeLink)
    needs = Needs.objects.filter(sign_up__supporter=supporter)
    return needs.count() + sum(
        model.objects.filter(supporter=supporter).count() for model in models
    )


def database_text() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')
            found += [f"{table} {text}" for (text,) in cursor.fetchall()]
    return "\n".join(found)
