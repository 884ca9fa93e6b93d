"""Pages of text."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import TextBody
from pages.models.base import BasePage


class StandardPage(BasePage):
    """A page of text: about us, privacy, accessibility."""

    shows_facts = False

    body = StreamField(TextBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.HomePage", "pages.StandardPage"]
    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("body")]
    search_fields: ClassVar = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page of text")
