"""Twenty posts at once: one subscription, one consent, one mail."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import newsletter, services, wordings
from supporters.models import Consent, NewsletterSubscription, OneTimeLink
from tests.factories import make_supporter

pytestmark = pytest.mark.django_db(transaction=True)

POSTS = 8


def at_once(act) -> list:
    start = Barrier(POSTS)

    def run(_number: int):
        try:
            start.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(POSTS) as pool:
        return list(pool.map(run, range(POSTS)))


def test_wishes_at_once_make_one():
    supporter = make_supporter()
    words = wordings.current_words(["newsletter"], language="en")["newsletter"]

    at_once(lambda: newsletter.wish_for_news(supporter=supporter, words=words))

    assert NewsletterSubscription.objects.count() == 1


def test_presses_of_one_link_at_once_confirm_once():
    supporter = make_supporter()
    words = wordings.current_words(["newsletter"], language="en")["newsletter"]
    newsletter.wish_for_news(supporter=supporter, words=words)
    token = services.make_one_time_link(supporter=supporter, purpose="newsletter")

    found = at_once(lambda: newsletter.confirm_news(token=token))

    assert sum(subscription is not None for subscription in found) == 1
    assert Consent.objects.filter(purpose="newsletter").count() == 1
    assert ProcrastinateJob.objects.filter(task_name="send_newsletter_welcome").count() == 1


def test_looking_first_and_using_then_would_let_several_in():
    """The negative control: what the test above would find without the conditional update."""
    token = services.make_one_time_link(supporter=make_supporter(), purpose="newsletter")
    seen = Barrier(POSTS)

    def careless() -> bool:
        link = services.find_one_time_link(token=token, purpose="newsletter")
        seen.wait()
        OneTimeLink.objects.filter(pk=link.pk).update(used_at=link.expires_at)
        return True

    assert sum(at_once(careless)) == POSTS


def test_database_refuses_a_second_open_subscription():
    supporter = make_supporter()
    words = wordings.current_words(["newsletter"], language="en")["newsletter"]
    newsletter.wish_for_news(supporter=supporter, words=words)
    first = NewsletterSubscription.objects.get()

    with pytest.raises(IntegrityError):
        NewsletterSubscription.objects.create(
            supporter=supporter, language="en", words=first.words, wording=first.wording
        )
