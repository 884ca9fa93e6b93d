"""A page is made once, and again as soon as something it shows has changed."""

import pytest
from django.db import connection
from django.test import Client

from pages.models import CampaignPage
from serving.feed import feed
from tests.factories import notatarget

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("soon")]


def test_page_is_made_once_and_again_when_it_changed(ask):
    page = notatarget("en")
    first, second = ask(page.url), ask(page.url)

    assert (first.cache_outcome, second.cache_outcome) == ("miss", "hit")
    assert first.content == second.content
    assert page.title.encode() in first.content

    CampaignPage.objects.filter(pk=page.pk).update(lead="A new lead for everybody.")

    third = ask(page.url)
    assert third.cache_outcome == "miss"
    assert b"A new lead for everybody." in third.content


def test_hit_asks_the_database_nothing(ask, django_assert_num_queries):
    path = notatarget("fr").url
    ask(path)
    feed.good_until = float("inf")

    with django_assert_num_queries(0):
        assert ask(path).cache_outcome == "hit"


def test_other_processes_find_what_one_has_made(ask):
    path = notatarget("nl").url
    made = ask(path)
    elsewhere = Client().get(path)

    assert elsewhere.cache_outcome == "hit"
    assert elsewhere.content == made.content
    assert elsewhere["ETag"] == made["ETag"]


def test_change_of_what_the_page_does_not_show_leaves_it(ask):
    path = notatarget("en").url
    ask(path)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_revision SET id = id")

    assert ask(path).cache_outcome == "hit"
