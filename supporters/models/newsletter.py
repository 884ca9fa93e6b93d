"""Who asked to be written to when there is news, and whether they confirmed it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from campaign_site.hours import this_hour
from supporters.models.consent import Consent, ConsentText
from supporters.models.person import Supporter
from supporters.models.wording import ConsentWording


class NewsletterQuerySet(models.QuerySet):
    def open(self) -> "NewsletterQuerySet":
        return self.filter(ended_hour=None)

    def waiting(self) -> "NewsletterQuerySet":
        """Wished for and not confirmed: nobody may be written to yet."""
        return self.open().filter(confirmed_hour=None)

    def consented(self) -> "NewsletterQuerySet":
        """Confirmed, not ended, and agreed to in the ledger, as of now."""
        consents = Consent.objects.in_force().filter(
            subject_type=NewsletterSubscription.SUBJECT_TYPE,
            subject_id=OuterRef("public_id"),
            purpose=NewsletterSubscription.PURPOSE,
        )
        return self.open().filter(Exists(consents), confirmed_hour__isnull=False)


class NewsletterSubscription(models.Model):
    """One wish for news, from the ticked box to its end; a person has one that has not ended.

    ``words`` is what stood beside the box. It goes to the ledger when the wish is confirmed.
    """

    SUBJECT_TYPE = "supporters.newsletter"
    PURPOSE = "newsletter"
    STOP_PURPOSE = "newsletter-stop"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supporter = models.ForeignKey(
        Supporter,
        on_delete=models.PROTECT,
        related_name="newsletter_subscriptions",
        verbose_name=_("supporter"),
    )
    language = models.CharField(_("language"), max_length=2)
    words = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+")
    link_version = models.PositiveIntegerField(default=1, editable=False)
    wished_hour = models.DateTimeField(_("wished for"), default=this_hour)
    link_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_hour = models.DateTimeField(_("confirmed"), null=True, blank=True)
    welcome_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_hour = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = NewsletterQuerySet.as_manager()

    class Meta:
        verbose_name = _("newsletter subscription")
        verbose_name_plural = _("newsletter subscriptions")
        permissions: ClassVar = [
            ("export_newsletter", _("Can export the addresses of the newsletter"))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["supporter"],
                condition=models.Q(ended_hour__isnull=True),
                name="one_open_newsletter_subscription",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
