"""Nothing of a fact is public before a page about it is."""

import pytest

from pages.models import AppealPage, EventPage, PhotoCallPage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "addresses"),
    [
        (PhotoCallPage, ["/en/solidarity/demo/", "/en/solidarity/demo/wall/"]),
        (
            EventPage,
            ["/en/events/demo/", "/en/events/demo/calendar.ics", "/en/events/demo/signed-up/"],
        ),
        (AppealPage, ["/en/donations/demo/"]),
    ],
)
def test_addresses_answer_from_the_first_published_page_on(client, model, addresses):
    pages = list(model.objects.filter(title__startswith="DEMO"))
    for page in pages:
        page.unpublish()

    assert [client.get(address).status_code for address in addresses] == [404] * len(addresses)

    pages[1].save_revision().publish()
    answers = [client.get(address, follow=True) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * len(addresses)
