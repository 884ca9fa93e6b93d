"""What people ask for about their own data, with the month the law gives us to answer."""

import calendar
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign_site.encryption import EncryptedTextField
from supporters.models.person import Supporter


def one_month_after(day: date) -> date:
    """Return the last day of the month that begins on ``day``.

    It has the same number, or is the last of a shorter month (Regulation 1182/71, art. 3(2)(c)).
    """
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class DataRequestQuerySet(models.QuerySet):
    def waiting(self) -> "DataRequestQuerySet":
        """Not answered yet, the most urgent first."""
        return self.filter(done_on=None).order_by("due_on", "pk")

    def overdue(self) -> "DataRequestQuerySet":
        return self.waiting().filter(due_on__lt=timezone.localdate())


class DataRequest(models.Model):
    """A request to see, take along or erase data. Answered within a month (GDPR, art. 12(3)).

    The person makes it on the site, or staff enter what came by letter. ``supporter`` is empty
    for somebody we do not know, and once that person was erased.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("copy of the data")
        ERASURE = "erasure", _("erasure")
        OTHER = "other", _("something else")

    class Source(models.TextChoices):
        SITE = "site", _("on the site")
        STAFF = "staff", _("entered by staff")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.STAFF, editable=False
    )
    supporter = models.ForeignKey(
        Supporter,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="data_requests",
        verbose_name=_("supporter"),
    )
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    due_on = models.DateField(_("to be answered by"), blank=True)
    done_on = models.DateField(_("answered on"), null=True, blank=True)
    note = EncryptedTextField(_("note"), blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("received_on")),
                name="request_is_due_after_it_came",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def save(self, *args, **kwargs) -> None:
        if self.due_on is None:
            self.due_on = one_month_after(self.received_on)
        super().save(*args, **kwargs)

    @property
    def days_left(self) -> int | None:
        """Days until an answer is due, negative when it is late; None once it was given."""
        return None if self.done_on else (self.due_on - timezone.localdate()).days
