"""Updates by mail for tests: a draft that was tried out, and people who asked for news."""

from newsroom.models import CampaignUpdate
from newsroom.updating.campaigns import Campaign, find_campaigns, news_of
from newsroom.updating.words import digest
from tests.factories import notatarget
from tests.supporters.test_newsletter import confirmed

ENGLISH = {
    "subject": "It goes on",
    "text": "News of {campaign}.\n\nhttps://example.org/news?a=1&b=2",
}
FRENCH = {"subject": "Cela continue", "text": "Des nouvelles de {campaign}."}
DUTCH = {"subject": "Het gaat verder", "text": "Nieuws van {campaign}."}


def make_update(*, is_tested: bool = True, **fields) -> CampaignUpdate:
    values = {
        "campaign_key": notatarget("en").translation_key,
        "title": "Autumn",
        "words": {"en": ENGLISH, "fr": FRENCH, "nl": DUTCH},
    }
    update = CampaignUpdate.objects.create(**{**values, **fields})
    if is_tested:
        update.tested_digest = digest(update)
        update.save(update_fields=["tested_digest"])
    return update


def subscribe(**languages: str):
    """One confirmed subscriber for each name; ``languages`` is name → language."""
    return {
        name: confirmed(f"{name}@example.org", language) for name, language in languages.items()
    }


def campaign_with_news() -> Campaign:
    """A campaign of the first content whose page has dated updates."""
    return next(one for one in find_campaigns().values() if news_of(one.pages["en"]))
