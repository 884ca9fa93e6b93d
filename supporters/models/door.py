"""What protects the public forms: counts of what arrives, and what was used up.

Nothing here names anybody. A network is a keyed hash with a salt that lives for a day.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailySalt(models.Model):
    """The random salt of one day (UTC), shared by all workers; yesterday's is deleted."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("salt of the day")
        verbose_name_plural = _("salts of the day")

    def __str__(self) -> str:
        return str(self.day)


class DoorCount(models.Model):
    """How much one limit has seen in one window of time, in posts or in bytes."""

    key = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("count at the door")
        verbose_name_plural = _("counts at the door")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "starts_at"], name="one_count_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.starts_at:%H:%M}"


class SpentToken(models.Model):
    """A proof of work or a waiting ticket that was used; it is good for one form, once."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used proof or ticket")
        verbose_name_plural = _("used proofs and tickets")

    def __str__(self) -> str:
        return self.digest
