"""Facts that the public may know of: those a live page speaks about."""

from django.db import models


class AnnouncedQuerySet(models.QuerySet):
    """For facts that pages point at (their reverse accessor is ``pages``)."""

    def announced(self):
        """Facts with a live page in at least one language.

        Until an editor publishes one, the addresses of a fact's form, calendar and wall answer
        404: where and when people will meet is nobody's to guess.
        """
        return self.filter(pages__live=True).distinct()
