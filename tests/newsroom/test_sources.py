"""By which poster people came: declared tags are kept, everything else is forgotten."""

import io
import re
import uuid
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import ModelLogEntry

from donations.models import Pledge
from events.models import SignUp
from events.paper import poster
from solidarity.models import Photo
from supporters.models import SourceTag
from supporters.sources import known_source
from tests.factories import (
    make_appeal,
    make_event,
    make_photo_call,
    make_staff,
    notatarget,
)
from tests.solidarity.sending import send_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tags():
    SourceTag.objects.create(slug="poster", name="Posters")
    SourceTag.objects.create(slug="gone", name="Old posters", retired_at=timezone.now())


@pytest.mark.parametrize(
    ("slug", "kept"), [("poster", "poster"), ("gone", ""), ("jane-doe", ""), ("", "")]
)
def test_only_declared_tags_that_are_counted_are_known(slug, kept):
    assert known_source(slug) == kept


def test_without_a_tag_nothing_is_asked():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert known_source("") == ""
    assert len(queries) == 0


def fields_of(html: str, form: str) -> dict[str, str]:
    found = BeautifulSoup(html, "html.parser").select_one(f'[data-form="{form}"]')
    return {one["name"]: one.get("value", "") for one in found.select("input[type=hidden][name]")}


@pytest.mark.parametrize(
    ("tag", "kept"), [("poster", "poster"), ("gone", ""), ("jane-doe", ""), ("<b>&", "")]
)
def test_tag_of_a_link_goes_through_the_form_into_the_sign_up(client, tag, kept):
    url = make_event().get_absolute_url()
    hidden = fields_of(client.get(url, {"from": tag}).content.decode(), "signup")
    assert hidden["source"] == (tag if re.fullmatch("[a-z-]+", tag) else "")

    answer = client.post(
        url, {**hidden, "name": "Sam", "email": "sam@example.org", "party_size": "2"}
    )

    assert answer.status_code == 302
    assert SignUp.objects.get().source == kept


@pytest.mark.parametrize(("tag", "kept"), [("poster", "poster"), ("x" * 31, "")])
def test_tag_goes_into_the_promise(client, tag, kept):
    url = make_appeal().get_absolute_url()
    hidden = fields_of(client.get(url, {"from": tag}).content.decode(), "pledge")
    data = {**hidden, "amount_eur": "25", "name": "Sam", "email": "sam@example.org"}

    assert client.post(url, {**data, "source": tag}).status_code == 302
    # The same form once more with another tag is the same form.
    assert client.post(url, {**data, "source": "gone"}).status_code == 302

    assert Pledge.objects.get().source == kept


def test_tag_goes_into_the_photo(client):
    call = make_photo_call()

    hidden = fields_of(
        client.get(call.get_absolute_url(), {"from": "poster"}).content.decode(), "photo"
    )

    assert hidden["source"] == "poster"
    assert send_photo(call, source="poster").source == "poster"
    assert send_photo(call, source="jane-doe").source == ""
    assert Photo.objects.count() == 2


def test_form_that_comes_back_keeps_its_tag(client):
    url = make_event().get_absolute_url()
    hidden = fields_of(client.get(url, {"from": "poster"}).content.decode(), "signup")

    answer = client.post(url, {**hidden, "name": "", "email": "sam@example.org"})

    assert fields_of(answer.content.decode(), "signup")["source"] == "poster"


@pytest.mark.parametrize(
    ("query", "end"),
    [("?from=poster", "?from=poster"), ("", ""), ('?from="><b>', "?from=%22%3E%3Cb%3E")],
)
def test_way_to_the_form_without_scripts_carries_the_tag(client, query, end):
    event = make_event()
    page = client.get(f"{event.pages.get().url}{query}").content

    link = BeautifulSoup(page, "html.parser").select_one("[data-form-link=signup]")

    assert link["href"] == f"{event.get_absolute_url()}{end}"


def test_poster_carries_a_declared_tag_in_its_code_alone(client, monkeypatch):
    event = make_event()
    plain, tagged = poster(event), poster(event, source="poster")

    assert tagged.codes[0][1] == f"{plain.codes[0][1]}?from=poster"
    assert tagged.words == plain.words
    assert tagged.name == f"{plain.name}-poster"
    made = []
    monkeypatch.setattr("events.paper.Paper.kept_pdf", lambda paper: made.append(paper) or b"%PDF-")
    for tag in ("poster", "jane-doe"):
        client.get(reverse("events:poster", args=[event.slug]), {"from": tag})
    assert ["from=" in paper.codes[0][1] for paper in made] == [True, False]


