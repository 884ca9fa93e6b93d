"""A page of blocks, as Wagtail's documentation teaches it (the app ``content``)."""

from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock, StreamBlock, StructBlock, URLBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page


class Picture(StructBlock):
    image = ImageBlock()
    caption = CharBlock(required=False)

    class Meta:
        template = "content/picture.html"


class Button(StructBlock):
    text = CharBlock()
    address = URLBlock()

    class Meta:
        template = "content/button.html"


class Body(StreamBlock):
    heading = CharBlock(template="content/heading.html")
    text = RichTextBlock()
    picture = Picture()
    button = Button()


class ContentPage(Page):
    body = StreamField(Body())

    content_panels = [*Page.content_panels, FieldPanel("body")]
    template = "content/page.html"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        home = self.get_site().root_page.localized
        context["menu"] = home.get_children().live().in_menu().select_related("locale")
        context["translations"] = (
            self.get_translations(inclusive=True).live().select_related("locale")
        )
        return context
