"""Next year's event from this year's: the same words, another day."""

from datetime import date, datetime, time

import pytest
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from events.local_time import BRUSSELS
from events.models import ActionSheet, Event, Organiser
from events.services import SignUpError
from events.services.copying import A_YEAR, copy_event, next_slug
from pages.models import EventPage
from tests.events.test_services import take
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db


def brussels(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS)


def copied(event: Event, day: date, slug: str = "copy") -> Event:
    return copy_event(event=event, day=day, slug=slug, user=make_staff("Event hosts"))


@pytest.mark.parametrize(
    ("slug", "proposed"),
    [
        ("march-2026", "march-2027"),
        ("2026-march", "2027-march"),
        ("march", "march-2027"),
        ("march-20261", "march-20261-2027"),
        ("a" * 50, "a" * 45 + "-2027"),
    ],
)
def test_proposed_address_has_the_new_year(slug, proposed):
    assert next_slug(slug, date(2027, 12, 8)) == proposed


def test_copy_has_the_words_and_the_hours_and_nobody_signed_up():
    event = make_event(
        day=date(2026, 12, 9),
        starts_at=brussels(2026, 12, 9, 14, 0),
        ends_at=brussels(2026, 12, 10, 1, 30),
        opens_at=brussels(2026, 11, 1, 9, 0),
        closes_at=brussels(2026, 12, 8, 9, 0),
        capacity=80,
        places_taken=5,
        spoken_languages=["fr", "vgt"],
        access=["step_free"],
        reminder_hour=time(17),
        address_nl="Teststraat 1",
        moved_at=brussels(2026, 10, 1, 9, 0),
        notice_en="Another hall.",
        calendar_sequence=3,
    )
    Organiser.objects.create(
        event=event, name="Example Union", role="co_organiser", gets_data=True, url=""
    )
    ActionSheet.objects.create(event=event, plan_b_fr="Sous le pont.", is_public=True)

    copy = copied(event, date(2027, 12, 8))

    assert (copy.starts_at, copy.ends_at) == (
        brussels(2027, 12, 8, 14, 0),
        brussels(2027, 12, 9, 1, 30),
    )
    assert (copy.opens_at, copy.closes_at, copy.moved_at) == (None, None, None)
    assert (copy.capacity, copy.places_taken, copy.calendar_sequence) == (80, 0, 0)
    assert (copy.spoken_languages, copy.access) == (["fr", "vgt"], ["step_free"])
    assert (copy.address_nl, copy.notice_en, copy.reminder_hour) == ("Teststraat 1", "", time(17))
    assert copy.copied_from == event
    union = copy.organisers.get()
    assert (union.name, union.role, union.gets_data) == ("Example Union", "co_organiser", True)
    assert event.organisers.get().pk != union.pk
    assert (copy.sheet.plan_b_fr, copy.sheet.is_public) == ("Sous le pont.", True)
    assert event.sheet.pk != copy.sheet.pk


def test_hours_are_those_of_the_clock_on_both_sides_of_its_change():
    winter = make_event(day=date(2027, 3, 20), starts_at=brussels(2027, 3, 20, 14, 0))

    summer = copied(winter, date(2027, 4, 3))

    assert summer.starts_at.astimezone(BRUSSELS).time() == time(14)
    assert winter.starts_at.utcoffset() != summer.starts_at.astimezone(BRUSSELS).utcoffset()


def test_event_around_the_hour_that_is_skipped_keeps_its_length():
    event = make_event(
        day=date(2027, 3, 27),
        starts_at=brussels(2027, 3, 27, 2, 30),
        ends_at=brussels(2027, 3, 27, 3, 15),
    )

    copy = copied(event, date(2027, 3, 28))

    assert copy.ends_at - copy.starts_at == event.ends_at - event.starts_at


def test_hour_that_comes_twice_is_refused():
    event = make_event(day=date(2027, 10, 30), starts_at=brussels(2027, 10, 30, 2, 30))

    with pytest.raises(SignUpError) as refusal:
        copied(event, date(2027, 10, 31))

    assert refusal.value.field == "day"
    assert not event.copies.exists()


@pytest.mark.parametrize(("was_open", "had_sign_ups"), [(True, False), (False, True)])
def test_sign_up_closed_by_hand_opens_again(was_open, had_sign_ups):
    event = make_event()
    if had_sign_ups:
        take(event)
    Event.objects.filter(pk=event.pk).update(takes_sign_ups=was_open)
    event.refresh_from_db()

    assert copied(event, event.day + A_YEAR).takes_sign_ups


