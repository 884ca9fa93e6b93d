"""A row behind every kind of number in an address below ``/admin/``.

Pages come in two variants: an English one, and its French translation.
"""

from datetime import timedelta

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail_localize.models import (
    OverridableSegment,
    StringSegment,
    Translation,
    TranslationSource,
)

from donations import services as donation_services
from donations.models import BankAccount, Milestone
from donations.services.accounts import current_values
from events.models import Mailing, Organiser
from events.services.door import make_pass
from newsroom.models import CampaignUpdate, JointPublication
from pages.models import CampaignPage, Organisation
from solidarity.models import EditionPhoto
from staff.models import Invitation
from supporters import mail_words
from supporters.models import DataRequest, SourceTag, Supporter
from supporters.retention import kinds as retention_kinds
from supporters.wordings import purposes
from tests.donations.gifts import make_gift
from tests.donations.payments import make_payment
from tests.factories import (
    make_appeal,
    make_delivery,
    make_event,
    make_reward,
    make_staff,
    notatarget,
)
from tests.solidarity.editions import call_with_office, frozen, made
from tests.solidarity.sending import send_photo
from tests.supporters.somebody import did_everything


def make_rows(picture: bytes) -> dict[str, dict[str, object]]:
    """Make a row of everything and return, for each variant, the values of arguments.

    ``picture`` is the content of an image file.
    """
    person = did_everything()
    values = {
        **_of_people(person),
        **_of_gifts(),
        **_of_events(),
        **_of_photos(),
        **_of_files(picture),
        **_of_staff(),
    }
    # Every kind of row that there is now, for screens that a model brings along.
    for model in apps.get_models():
        first = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        if first is not None:
            values.setdefault(f"model:{model._meta.label_lower}", first)
    values |= _of_the_newsroom()
    return {
        "": {**values, **_of_page(notatarget("en"))},
        "French": {**values, **_of_page(notatarget("fr"))},
    }


def _of_page(page: CampaignPage) -> dict[str, object]:
    """What stands for pages: the campaign's in one language, its revision, its translation."""
    page.save_revision(user=get_user_model().objects.first())
    source = TranslationSource.objects.get_for_instance(notatarget("en"))
    language = "nl" if page.locale.language_code == "en" else "fr"
    translation = Translation.objects.get(source=source, target_locale__language_code=language)
    below = page.get_children().first()
    elsewhere = CampaignPage.objects.filter(locale=page.locale).exclude(pk=page.pk).first()
    return {
        "page_id": page.pk,
        "parent_page_id": page.pk,
        "page_to_move_id": below.pk,
        "destination_id": elsewhere.pk,
        "page_pk": page.pk,
        "wagtailadmin_api:pages:pk": page.pk,
        "wagtailadmin_pages:pk": page.pk,
        "revision_id": page.latest_revision_id,
        "content_type_app_name": "pages",
        "content_type_model_name": "eventpage",
        "wagtailadmin_pages:choose_parent:app_label": "pages",
        "wagtailadmin_pages:choose_parent:model_name": "eventpage",
        "translation_source_id": source.pk,
        "translation_id": translation.pk,
        "string_segment_id": StringSegment.objects.filter(source=source).first().pk,
        "overridable_segment_id": getattr(
            OverridableSegment.objects.filter(source=source).first(), "pk", 1
        ),
    }


def _of_people(person: Supporter) -> dict[str, object]:
    DataRequest.objects.create(kind=DataRequest.Kind.OTHER)
    return {
        "people_admin:public_id": person.public_id,
        "people_admin:period:key": retention_kinds()[0].key,
        "people_admin:wording:key": purposes()[0].key,
    }


def _of_gifts() -> dict[str, object]:
    appeal = make_appeal(slug="matrix", account=BankAccount.objects.get(label="Test account"))
    account = appeal.account
    entry = make_payment(account, name="Anna Waits")
    delivery = make_delivery(make_reward(appeal=appeal))
    make_gift(appeal=appeal)
    change = donation_services.propose_change(
        account=account,
        values={**current_values(account), "payee_name": "Viva Test asbl"},
        reason="letter",
        by=make_staff("Treasurers", "proposes"),
    )
    milestone = Milestone.objects.create(appeal=appeal, amount_eur=1000)
    return {
        "account_id": account.pk,
        "change_id": change.pk,
        "entry_id": entry.pk,
        "delivery_id": delivery.pk,
        "pledge_id": delivery.pledge_id,
        "donations_treasury:file_id": entry.statement.file_id,
        "milestone_id": milestone.pk,
    }


