"""A person by mail address, and what every action of a person has in common."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign_site.encryption import EncryptedTextField
from campaign_site.hours import this_hour


class Supporter(models.Model):
    """One person, known by one address; the address itself is unreadable in the database."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = EncryptedTextField(_("email address"))
    email_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=2)
    created_hour = models.DateTimeField(default=this_hour, editable=False)

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")

    def __str__(self) -> str:
        return str(self.public_id)


class SupporterAction(models.Model):
    """What every action of a person has in common: a photo, a sign-up, a pledge.

    Rows are numbered by a private key and named in links by ``public_id``; ``form_key`` makes a
    form count once; raising ``link_version`` takes the links sent so far back.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("supporter"),
    )
    language = models.CharField(_("language"), max_length=2)
    form_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    form_digest = models.CharField(max_length=64, editable=False, blank=True)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_hour = models.DateTimeField(_("received"), default=this_hour, editable=False)
    # A declared tag of the link that people came by (``SourceTag``), empty for most.
    source = models.CharField(
        _("source"), max_length=30, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        abstract = True
