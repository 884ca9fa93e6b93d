"""The draft of an update: written from a dated update or from scratch, changed, tried out."""

import uuid
from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from newsroom.models import CampaignUpdate
from newsroom.updating import mails
from newsroom.updating.campaigns import Campaign, find_campaign, words_of_news
from newsroom.updating.errors import UpdateError
from newsroom.updating.words import (
    MOST_SUBJECT,
    MOST_TEXT,
    SOURCE_LANGUAGE,
    check,
    digest,
    fallback,
    stored,
    written,
)
from supporters.mail_words import Words

_MOST_TITLE = CampaignUpdate._meta.get_field("title").max_length


@transaction.atomic
def begin_draft(
    *,
    campaign: Campaign,
    block_id: uuid.UUID | None,
    user: AbstractBaseUser | None,
    public_id: uuid.UUID,
) -> CampaignUpdate:
    """Begin an update with the words of a dated update of the page, or with none.

    A second call with the same ``public_id`` (of a form that was sent twice) returns the first
    draft. Raises ``UpdateError`` when the page no longer tells that update.
    """
    earlier = CampaignUpdate.objects.filter(public_id=public_id).first()
    if earlier is not None:
        return earlier
    told = words_of_news(campaign, block_id) if block_id else {}
    if block_id and not told:
        raise UpdateError(_("The page no longer has this update. Choose another."))
    headings = [told[code][0] for code in (SOURCE_LANGUAGE, *told) if code in told]
    update = CampaignUpdate.objects.create(
        public_id=public_id,
        campaign_key=campaign.key,
        block_id=block_id,
        title=(headings or [str(campaign)])[0][:_MOST_TITLE],
        words=stored(
            {
                code: Words(heading[:MOST_SUBJECT], text[:MOST_TEXT])
                for code, (heading, text) in told.items()
            }
        ),
        made_by=user,
    )
    log(instance=update, action="newsroom.write_update", user=user)
    return update


@transaction.atomic
def change_draft(
    update: CampaignUpdate,
    *,
    title: str,
    audience: str,
    pace: int,
    words: Mapping[str, Words],
    others: bool,
    seen: str,
    user: AbstractBaseUser | None,
) -> CampaignUpdate:
    """Keep what a draft says and to whom it goes.

    ``seen`` is the digest of the words that ``user`` began from. Raises ``UpdateError`` when they
    cannot stand, when it is no draft any more, or when somebody else has changed it meanwhile.
    """
    update = CampaignUpdate.objects.select_for_update(no_key=True).get(pk=update.pk)
    if update.state != CampaignUpdate.State.DRAFT:
        raise UpdateError(_("This update is on its way already. Its words stay as they are."))
    if seen != digest(update):
        raise UpdateError(
            _(
                "Somebody else has changed this update since you opened it. Open it in a second "
                "window, put the two together, and save there."
            )
        )
    check(words, find_campaign(update.campaign_key), others=others)
    update.title, update.audience, update.pace = title, audience, pace
    update.words, update.begins_at = stored(words, others=others), None
    update.save(update_fields=["title", "audience", "pace", "words", "begins_at"])
    log(instance=update, action="newsroom.change_update", user=user)
    return update


def try_out(update: CampaignUpdate, *, user: AbstractBaseUser) -> None:
    """Mail the update to ``user``, and remember that these very words were tried out.

    Raises ``UpdateError`` when the words cannot stand, and like ``mail.send``.
    """
    campaign = find_campaign(update.campaign_key)
    check(written(update), campaign, others=bool(fallback(update)))
    mails.send_test(update, campaign, to=user.email)
    CampaignUpdate.objects.filter(pk=update.pk).update(tested_digest=digest(update))
    log(instance=update, action="newsroom.test_update", user=user)


@transaction.atomic
def throw_away(update: CampaignUpdate, *, user: AbstractBaseUser | None) -> bool:
    """Delete a draft; return whether it still was one. What was sent stays."""
    update = CampaignUpdate.objects.select_for_update().filter(pk=update.pk).first()
    if update is None or update.state != CampaignUpdate.State.DRAFT:
        return False
    log(instance=update, action="newsroom.throw_update_away", user=user)
    update.delete()
    return True