def _of_events() -> dict[str, object]:
    sign_up = apps.get_model("events.SignUp").objects.first()
    event = sign_up.event
    mailing = Mailing.objects.create(
        event=event, kind=Mailing.Kind.MESSAGE, segment="all", day=event.day, due_at=timezone.now()
    )
    upcoming = make_event(slug="matrix", day=timezone.localdate() + timedelta(days=1))
    door_pass, _code = make_pass(event=upcoming, label="Matrix", user=None)
    return {
        "event_id": event.pk,
        "events_hosting:pk": sign_up.pk,
        "organiser_id": Organiser.objects.get(event=event).pk,
        "events_hosting:public_id": mailing.public_id,
        "pass_id": door_pass.pk,
        "language": "fr",
        "size": "a4",
        "events_hosting:mail_words_of:kind": "reminder",
    }


def _of_photos() -> dict[str, object]:
    edition = made(frozen(call_with_office(slug="matrix"), photos=1))
    photo = send_photo(edition.call, email="waits@example.org")
    shown = EditionPhoto.objects.filter(edition=edition).first()
    return {
        "photo_id": photo.pk,
        "solidarity_photos:picture:photo_id": shown.photo_id if shown else photo.pk,
        "call_id": edition.call_id,
        "edition_id": edition.pk,
        "solidarity_editions:file_id": edition.files.first().pk,
    }


def _of_files(picture: bytes) -> dict[str, object]:
    owner = get_user_model().objects.first()
    image = get_image_model().objects.create(
        title="Matrix", file=ContentFile(picture, "matrix.jpg"), uploaded_by_user=owner
    )
    document = Document.objects.create(title="Matrix", file=ContentFile(b"words", "matrix.txt"))
    redirect = Redirect.objects.create(old_path="/matrix", redirect_page=Page.objects.get(depth=1))
    return {
        "image_id": image.pk,
        "wagtailimages_chooser:pk": image.pk,
        "wagtailadmin_api:images:pk": image.pk,
        "filter_spec": "original",
        "document_id": document.pk,
        "doc_id": document.pk,
        "wagtaildocs_chooser:pk": document.pk,
        "wagtailadmin_api:documents:pk": document.pk,
        "redirect_id": redirect.pk,
    }


def _of_the_newsroom() -> dict[str, object]:
    page = notatarget("en")
    words = {"subject": "News", "text": "There is news."}
    update = CampaignUpdate.objects.create(
        campaign_key=page.translation_key,
        title="Matrix",
        words=dict.fromkeys(("en", "fr", "nl"), words),
    )
    elsewhere = CampaignPage.objects.filter(locale=page.locale).exclude(pk=page.pk).first()
    plan = JointPublication.objects.create(
        page=elsewhere, languages=["en", "fr"], due_at=timezone.now() + timedelta(days=1)
    )
    source = TranslationSource.objects.get_for_instance(page)
    return {
        "key": page.translation_key,
        "newsroom_updating:public_id": update.public_id,
        "newsroom_updating:language": "nl",
        "plan_id": plan.pk,
        "source_id": source.pk,
        "newsroom_sources:slug": SourceTag.objects.create(slug="matrix", name="Matrix").slug,
        "newsroom_sources:code:kind": "svg",
        "mail_words_admin:words:key": next(iter(mail_words.kinds())),
    }


def _of_staff() -> dict[str, object]:
    invitation = Invitation.objects.create(email="new@example.org", name="New", language="nl")
    return {
        "app_name": "pages",
        ":wagtail_bulk_action:app_label": "wagtailcore",
        ":wagtail_bulk_action:model_name": "page",
        ":wagtail_bulk_action:action": "delete",
        "wagtailsettings:model_name": "organisation",
        "wagtailsettings:pk": Organisation.load().pk,
        "staff_members:user_id": make_staff("Moderators", "matrix").pk,
        "staff_members:public_id": invitation.public_id,
    }
