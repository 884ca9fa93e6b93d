"""What people need to know on the day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign_site.languages import InLanguage
from events.models.events import Event


class ActionSheet(models.Model):
    """What people need to know on the day, for those who signed up; or for all, if staff say so."""

    event = models.OneToOneField(
        Event, on_delete=models.CASCADE, related_name="sheet", verbose_name=_("event")
    )
    is_public = models.BooleanField(
        _("anyone may download it"),
        default=False,
        help_text=_("Otherwise only people who signed up, by the link in their mail."),
    )
    meeting_point_en = models.TextField(_("meeting point, in English"), max_length=600, blank=True)
    meeting_point_fr = models.TextField(_("meeting point, in French"), max_length=600, blank=True)
    meeting_point_nl = models.TextField(_("meeting point, in Dutch"), max_length=600, blank=True)
    route_en = models.TextField(_("route or programme, in English"), max_length=1200, blank=True)
    route_fr = models.TextField(_("route or programme, in French"), max_length=1200, blank=True)
    route_nl = models.TextField(_("route or programme, in Dutch"), max_length=1200, blank=True)
    bring_en = models.TextField(_("what to bring, in English"), max_length=600, blank=True)
    bring_fr = models.TextField(_("what to bring, in French"), max_length=600, blank=True)
    bring_nl = models.TextField(_("what to bring, in Dutch"), max_length=600, blank=True)
    rights_en = models.TextField(_("rights and safety, in English"), max_length=2000, blank=True)
    rights_fr = models.TextField(_("rights and safety, in French"), max_length=2000, blank=True)
    rights_nl = models.TextField(_("rights and safety, in Dutch"), max_length=2000, blank=True)
    plan_b_en = models.TextField(_("plan B, in English"), max_length=600, blank=True)
    plan_b_fr = models.TextField(_("plan B, in French"), max_length=600, blank=True)
    plan_b_nl = models.TextField(_("plan B, in Dutch"), max_length=600, blank=True)

    meeting_point = InLanguage("meeting_point")
    route = InLanguage("route")
    bring = InLanguage("bring")
    rights = InLanguage("rights")
    plan_b = InLanguage("plan_b")

    class Meta:
        verbose_name = _("action sheet")
        verbose_name_plural = _("action sheets")

    def __str__(self) -> str:
        return str(self.event)
