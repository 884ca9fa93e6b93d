"""Where people come from: tags that staff declare for posters, mails and partners."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SourceTag(models.Model):
    """A tag in links (``?from=poster``) by which sign-ups, photos and gifts are counted.

    Only declared tags are kept with what people do: whoever makes up another, to mark one person,
    marks nobody. A tag says where a link stood, never who opened it.
    """

    slug = models.SlugField(_("tag"), max_length=30, unique=True)
    name = models.CharField(_("what it stands for"), max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("no longer counted since"), null=True, blank=True)

    class Meta:
        verbose_name = _("source tag")
        verbose_name_plural = _("source tags")

    def __str__(self) -> str:
        return self.slug
