"""Whatever is written in the editor is saved with the canonical inclusive point."""

from django.db.models.signals import pre_save
from wagtail.models import Page, Revision
from wagtail_localize.models import StringTranslation

from newsroom.checking.inclusive import normalise_content, with_canonical_points


def begin() -> None:
    """Listen from now on; calling twice is calling once."""
    pre_save.connect(_revision, sender=Revision, dispatch_uid="newsroom.checking.revision")
    pre_save.connect(_translation, sender=StringTranslation, dispatch_uid="newsroom.checking.po")


def _revision(sender, instance: Revision, raw: bool = False, **kwargs) -> None:
    model = instance.content_type.model_class() if instance.content_type_id else None
    if not raw and model is not None and issubclass(model, Page):
        normalise_content(model, instance.content)


def _translation(sender, instance: StringTranslation, raw: bool = False, **kwargs) -> None:
    if not raw:
        instance.data = with_canonical_points(instance.data)
