"""Old addresses lead to where their page went; to nothing hidden, off the site or in a circle."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from pages.models import CampaignPage, StandardPage
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def campaign(language: str = "en") -> CampaignPage:
    return CampaignPage.objects.get(name="#NotATarget", locale__language_code=language)


@pytest.fixture
def renamed(django_capture_on_commit_callbacks) -> Callable[[Page, str], Page]:
    """Return a function that publishes a page under another name, as the editor does."""

    def rename(page: Page, slug: str) -> Page:
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        return type(page).objects.get(pk=page.pk)

    return rename


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_renamed_page_and_those_below_it_redirect(client, renamed, language):
    page = campaign(language)
    old = page.url
    below = [(child.pk, child.url) for child in page.get_children().live()]
    assert len(below) >= 3

    page = renamed(page, "another-name")

    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, f"/{language}/another-name/")
    assert "s-maxage=60" in response["Cache-Control"]
    assert not response.cookies
    assert client.get(response["Location"]).status_code == 200
    for pk, url in below:
        assert client.get(url)["Location"] == Page.objects.get(pk=pk).url
        assert Page.objects.get(pk=pk).url.startswith(page.url)


def test_other_languages_of_a_renamed_page_stay_where_they_are(client, renamed):
    addresses = [campaign(language).url for language in ("fr", "nl")]

    renamed(campaign(), "another-name")

    assert [client.get(address).status_code for address in addresses] == [200, 200]
    # The name that only English had still leads on from an address in another language.
    assert client.get("/fr/another-name/").url == addresses[0]


def test_moved_page_and_those_below_it_redirect(client):
    about = StandardPage.objects.get(slug="about", locale__language_code="en")
    child = StandardPage(title="Team", slug="team", body=[])
    about.add_child(instance=child)
    privacy = StandardPage.objects.get(slug="privacy", locale__language_code="en")

    about.refresh_from_db()
    about.move(privacy, pos="last-child")

    assert client.get("/en/about/")["Location"] == "/en/privacy/about/"
    assert client.get("/en/about/team/")["Location"] == "/en/privacy/about/team/"
    assert client.get("/en/privacy/about/team/").status_code == 200


def test_query_of_an_old_address_does_not_hide_it(client, renamed):
    renamed(campaign(), "another-name")

    assert client.get("/en/notatarget/?utm_source=poster")["Location"] == "/en/another-name/"


def test_page_renamed_there_and_back_never_goes_round(client, renamed):
    page = renamed(renamed(campaign(), "another-name"), "notatarget")
    assert client.get("/en/another-name/")["Location"] == "/en/notatarget/"
    assert client.get("/en/notatarget/").status_code == 200

    page.unpublish()

    assert client.get("/en/notatarget/").status_code == 404
    assert client.get("/en/another-name/").status_code == 404


def test_nothing_leads_to_a_page_that_is_not_live(client, renamed):
    page = renamed(campaign(), "another-name")
    page.unpublish()

    response = client.get("/en/notatarget/")

    assert response.status_code == 404
    assert "another-name" not in response.content.decode()


@pytest.mark.parametrize(
    "old", ["/node/12", "/campagne/appel.html", "/fr/ancienne-page/", "/spip.php?article7"]
)
def test_editor_enters_an_imported_address(client, old):
    client.force_login(make_staff("Editors"))
    page = campaign("fr")

    answer = client.post(
        reverse("wagtailredirects:add"),
        {"old_path": old, "is_permanent": "on", "redirect_page": page.pk, "redirect_link": ""},
    )

    assert answer.status_code == 302
    client.logout()
    assert client.get(old)["Location"] == page.url


@pytest.mark.parametrize(
    ("group", "status"), [("Editors", 200), ("Administrators", 200), ("Moderators", 302)]
)
def test_who_may_edit_redirects(client, group, status):
    client.force_login(make_staff(group))

    assert client.get(reverse("wagtailredirects:index")).status_code == status
    assert client.get(reverse("wagtailredirects:add")).status_code == status


@pytest.mark.parametrize("site", ["", "http://testserver"])
def test_circle_of_entered_addresses_ends(client, site):
    Redirect.add_redirect("/old/a/", f"{site}/old/b/")
    Redirect.add_redirect("/old/b/", f"{site}/old/c/")
    Redirect.add_redirect("/old/c/", f"{site}/old/a/")
    Redirect.add_redirect("/old/self", f"{site}/old/self/")

    for path in ("/old/a/", "/old/b/", "/old/c/", "/old/self/", "/old/self"):
        response = client.get(path, follow=True)
        assert response.status_code == 404
        assert response.redirect_chain in ([], [(f"/en/{path.strip('/')}/", 302)])


def test_chain_of_entered_addresses_that_ends_is_followed(client):
    Redirect.add_redirect("/old/a/", "http://testserver/old/b/")
    Redirect.add_redirect("/old/b/", campaign())

    assert client.get("/old/a/", follow=True).redirect_chain[-1] == (campaign().url, 301)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "///evil.example/",
        "/en//evil.example/",
        "/%2Fevil.example/",
        "/%5Cevil.example/",
        "/\\evil.example/",
        "/en/..//evil.example/",
        "/en/about/?next=//evil.example/",
        "/https://evil.example/",
        "/fr/about/?x=%0d%0aLocation:%20https://evil.example/",
        "/en/%00/",
    ],
)
def test_no_path_leads_off_the_site(client, path):
    response = client.get(path)
    for _ in range(4):
        location = response.get("Location", "")
        assert location == "" or (location[:1] == "/" and location[1:2] not in ("/", "\\")), path
        if not location:
            break
        response = client.get(location)
    assert response.status_code in (200, 400, 404)


def test_a_form_sent_to_an_old_address_is_not_sent_on(client):
    Redirect.add_redirect("/en/old/form", campaign())

    assert client.get("/en/old/form/").status_code == 301
    assert client.post("/en/old/form/").status_code == 405
    Redirect.add_redirect("/old/form.php", campaign())
    assert client.get("/old/form.php").status_code == 301
    assert client.post("/old/form.php").status_code == 404


def test_first_content_and_new_translations_leave_no_rows():
    assert not Redirect.objects.exists()
