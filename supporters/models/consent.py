"""What people agreed to: the exact words, and the ledger."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.hours import this_hour
from supporters.models.erasure import ErasureRecord
from supporters.models.person import Supporter
from supporters.models.wording import ConsentWording


class ConsentText(models.Model):
    """The exact words somebody was asked to agree to. Never changed: new words are a new row."""

    purpose = models.CharField(_("purpose"), max_length=60)
    language = models.CharField(_("language"), max_length=2)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("in use since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "language", "text"], name="one_row_per_consent_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.language})"


class ConsentQuerySet(models.QuerySet):
    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_hour__isnull=True, ended_hour__isnull=True)


class Consent(models.Model):
    """One purpose somebody agreed to, for one thing they sent.

    ``subject_type`` and ``subject_id`` name that thing ("solidarity.photo", its public id), so
    that this app needs to know nothing of the others. ``text`` is what was on the screen,
    ``wording`` the version it was made from, ``proof`` the link that was clicked, if one was.
    A consent is over when that thing is gone without anybody having withdrawn anything.
    """

    class Source(models.TextChoices):
        FORM = "form", _("form on the site")
        STAFF = "staff", _("entered by staff")
        MAIL = "mail", _("link in an email")

    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("supporter"),
    )
    erasure = models.ForeignKey(
        ErasureRecord,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("erasure of the person"),
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, verbose_name=_("text"))
    wording = models.ForeignKey(
        ConsentWording,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("version"),
    )
    purpose = models.CharField(_("purpose"), max_length=60)
    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.FORM
    )
    proof = models.CharField(_("proof"), max_length=80, blank=True)
    given_hour = models.DateTimeField(_("given"), default=this_hour)
    withdrawn_hour = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    ended_hour = models.DateTimeField(_("over"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "purpose"],
                condition=models.Q(withdrawn_hour__isnull=True),
                name="one_consent_in_force_per_purpose",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.subject_type} {self.subject_id}"