def screen(name: str, *args) -> str:
    return reverse(f"newsroom_sources:{name}", args=args)


@pytest.fixture
def editor(client):
    client.force_login(make_staff("Editors"))
    return client


def test_editor_declares_a_tag_and_gets_its_links(editor):
    answer = editor.post(screen("index"), {"slug": "mail-march", "name": "Mail of March"})

    tag = SourceTag.objects.get(slug="mail-march")
    assert (tag.name, tag.made_by.username) == ("Mail of March", "editors")
    assert answer["Location"] == screen("tag", "mail-march")
    assert ModelLogEntry.objects.filter(action="supporters.add_source").count() == 1
    event = make_event()
    html = editor.get(
        screen("tag", "mail-march"), {"campaign": notatarget("en").translation_key}
    ).content.decode()
    page = BeautifulSoup(html, "html.parser")
    links = [code.text for code in page.select("td code")]
    assert len(links) >= 6
    assert all(link.endswith("?from=mail-march") for link in links)
    assert {f"/{code}/notatarget/" in " ".join(links) for code in ("en", "fr", "nl")} == {True}
    posters = [a["href"] for a in page.select("a[download]") if "poster.pdf" in a["href"]]
    assert any(f"/en/events/{event.slug}/poster.pdf?from=mail-march" in href for href in posters)


@pytest.mark.parametrize("slug", ["Poster", "é", "a b", "", "poster", "x" * 31, "-x"])
def test_tag_that_cannot_be_one_is_refused_beside_its_field(editor, slug):
    html = editor.post(screen("index"), {"slug": slug, "name": "Posters"}).content.decode()

    assert BeautifulSoup(html, "html.parser").select_one("#id_slug_error")
    assert SourceTag.objects.count() == 2


def test_code_leads_to_the_page_with_the_tag(editor):
    page = notatarget("fr")

    answer = editor.get(screen("code", "poster", page.pk, "png"))

    zxingcpp = pytest.importorskip("zxingcpp")
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert [one.text for one in read] == [f"http://testserver{page.url}?from=poster"] or read[
        0
    ].text.endswith("/fr/notatarget/?from=poster")
    drawn = editor.get(screen("code", "poster", page.pk, "svg"))
    assert drawn["Content-Type"] == "image/svg+xml"
    assert editor.get(screen("code", "poster", page.pk, "exe")).status_code == 404
    assert editor.get(screen("code", "poster", 10**9, "svg")).status_code == 404
    assert editor.get(screen("code", "nobody", page.pk, "svg")).status_code == 404


def test_tag_is_renamed_retired_and_counted_again(editor):
    editor.post(screen("tag", "poster"), {"name": "Posters in Ghent"})
    assert editor.get(screen("retire", "poster")).status_code == 405
    editor.post(screen("retire", "poster"), {"retire": "yes"})
    assert known_source("poster") == ""
    editor.post(screen("retire", "poster"), {"retire": "yes"})
    editor.post(screen("retire", "poster"), {"retire": "no"})

    assert known_source("poster") == "poster"
    assert SourceTag.objects.get(slug="poster").name == "Posters in Ghent"
    assert ModelLogEntry.objects.filter(action="supporters.retire_source").count() == 2


@pytest.mark.parametrize("group", ["Moderators", "Treasurers", "Event hosts"])
def test_others_neither_see_nor_change_tags(client, group):
    client.force_login(make_staff(group))

    for address in (screen("index"), screen("tag", "poster")):
        assert client.get(address).status_code == 302
        assert client.post(address, {"slug": "mine", "name": "Mine"}).status_code == 302
    assert client.post(screen("retire", "poster"), {"retire": "yes"}).status_code == 302
    page = notatarget("fr")
    assert client.get(screen("code", "poster", page.pk, "svg")).status_code == 302
    assert set(SourceTag.objects.values_list("slug", "name")) == {
        ("poster", "Posters"),
        ("gone", "Old posters"),
    }
    assert known_source("poster") == "poster"


def test_amount_and_key_still_decide_whether_a_form_is_the_same(client):
    url = make_appeal().get_absolute_url()
    hidden = fields_of(client.get(url).content.decode(), "pledge")
    data = {**hidden, "amount_eur": "25", "name": "Sam", "email": "sam@example.org"}
    client.post(url, data)

    client.post(url, {**data, "amount_eur": "26"})

    assert Pledge.objects.get().amount_eur == Decimal(25)
    assert uuid.UUID(str(Pledge.objects.get().form_key))
