"""Pages that editors take back are never shown again, not even while the database is gone."""

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save, pre_delete
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_unpublished

from serving.known import take_back_all
from serving.stores import make_store


def connect() -> None:
    page_unpublished.connect(_forget, dispatch_uid="serving.unpublished")
    post_save.connect(_forget, sender=PageViewRestriction, dispatch_uid="serving.restricted")
    pre_delete.connect(_forget_page, dispatch_uid="serving.removed")


def _forget(**kwargs) -> None:
    if settings.PAGE_CACHE:
        transaction.on_commit(lambda: take_back_all(make_store()), robust=True)


def _forget_page(sender, **kwargs) -> None:
    if issubclass(sender, Page):
        _forget()
