"""Words that people send stay words, wherever they are shown."""

import html

import pytest
from wagtail.rich_text import features
from wagtail.whitelist import Whitelister

from tests.factories import make_photo_call, make_pledge, make_staff
from tests.solidarity.sending import public_photo

pytestmark = pytest.mark.django_db
PLANTED = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}{% now 'Y' %}"


def shown(client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_markup_in_every_field_stays_text(client):
    make_photo_call(slug="test-call")
    photo = public_photo(message=PLANTED[:200], display_name=PLANTED[:40], alt_text=PLANTED[:80])
    pledge = make_pledge(name=PLANTED[:60])
    pages = [
        shown(client, "/en/solidarity/test-call/wall/"),
        shown(client, f"/en/solidarity/test-call/photos/{photo.wall_key}/"),
        shown(client, f"/en/search/?q={PLANTED}"),
        shown(client, pledge.get_absolute_url()),
    ]
    client.force_login(make_staff("Administrators"))
    pages.append(shown(client, "/admin/photos/"))

    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "{{49}}" not in page
    assert html.escape(PLANTED[:28]) in pages[0]


def test_rich_text_keeps_no_script():
    """What an editor's browser sends is cut down to what the editor offers (Wagtail)."""
    from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

    sent = (
        '<p onclick="x()">Good <b>words</b><script>x()</script>'
        '<a href="javascript:x()">bad</a> <a href="https://example.org/">link</a>'
        '<iframe src="//elsewhere.example"></iframe><img src="x" onerror="x()"/></p>'
    )
    converter = ContentstateConverter(features=features.get_default_features())
    kept = converter.to_database_format(converter.from_database_format(sent))

    for word in ("<script", "javascript:", "onclick", "iframe", "onerror", "elsewhere"):
        assert word not in kept, word
        assert word not in Whitelister().clean(sent).replace("&lt;", ""), word
    assert "<b>words</b>" in kept
    assert "https://example.org/" in kept
