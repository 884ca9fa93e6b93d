"""News by mail: wished for with a box, confirmed with a link in a mail, ended with one click.

Nobody is written to because somebody typed an address: the wish of a form counts when the link
in the mail of that form is opened and its button pressed (double opt-in). A form of its own asks
for news and nothing else. What is sent are the updates of campaigns (``newsroom.updating``); for a
mailing tool of their own, staff take the confirmed addresses along (``newsletter_export``).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign_site import mail
from campaign_site.hours import this_hour
from campaign_site.links import make_token
from supporters import services
from supporters.mail_words import opening
from supporters.models import Consent, NewsletterSubscription, OneTimeLink, Supporter
from supporters.wordings import ConsentPurpose, Words

# Whoever types somebody else's address again and again fills no mailbox.
_LINK_PAUSE = timedelta(minutes=5)

PURPOSE = ConsentPurpose(
    key=NewsletterSubscription.PURPOSE,
    name=_("News by email"),
    sentence=_(
        "Write to me when there is news. For that, Viva Salud keeps my email address until I "
        "say stop, which I can do at any time."
    ),
)


@transaction.atomic
def wish_for_news(*, supporter: Supporter, words: Words) -> None:
    """Keep that somebody ticked the box for news; ``words`` stood beside it.

    The next confirmation mail of this person then carries the link that confirms it. Does nothing
    for somebody who has confirmed before; wishing again renews the link. Safe to call from two
    requests at once.
    """
    text = services.consent_text(purpose=words.purpose, language=words.language, text=words.text)
    _forget_links(supporter)
    values = {"language": words.language, "words": text, "wording": words.wording}
    subscription, is_new = NewsletterSubscription.objects.get_or_create(
        supporter=supporter, ended_hour=None, defaults=values
    )
    if not is_new:
        NewsletterSubscription.objects.waiting().filter(pk=subscription.pk).update(
            **values, wished_hour=this_hour(), link_sent_at=None
        )


@transaction.atomic
def ask_for_news(*, email: str, words: Words) -> None:
    """Keep the wish of somebody who asks for news and nothing else; a mail with the link follows.

    Who has confirmed before gets the mail that says how to stop once more, hourly at most. The
    caller answers the same in each case. However often it is asked for, one link leaves in five
    minutes: until then the earlier one is good.
    """
    from supporters.newsletter_tasks import send_newsletter_link
    from supporters.tasks import send_newsletter_welcome

    supporter = services.remember_supporter(email=email, language=words.language)
    # Of two posts for one address, the second finds what the first did.
    Supporter.objects.select_for_update(no_key=True).get(pk=supporter.pk)
    confirmed = NewsletterSubscription.objects.consented().filter(supporter=supporter).first()
    if confirmed is None:
        if not _was_sent_lately(supporter):
            wish_for_news(supporter=supporter, words=words)
        wish = NewsletterSubscription.objects.open().get(supporter=supporter)
        send_newsletter_link.defer(subscription_id=wish.pk)
        return
    told_before = NewsletterSubscription.objects.filter(
        pk=confirmed.pk, welcome_sent_at__lt=this_hour()
    )
    told_before.update(welcome_sent_at=None)
    send_newsletter_welcome.defer(subscription_id=confirmed.pk)


def _was_sent_lately(supporter: Supporter) -> bool:
    """Whether this person got a link that confirms a wish in the last five minutes."""
    newest = timezone.now() + services.ONE_TIME_LINK_LIFETIME - _LINK_PAUSE
    return OneTimeLink.objects.filter(
        supporter=supporter,
        purpose=NewsletterSubscription.PURPOSE,
        used_at=None,
        expires_at__gt=newest,
    ).exists()


@transaction.atomic
def send_link(subscription_id: int) -> bool:
    """Mail the link that confirms a wish; return whether it left. Raises like ``mail.send``.

    Nothing leaves to somebody who has confirmed, stopped or got the link meanwhile. A link whose
    mail could not leave is forgotten with the transaction; the next attempt makes another.
    """
    wish = (
        NewsletterSubscription.objects.waiting()
        .select_for_update(of=("self",), no_key=True)
        .select_related("supporter")
        .filter(pk=subscription_id, link_sent_at=None)
        .first()
    )
    if wish is None or not wish.supporter.email:
        return False
    send_confirmation(
        "newsletter_link",
        supporter=wish.supporter,
        context=opening("newsletter_link", wish.language, {}),
        language=wish.language,
        reference=wish.public_id.hex,
    )
    return True


def send_confirmation(
    template: str,
    *,
    supporter: Supporter,
    context: Mapping[str, object],
    language: str,
    attachments: Sequence[mail.Attachment] = (),
    reference: str,
) -> None:
    """Send the mail that confirms an action, with a second link where a wish for news waits.

    The second link works once, within 72 hours. Errors and repeats are those of ``mail.send``.
    """
    waiting = NewsletterSubscription.objects.waiting()
    wish = waiting.filter(supporter=supporter, link_sent_at=None).first()
    mail.send(
        template,
        to=supporter.email,
        context={**context, "newsletter_link": _confirmation_url(wish) if wish else ""},
        language=language,
        attachments=attachments,
        headers=mail.unsubscribe_headers(stop_url(wish)) if wish else None,
        reference=reference,
    )
    if wish:
        NewsletterSubscription.objects.filter(pk=wish.pk).update(link_sent_at=this_hour())


def _forget_links(supporter: Supporter) -> None:
    """Let no older link confirm a wish that was made after it, perhaps by somebody else."""
    OneTimeLink.objects.filter(
        supporter=supporter, purpose=NewsletterSubscription.PURPOSE, used_at=None
    ).delete()


def _confirmation_url(wish: NewsletterSubscription) -> str:
    token = services.make_one_time_link(supporter=wish.supporter, purpose=wish.PURPOSE)
    with override(wish.language):
        return mail.absolute_url(reverse("newsletter:confirm", args=[token]))


def stop_path(subscription: NewsletterSubscription) -> str:
    """Return the standing address that ends the subscription, in the active language."""
    token = make_token(
        NewsletterSubscription.STOP_PURPOSE, subscription.public_id, subscription.link_version
    )
    return reverse("newsletter:stop", args=[token])


def stop_url(subscription: NewsletterSubscription) -> str:
    """Return the same with scheme and host, in the subscriber's language."""
    with override(subscription.language):
        return mail.absolute_url(stop_path(subscription))


