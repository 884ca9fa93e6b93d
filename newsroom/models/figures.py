"""How much came in on each day: figures that outlive the rows they were counted from."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyCount(models.Model):
    """How many things of one kind came in on a day, for one subject, language and source.

    ``subject_id`` is the row of the photo call, event or appeal. Figures of a day are counted
    every hour, before anything is erased; those of photos, sign-ups and promises never become
    lower afterwards, while those of gifts follow the ledger (``reporting.counting``). ``people``
    counts heads where one thing stands for several (a sign-up); ``amount_eur`` is empty for all
    but money.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photos")
        SIGN_UP = "sign-up", _("sign-ups")
        PLEDGE = "pledge", _("promises")
        GIFT = "gift", _("gifts received")

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    language = models.CharField(_("language"), max_length=2, blank=True)
    source = models.CharField(_("source"), max_length=30, blank=True)
    number = models.PositiveIntegerField(_("number"), default=0)
    people = models.PositiveIntegerField(_("people"), default=0)
    amount_eur = models.DecimalField(
        _("amount in euros"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        permissions: ClassVar = [("view_reports", _("See what came in for campaigns"))]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "day", "language", "source"], name="daily_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.subject_id}"
