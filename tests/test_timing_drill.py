"""Links that open nothing say so in the same time, whatever is wrong with them.

Otherwise a watch would tell an unknown link from one that was used, and so who is known here.
A measurement, so no part of the suite: ``make drill-timing``.
"""

import logging
import random
import secrets
import statistics
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaign_site.links import make_token
from solidarity.models import Photo
from supporters.models import NewsletterSubscription, OneTimeLink
from supporters.services import MY_SOLIDARITY, make_one_time_link, use_one_time_link
from tests.factories import make_photo_call, make_supporter
from tests.solidarity.sending import send_photo

pytestmark = [pytest.mark.drill, pytest.mark.django_db]

ROUNDS = 500
MOST_MILLISECONDS_APART = 20


def flipped(token: str) -> str:
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def one_time_links() -> dict[str, str]:
    supporter = make_supporter()

    def fresh(purpose: str = MY_SOLIDARITY) -> str:
        return make_one_time_link(supporter=supporter, purpose=purpose)

    good, used, expired = fresh(), fresh(), fresh()
    use_one_time_link(token=used, purpose=MY_SOLIDARITY)
    newest = OneTimeLink.objects.latest("pk")
    newest.expires_at = timezone.now() - timedelta(hours=1)
    newest.save()
    tokens = {
        "unknown": secrets.token_urlsafe(32),
        "one character flipped": flipped(good),
        "of another purpose": fresh(NewsletterSubscription.PURPOSE),
        "used": used,
        "expired": expired,
    }
    return {name: f"/en/my-solidarity/open/{token}/" for name, token in tokens.items()}


def standing_links() -> dict[str, str]:
    make_photo_call()
    photo = send_photo()
    gone = send_photo()
    Photo.objects.filter(pk=gone.pk).delete()
    good = make_token(Photo.LINK_PURPOSE, photo.public_id, photo.link_version)
    tokens = {
        "unknown": secrets.token_urlsafe(len(good) * 3 // 4),
        "one character flipped": flipped(good),
        "of another purpose": make_token("pledge", photo.public_id, photo.link_version),
        "taken back": make_token(Photo.LINK_PURPOSE, photo.public_id, photo.link_version + 1),
        "of something gone": make_token(Photo.LINK_PURPOSE, gone.public_id, 1),
    }
    return {name: f"/en/solidarity/photo/{token}/" for name, token in tokens.items()}


@pytest.fixture(autouse=True)
def silence():
    """Thousands of lines that a page was not found would hide what was measured."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("make_links", [one_time_links, standing_links])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_link_that_opens_nothing_takes_the_same_time(client, make_links, method, capsys):
    links = make_links()
    if method == "post" and make_links is standing_links:
        links = {name: f"{link}withdraw/" for name, link in links.items()}
    ask = getattr(client, method)
    pages = {name: ask(link) for name, link in links.items()}
    assert {page.status_code for page in pages.values()} == {404}
    assert len({page.content for page in pages.values()}) == 1

    milliseconds: dict[str, list[float]] = {name: [] for name in links}
    for _ in range(ROUNDS):
        for name in random.sample(list(links), len(links)):
            began = time.perf_counter()
            ask(links[name])
            milliseconds[name].append((time.perf_counter() - began) * 1000)

    medians = {name: statistics.median(times) for name, times in milliseconds.items()}
    with capsys.disabled():
        print()
        for name, median in medians.items():
            print(f"  {make_links.__name__} {method} {name}: {median:.2f} ms")
    assert max(medians.values()) - min(medians.values()) <= MOST_MILLISECONDS_APART
