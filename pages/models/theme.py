"""What campaigns and articles are about."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet

from campaign_site.languages import InLanguage


@register_snippet
class Theme(models.Model):
    """A theme that articles and campaigns share; one row for all languages."""

    slug = models.SlugField(_("word in addresses"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_fr = models.CharField(_("name in French"), max_length=60)
    name_nl = models.CharField(_("name in Dutch"), max_length=60)

    name = InLanguage("name")

    panels: ClassVar = [
        FieldPanel("name_en"),
        FieldPanel("name_fr"),
        FieldPanel("name_nl"),
        FieldPanel("slug"),
    ]

    class Meta:
        ordering: ClassVar = ["slug"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name
