"""Pages that only some may read: those below a view restriction (password, log-in, group)."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction


def is_restricted() -> Exists:
    """Whether the page of the outer query, or any page above it, has a view restriction."""
    outer = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    restrictions = PageViewRestriction.objects.annotate(outer=outer)
    return Exists(restrictions.filter(outer__startswith=F("page__path")))