def test_event_that_took_no_sign_ups_takes_none_again():
    assert not copied(make_event(takes_sign_ups=False), date(2027, 12, 8)).takes_sign_ups


def translated(page: EventPage, language: str) -> EventPage:
    locale = Locale.objects.get(language_code=language)
    other = page.copy_for_translation(locale, copy_parents=True)
    other.save_revision().publish()
    return EventPage.objects.get(pk=other.pk)


def test_pages_of_every_language_come_along_as_drafts_that_belong_together(host_client):
    event = make_event(slug="march-2026", day=date(2026, 12, 9))
    english = event.pages.get()
    translated(english, "fr")

    response = host_client.post(
        reverse("events_hosting:copy", args=[event.pk]), {"day": "2027-12-08", "slug": "march-2027"}
    )

    made = Event.objects.get(slug="march-2027")
    assert response.headers["location"] == reverse("events_hosting:copied", args=[made.pk])
    pages = {page.locale.language_code: page for page in made.pages.all()}
    assert set(pages) == {"en", "fr"}
    assert pages["en"].translation_key == pages["fr"].translation_key != english.translation_key
    assert not any(page.live for page in pages.values())
    # What an editor opens is the draft about the new event.
    drafts = [page.get_latest_revision_as_object() for page in pages.values()]
    assert [draft.event for draft in drafts] == [made, made]
    assert pages["en"].slug == "event-march-2027"
    assert pages["fr"].get_parent().locale.language_code == "fr"
    assert event.pages.filter(live=True).count() == 2


def test_words_translated_so_far_come_along_and_follow_the_english_page(
    django_capture_on_commit_callbacks,
):
    event = make_event(slug="march-2026", day=date(2026, 12, 9))
    translate(event.pages.get(), {"A test.": "Un essai.", "Test event": "Événement d’essai"})

    copy = copied(event, date(2027, 12, 8), slug="march-2027")

    english, french = (copy.pages.get(locale__language_code=code) for code in ("en", "fr"))
    english.lead = "Another test."
    english.save_revision().publish()
    translation = Translation.objects.get(
        source__object_id=english.translation_key, target_locale=french.locale
    )
    translation.source.update_from_db()
    assert translation.get_progress() == (3, 2)
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    french.refresh_from_db()
    assert (french.title, french.slug) == ("Événement d’essai", "event-march-2027")
    assert (french.event, french.live) == (copy, True)


def translate(page: EventPage, french: dict[str, str]) -> None:
    """Publish ``page`` in French as editors do; its address keeps the English words."""
    source, _ = TranslationSource.update_or_create_from_instance(page)
    locale = Locale.objects.get(language_code="fr")
    translation = Translation.objects.create(source=source, target_locale=locale)
    for segment in source.stringsegment_set.all():
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data=french.get(segment.string.data, segment.string.data),
            translation_type="manual",
        )
    translation.save_target(publish=True)


@pytest.fixture
def host_client(client):
    client.force_login(make_staff("Event hosts", "copies"))
    return client


def test_screen_proposes_the_same_day_of_the_week(host_client):
    event = make_event(slug="march-2026", day=date(2026, 12, 9))

    html = host_client.get(reverse("events_hosting:copy", args=[event.pk])).content.decode()

    assert 'value="2027-12-08"' in html
    assert 'value="march-2027"' in html


@pytest.mark.parametrize(
    ("slug", "sentence"), [("taken", "Another event has this address"), ("door", "something else")]
)
def test_address_that_is_taken_is_refused(host_client, slug, sentence):
    event = make_event()
    make_event(slug="taken")

    response = host_client.post(
        reverse("events_hosting:copy", args=[event.pk]), {"day": "2027-12-08", "slug": slug}
    )

    assert sentence in response.content.decode()
    assert not event.copies.exists()


@pytest.mark.parametrize(("group", "has_link"), [("Editors", True), ("Event hosts", False)])
def test_drafts_are_linked_for_whoever_may_edit_them(client, group, has_link):
    event = make_event()
    copy = copied(event, date(2027, 12, 8))
    client.force_login(make_staff(group, "looks"))

    html = client.get(reverse("events_hosting:copied", args=[copy.pk])).content.decode()

    draft = reverse("wagtailadmin_pages:edit", args=[copy.pages.get().pk])
    assert (f'href="{draft}"' in html) is has_link
    assert copy.pages.get().title in html


def test_moderators_copy_nothing(client):
    event = make_event()
    client.force_login(make_staff("Moderators"))

    client.post(
        reverse("events_hosting:copy", args=[event.pk]), {"day": "2027-12-08", "slug": "copy"}
    )

    assert not event.copies.exists()
