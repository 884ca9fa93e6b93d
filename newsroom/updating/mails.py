"""The mail of an update: what stands in it, how it is previewed, tried out and sent.

Links are the plain ones and there are no pictures: nobody learns who opened it or pressed what.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from campaign_site import mail
from newsroom.models import CampaignUpdate, UpdateCopy
from newsroom.updating.campaigns import Campaign, find_campaign
from newsroom.updating.words import filled, language_for, written
from pages.typography import typeset
from supporters.newsletter import stop_url

TEMPLATE = "campaign_update"


def _context(
    update: CampaignUpdate, campaign: Campaign, language: str, stop_link: str
) -> dict[str, object]:
    """Return what the mail shows to somebody who reads ``language``."""
    words_in = language_for(update, language)
    words = filled(written(update)[words_in], campaign, words_in)
    return {
        "subject": typeset(words.subject, words_in),
        "intro": typeset(words.text, words_in),
        "campaign": campaign.name(language),
        "words_in": words_in,
        "is_foreign": words_in != language,
        "page_url": campaign.url(language, words_in, block_id=update.block_id),
        "stop_link": stop_link,
    }


def _sample_stop_link(language: str) -> str:
    """A test and a preview end nobody's news: their link leads to where people ask for it."""
    with override(language):
        return mail.absolute_url(reverse("newsletter:ask"))


def preview(update: CampaignUpdate, campaign: Campaign, language: str) -> mail.Rendered:
    """Return the mail as readers of ``language`` would get it."""
    context = _context(update, campaign, language, _sample_stop_link(language))
    return mail.render(TEMPLATE, context=context, language=language)


def send_test(update: CampaignUpdate, campaign: Campaign, *, to: str) -> None:
    """Send the mail to somebody of the staff, once for each language of readers that gets one.

    At once, so that they see at once whether it works: raises like ``mail.send``.
    """
    for language, _name in settings.LANGUAGES:
        if language_for(update, language):
            context = _context(update, campaign, language, _sample_stop_link(language))
            mail.send(TEMPLATE, to=to, context={**context, "is_test": True}, language=language)


def send(copy: UpdateCopy) -> None:
    """Mail a copy to its subscriber, in their language. Raises like ``mail.send``."""
    subscription = copy.subscription
    campaign = find_campaign(copy.update.campaign_key)
    link = stop_url(subscription)
    mail.send(
        TEMPLATE,
        to=subscription.supporter.email,
        context=_context(copy.update, campaign, subscription.language, link),
        language=subscription.language,
        headers=mail.unsubscribe_headers(link),
        reference=copy.public_id.hex,
    )
