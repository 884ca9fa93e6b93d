"""Editors can open every page of the first content, in every language, and choose an appeal."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from tests.factories import make_appeal, make_staff

pytestmark = pytest.mark.django_db


def test_every_page_opens_in_the_editor(client):
    client.force_login(make_staff("Editors"))
    pages = Page.objects.filter(depth__gt=1)

    answers = {
        page.url_path: client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code
        for page in pages
    }

    assert len(answers) > 10
    assert {path for path, status in answers.items() if status != 200} == set()


def test_appeal_of_a_gift_card_is_chosen_from_a_list(client):
    appeal = make_appeal()
    client.force_login(make_staff("Editors"))

    assert appeal.name_en in client.get(reverse("appeal_chooser:choose")).content.decode()
