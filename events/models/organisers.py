"""The organisations behind an event."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from events.models.events import Event


class Organiser(models.Model):
    """An organisation that stands behind an event, and whether it may be given sign-ups.

    Sign-ups go to it only of people who agreed while it was named (``SignUp.shared_with``).
    """

    class Role(models.TextChoices):
        ORGANISER = "organiser", _("organises")
        CO_ORGANISER = "co_organiser", _("organises with us")
        PARTNER = "partner", _("supports")

    event = ParentalKey(
        Event, on_delete=models.CASCADE, related_name="organisers", verbose_name=_("event")
    )
    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("website"), blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.PARTNER)
    gets_data = models.BooleanField(
        _("may receive names and addresses"),
        default=False,
        help_text=_("Only of people who tick the box that names this organisation."),
    )
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("organiser or partner")
        verbose_name_plural = _("organisers and partners")
        ordering: ClassVar = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name
