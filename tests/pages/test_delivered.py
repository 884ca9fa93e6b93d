"""What was delivered is told on the pages of the call and of the campaign, and only that."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from pages.images import EditorialImage
from pages.models import PhotoCallPage
from solidarity import services
from solidarity.models import Edition, OfficeHolder
from tests.factories import notatarget
from tests.pages.test_delivery import QUERY_BUDGET, queries_of
from tests.solidarity.editions import call_with_office, delivered, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    """The photo call of 2022, whose pages there are in three languages."""
    found = PhotoCallPage.objects.get(
        locale__language_code="en", photo_call__slug="notatarget-2022"
    ).photo_call
    found.office = make_office()
    found.save()
    OfficeHolder.objects.create(
        office=found.office, name="Noor Voorbeeld", until=date(2022, 12, 17)
    )
    OfficeHolder.objects.create(office=found.office, name="Sam Later", since=date(2022, 12, 17))
    return found


def pages_of(call, language: str) -> list[str]:
    own = call.pages.get(locale__language_code=language)
    return [own.url, notatarget(language).url]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Friday 9 December 2022", "Test Minister of Cooperation", "Brussels", "listened"]),
        ("fr", ["vendredi 9 décembre 2022", "Ministre d’essai", "Bruxelles", "Elle a écouté"]),
        ("nl", ["vrijdag 9 december 2022", "Testminister", "Brussel", "Ze luisterde"]),
    ],
)
def test_delivery_is_told_in_the_readers_language(client, call, language, words):
    delivered(call)

    for url in pages_of(call, language):
        html = client.get(url).content.decode()
        for said in (*words, "431", "Noor Voorbeeld"):
            assert said in html, (url, said)
        assert "Sam Later" not in html
        assert "Somebody at the desk" not in html


def test_answer_is_told_when_there_is_one(client, call):
    delivery = delivered(call)
    url = pages_of(call, "en")[0]
    assert "The answer" not in client.get(url).content.decode()

    services.record_answer(
        delivery=delivery,
        by=None,
        answered_on=date(2023, 1, 5),
        answer_en="We will act <b>soon</b>.",
        answer_fr="Nous agirons.",
        answer_nl="We zullen handelen.",
    )

    html = client.get(url).content.decode()
    assert "The answer, 5 January 2023" in html
    assert "We will act &lt;b&gt;soon&lt;/b&gt;." in html


@pytest.mark.parametrize("status", ["draft", "frozen", "approved"])
def test_only_delivered_editions_are_told(client, call, status):
    delivery = delivered(call)
    Edition.objects.filter(pk=delivery.edition_id).update(status=status)

    for url in pages_of(call, "en"):
        assert "Delivered on" not in client.get(url).content.decode()


def test_delivery_of_another_call_is_told_elsewhere(client, call):
    other = call_with_office()
    delivered(other)

    assert "Delivered on" not in client.get(pages_of(call, "en")[0]).content.decode()
    assert "Delivered on" in client.get(other.pages.get().url).content.decode()


def test_photos_taken_back_before_the_delivery_do_not_count_and_later_ones_do(client, call):
    delivery = delivered(call, photos=5)
    entries = list(delivery.edition.photos.all())
    noon = timezone.now().replace(year=2022, month=12, day=9, hour=11)
    for entry, days in ((entries[0], -2), (entries[1], 2)):
        entry.taken_back_hour = noon + timedelta(days=days)
        entry.save()

    html = client.get(pages_of(call, "en")[0]).content.decode()

    assert '<p class="outcome__value numeral">4</p>' in html


@pytest.mark.parametrize("language", ["en", "fr"])
def test_delivery_with_a_picture_costs_few_queries(client, call, make_image, run_tasks, language):
    image = EditorialImage(title="x", description="Boxes on a desk", width=0, height=0)
    image.file = ContentFile(make_image(size=(1600, 900)), name="delivery.jpg")
    image.save()
    run_tasks()
    delivered(call, picture=image)

    for url in pages_of(call, language):
        html = client.get(url).content.decode()
        assert 'alt="Boxes on a desk"' in html
        assert 'width="1600" height="900"' in html
        assert queries_of(client, url) <= QUERY_BUDGET
