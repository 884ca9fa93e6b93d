"""The words and facts around every page, and what was loaded first."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, PageChooserBlock, StreamBlock, StructBlock
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import TranslatableMixin
from wagtail.snippets.models import register_snippet


class MenuItemBlock(StructBlock):
    page = PageChooserBlock(label=_("Page"))
    label = CharBlock(
        label=_("Text"), max_length=40, required=False, help_text=_("Empty: the page's title.")
    )

    class Meta:
        icon = "link"
        label = _("Menu entry")


class MenuBody(StreamBlock):
    item = MenuItemBlock()


@register_snippet
class SiteWords(TranslatableMixin, models.Model):
    """The words around every page, and its menu; one row a language."""

    tagline = models.CharField(_("tagline"), max_length=80)
    mission = models.CharField(_("the organisation in one sentence"), max_length=240)
    footer_slogan = models.CharField(_("slogan in the footer"), max_length=120)
    menu = StreamField(MenuBody(), verbose_name=_("menu"), blank=True)
    footer_menu = StreamField(MenuBody(), verbose_name=_("menu in the footer"), blank=True)

    panels: ClassVar = [
        FieldPanel("tagline"),
        FieldPanel("mission"),
        FieldPanel("footer_slogan"),
        FieldPanel("menu"),
        FieldPanel("footer_menu"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("words around every page")
        verbose_name_plural = _("words around every page")

    def __str__(self) -> str:
        return self.tagline


@register_setting(icon="home")
class Organisation(BaseGenericSetting):
    """Who runs the site, the same in every language."""

    select_related: ClassVar = ["account"]

    name = models.CharField(_("name"), max_length=80, default="Viva Salud")
    account = models.ForeignKey(
        "donations.BankAccount",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("account shown in the footer"),
    )

    class Meta:
        verbose_name = _("organisation")


class LoadedContent(models.Model):
    """Names a piece of the first content that was loaded, so that it is loaded only once.

    What editors change or delete afterwards stays changed or deleted.
    """

    key = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = _("loaded content")
        verbose_name_plural = _("loaded content")

    def __str__(self) -> str:
        return self.key