def can_confirm(token: str) -> bool:
    """Whether the link of a mail still confirms something; looking does not use it."""
    link = services.find_one_time_link(token=token, purpose=NewsletterSubscription.PURPOSE)
    if link is None:
        return False
    return NewsletterSubscription.objects.open().filter(supporter=link.supporter).exists()


@transaction.atomic
def confirm_news(*, token: str) -> NewsletterSubscription | None:
    """Use the link of a mail up and confirm its person's wish; None when the link is no good.

    The consent goes to the ledger with the words of the form and the link as its proof, and a
    mail says how to stop. Of two posts that arrive together, one confirms.
    """
    from supporters.tasks import send_newsletter_welcome

    link = services.find_one_time_link(token=token, purpose=NewsletterSubscription.PURPOSE)
    supporter = services.use_one_time_link(token=token, purpose=NewsletterSubscription.PURPOSE)
    if link is None or supporter is None:
        return None
    subscription = (
        NewsletterSubscription.objects.open()
        .select_for_update()
        .select_related("words", "wording")
        .filter(supporter=supporter)
        .first()
    )
    if subscription is None or subscription.confirmed_hour:
        return subscription
    subscription.confirmed_hour = this_hour()
    subscription.save(update_fields=["confirmed_hour"])
    _record_consent(subscription, link)
    send_newsletter_welcome.defer(subscription_id=subscription.pk)
    return subscription


def _record_consent(subscription: NewsletterSubscription, link: OneTimeLink) -> None:
    services.record_consent(
        subject_type=NewsletterSubscription.SUBJECT_TYPE,
        subject_id=subscription.public_id,
        purpose=NewsletterSubscription.PURPOSE,
        language=subscription.language,
        text=subscription.words.text,
        wording=subscription.wording,
        supporter=subscription.supporter,
        source=Consent.Source.MAIL,
        # Whoever has the mail can show that its token hashes to this.
        proof=f"link {link.token_hash[:32]}",
    )


@transaction.atomic
def stop_news(subscription: NewsletterSubscription) -> bool:
    """End a subscription or a wish, and withdraw its consent; return whether it still ran.

    Nothing else that the person did changes. Stopping again keeps the first hour.
    """
    running = NewsletterSubscription.objects.open().filter(pk=subscription.pk)
    ended = running.update(ended_hour=this_hour())
    _forget_links(subscription.supporter)
    services.withdraw_consents(
        subject_type=NewsletterSubscription.SUBJECT_TYPE, subject_id=subscription.public_id
    )
    return bool(ended)
