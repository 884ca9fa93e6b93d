"""Who was erased: enough to erase them again from a restored backup, too little to name them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign_site.hours import this_hour


class ErasureRecord(models.Model):
    """One erasure: the keyed hash of the address, and the hour.

    Consents of that person point here, so that whoever knows the address can prove them.
    """

    address_hash = models.CharField(max_length=64, editable=False)
    erased_hour = models.DateTimeField(_("erased"), default=this_hour, editable=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address_hash", "erased_hour"], name="one_erasure_per_person_and_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.erased_hour:%Y-%m-%d %H:%M}"
