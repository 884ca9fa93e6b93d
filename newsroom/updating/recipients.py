"""Who gets an update: confirmed subscribers, all of them or those who took part, by language."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from donations.models import Pledge
from events.models import SignUp
from newsroom.models import CampaignUpdate
from newsroom.updating.campaigns import Campaign, facts_below, find_campaign
from newsroom.updating.words import language_for
from solidarity.models import Photo
from supporters.models import NewsletterSubscription


@dataclass(frozen=True)
class Readers:
    """How many read ``language``, and in which language they get the words; "" for nothing."""

    language: str
    name: str
    number: int
    words_in: str

    @property
    def gets_own(self) -> bool:
        return self.words_in == self.language


def audience(update: CampaignUpdate, campaign: Campaign | None = None) -> QuerySet:
    """Return the subscriptions that an update is meant for, whatever their language, as of now."""
    people = NewsletterSubscription.objects.consented()
    if update.audience == CampaignUpdate.Audience.TOOK_PART:
        return people.filter(_took_part(campaign or find_campaign(update.campaign_key)))
    return people


def _took_part(campaign: Campaign) -> Q:
    """Whoever sent a photo, signed up or promised to give for this campaign, and stands by it."""
    calls, events, appeals = facts_below(campaign)
    person = {"supporter": OuterRef("supporter")}
    photos = Photo.objects.filter(**person, call__in=calls).exclude(
        status__in=[Photo.Status.WITHDRAWN, Photo.Status.REJECTED]
    )
    sign_ups = SignUp.objects.standing().filter(**person, event__in=events)
    pledges = Pledge.objects.filter(**person, appeal__in=appeals).exclude(
        status__in=[Pledge.Status.CANCELLED, Pledge.Status.EXPIRED]
    )
    return Q(Exists(photos)) | Q(Exists(sign_ups)) | Q(Exists(pledges))


def recipients(update: CampaignUpdate) -> QuerySet:
    """Return the subscriptions that would get a copy now."""
    covered = [code for code, _name in settings.LANGUAGES if language_for(update, code)]
    return audience(update).filter(language__in=covered)


def readers(update: CampaignUpdate, campaign: Campaign | None = None) -> list[Readers]:
    """Return for each language how many people an update is meant for, and what they get."""
    rows = audience(update, campaign).order_by().values_list("language")
    counts = dict(rows.annotate(number=Count("pk")))
    return [
        Readers(code, name, counts.get(code, 0), language_for(update, code))
        for code, name in settings.LANGUAGES
    ]
