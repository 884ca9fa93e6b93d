"""What calls of all kinds have in common: when they are open, and who may know of them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AnnouncedQuerySet(models.QuerySet):
    """For facts that pages point at (their reverse accessor is ``pages``)."""

    def announced(self):
        """Facts with a live page in at least one language.

        Until an editor publishes one, the addresses of a fact's form, calendar and wall answer
        404: where and when people will meet is nobody's to guess.
        """
        return self.filter(pages__live=True).distinct()


class OpenForATime(models.Model):
    """A call that is open from its first to its last day, both included, and may be closed early.

    Days are Brussels days; a missing one leaves that side open.
    """

    opens_on = models.DateField(_("first day"), null=True, blank=True)
    closes_on = models.DateField(_("last day"), null=True, blank=True)
    is_closed = models.BooleanField(
        _("closed"), default=False, help_text=_("Closes it at once, whatever the days say.")
    )

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        today = timezone.localdate()
        in_time = (self.opens_on or today) <= today <= (self.closes_on or today)
        return in_time and not self.is_closed

    @property
    def is_past(self) -> bool:
        ended = self.closes_on is not None and self.closes_on < timezone.localdate()
        return ended or self.is_closed
