"""Links that work once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from supporters.models.person import Supporter


class OneTimeLink(models.Model):
    """A link that works once, within 72 hours; only its hash is stored."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(max_length=40)
    supporter = models.ForeignKey(Supporter, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")

    def __str__(self) -> str:
        return self.purpose
