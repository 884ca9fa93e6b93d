"""Staff screens of photo calls and of the partners that photos speak to."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.viewsets.model import ModelViewSet

from solidarity.models import Partner, PhotoCall

_LANGUAGES = ("en", "fr", "nl")


def _in_each_language(name: str, heading) -> MultiFieldPanel:
    return MultiFieldPanel([FieldPanel(f"{name}_{code}") for code in _LANGUAGES], heading=heading)


class _KeptViewSet(ModelViewSet):
    """What is not deleted: people have sent photos for it and hold links."""

    copy_view_enabled = False

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})


class PhotoCallViewSet(_KeptViewSet):
    """Photo calls are closed, not deleted."""

    model = PhotoCall
    url_namespace = "photo_calls_admin"
    icon = "image"
    menu_label = _("Photo calls")
    menu_order = 70
    ordering: ClassVar = ["-pk"]
    list_display: ClassVar = ["name_en", "opens_on", "closes_on"]
    edit_handler = ObjectList(
        [
            _in_each_language("name", _("Name")),
            FieldPanel("slug"),
            _in_each_language("recipient", _("Recipient")),
            _in_each_language("slogan", _("Slogan in the frames")),
            FieldPanel("partners"),
            FieldPanel("office"),
            FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
            FieldPanel("is_closed"),
        ]
    )


class PartnerViewSet(_KeptViewSet):
    """Those for whom a photo can be."""

    model = Partner
    url_namespace = "photo_partners_admin"
    icon = "group"
    menu_label = _("Photo partners")
    menu_order = 80
    ordering: ClassVar = ["slug"]
    list_display: ClassVar = ["name_en", "country"]
    edit_handler = ObjectList(
        [_in_each_language("name", _("Name")), FieldPanel("slug"), FieldPanel("country")]
    )
