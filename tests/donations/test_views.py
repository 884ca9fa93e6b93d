"""From the form to the payment page and back, in three languages."""

import html
import io
import re

import pytest
import zxingcpp
from django.utils.translation import override
from PIL import Image

from donations.models import Appeal, Pledge
from tests.factories import in_days, make_appeal, make_pledge

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "nl"]
AMOUNTS = {"en": "€25.50", "fr": "25,50\u00a0€", "nl": "€\u00a025,50"}
COPIED_AMOUNTS = {"en": "25.50", "fr": "25,50", "nl": "25,50"}


def path_of(pledge: Pledge, language: str = "en") -> str:
    with override(language):
        return pledge.get_absolute_url()


def form_key_in(page: str) -> str:
    return re.search(r'name="form_key" value="([^"]+)"', page)[1]


def fill_in(client, appeal: Appeal, language: str = "en", **changes) -> dict[str, str]:
    page = client.get(f"/{language}/donations/{appeal.slug}/").content.decode()
    data = {
        "form_key": form_key_in(page),
        "amount_eur": "25,50",
        "name": "Sam Sample",
        "email": "sam@example.org",
        "website": "",
    }
    return {**data, **changes}


def assert_private(response) -> None:
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.cookies


@pytest.mark.parametrize("language", LANGUAGES)
def test_pledge_leads_to_its_payment_page(client, language):
    appeal = make_appeal()
    data = fill_in(client, appeal, language)

    response = client.post(f"/{language}/donations/{appeal.slug}/", data)

    pledge = Pledge.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == path_of(pledge, language)
    assert_private(response)
    assert pledge.language == language
    page = client.get(response.headers["Location"])
    assert_private(page)
    assert f'<html lang="{language}"' in page.content.decode()
    assert appeal.name_en in page.content.decode() or language != "en"


def test_form_is_private_and_kept_out_of_search_engines(client):
    response = client.get(f"/en/donations/{make_appeal().slug}/")

    assert_private(response)
    page = response.content.decode()
    assert 'data-form="pledge"' in page
    assert '<meta name="robots" content="noindex">' in page


def test_wrong_form_keeps_what_was_typed(client):
    appeal = make_appeal()
    data = fill_in(client, appeal, amount_eur="1.250", name="Zoë <b>")

    response = client.post(f"/en/donations/{appeal.slug}/", data)

    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="1.250"' in page
    assert 'value="Zoë &lt;b&gt;"' in page
    assert "can be read in two ways" in page
    assert 'aria-invalid="true"' in page
    assert not Pledge.objects.exists()


def test_second_sending_of_a_form_leads_to_the_first_pledge(client):
    appeal = make_appeal()
    data = fill_in(client, appeal)

    first = client.post(f"/en/donations/{appeal.slug}/", data)
    second = client.post(f"/en/donations/{appeal.slug}/", {**data, "amount_eur": "25.50"})

    assert second.headers["Location"] == first.headers["Location"]
    assert Pledge.objects.count() == 1


def test_form_sent_again_with_other_content_is_refused(client):
    appeal = make_appeal()
    data = fill_in(client, appeal)
    client.post(f"/en/donations/{appeal.slug}/", data)

    response = client.post(f"/en/donations/{appeal.slug}/", {**data, "amount_eur": "50"})

    assert response.status_code == 409
    assert str(Pledge.objects.get().amount_eur) == "25.50"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_post_from_another_site_is_refused(client, headers):
    appeal = make_appeal()
    data = fill_in(client, appeal)

    response = client.post(f"/en/donations/{appeal.slug}/", data, headers=headers)

    assert response.status_code == 403
    assert not Pledge.objects.exists()


def test_post_from_this_site_is_taken(client):
    appeal = make_appeal()
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}

    client.post(f"/en/donations/{appeal.slug}/", fill_in(client, appeal), headers=headers)

    assert Pledge.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "words"),
    [({"closes_on": -1}, "This appeal is over"), ({"opens_on": 1}, "has not opened yet")],
)
def test_appeal_that_is_not_open_says_so_and_takes_nothing(client, days, words):
    appeal = make_appeal()
    data = fill_in(client, appeal)
    changes = {name: in_days(number) for name, number in days.items()}
    Appeal.objects.filter(pk=appeal.pk).update(**changes)

    shown = client.get(f"/en/donations/{appeal.slug}/")
    refused = client.post(f"/en/donations/{appeal.slug}/", data)

    for response in (shown, refused):
        assert response.status_code == 200
        assert words in response.content.decode()
        assert "data-form=" not in response.content.decode()
    assert "was recorded" not in shown.content.decode()
    assert "Nothing that you sent just now was recorded" in refused.content.decode()
    assert not Pledge.objects.exists()


def test_appeal_elsewhere_says_where_and_takes_nothing(client):
    appeal = make_appeal(account=None, platform="Growfunding", closes_on=None)

    page = client.get(f"/en/donations/{appeal.slug}/").content.decode()

    assert "Where gifts are collected" in page
    assert "Growfunding. Not on this site." in page
    for words in ("It opens on", "has not opened yet", "data-form="):
        assert words not in page


def test_appeal_closed_before_its_last_day_names_no_day_to_come(client):
    appeal = make_appeal(is_closed=True)
    pledge = make_pledge(appeal=appeal)

    for path in (f"/en/donations/{appeal.slug}/", path_of(pledge)):
        page = client.get(path).content.decode()
        assert "This appeal is over" in page
        assert "last day was" not in page


def test_closed_appeal_leads_to_its_page_in_the_reader_language(client):
    appeal = Appeal.objects.get(slug="notatarget-2022")
    assert appeal.is_past

    for language in LANGUAGES:
        page = client.get(f"/{language}/donations/{appeal.slug}/").content.decode()
        path = appeal.pages.get(locale__language_code=language).url
        assert f'href="{path}"' in page


def test_unknown_appeal_is_not_found(client):
    assert client.get("/en/donations/no-such-appeal/").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_payment_page_shows_what_its_code_says(client, language):
    pledge = make_pledge(amount_eur="25.50")
    path = path_of(pledge, language)

    page = client.get(path)
    picture = client.get(f"{path}qr.png")

    text = html.unescape(page.content.decode())
    shown = dict(
        re.findall(r'<dt>([^<]+)</dt>\s*<dd class="payment-line__value">([^<]+)</dd>', text)
    )
    account, amount, payee, communication = shown.values()
    copied = re.findall(r'data-copy="([^"]+)"', text)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    lines = code.text.split("\n")
    assert lines[:5] == ["BCD", "002", "1", "SCT", ""]
    assert lines[5] == payee == copied[2]
    assert lines[6] == account.replace(" ", "") == copied[0]
    assert account == "BE71 0961 2345 6769"
    assert lines[7] == "EUR25.50"
    assert amount == AMOUNTS[language]
    assert copied[1] == COPIED_AMOUNTS[language]
    assert lines[8:] == ["", "", communication]
    assert communication == copied[3] == pledge.communication
    assert f'<html lang="{language}"' in text
    assert "clipboard-write=(self)" in page.headers["Permissions-Policy"]


def test_code_is_served_as_pictures_for_this_pledge_only(client):
    path = path_of(make_pledge())

    drawing, picture = client.get(f"{path}qr.svg"), client.get(f"{path}qr.png?download")

    assert drawing.headers["Content-Type"] == "image/svg+xml"
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Content-Disposition"] == 'attachment; filename="payment-code.png"'
    assert "Content-Disposition" not in client.get(f"{path}qr.png").headers
    for response in (drawing, picture):
        assert_private(response)
    assert f'src="{path}qr.svg"' in client.get(path).content.decode()


def test_damaged_and_revoked_links_open_nothing(client):
    pledge = make_pledge()
    path = path_of(pledge)
    damaged = path.replace("-1.", "-2.")
    Pledge.objects.filter(pk=pledge.pk).update(link_version=2)

    for base in (path, damaged, "/en/donations/pledge/nothing/"):
        for address in (base, f"{base}qr.svg", f"{base}qr.png"):
            response = client.get(address)
            assert response.status_code == 404
            assert "BE71" not in response.content.decode()
        assert client.post(base).status_code == 404
    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.PROMISED


def test_opening_the_payment_page_changes_nothing(client):
    pledge = make_pledge()

    client.get(path_of(pledge))
    client.head(path_of(pledge))

    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.PROMISED


@pytest.mark.parametrize("language", LANGUAGES)
def test_pledge_can_be_taken_back_and_taking_back_repeated(client, language):
    pledge = make_pledge()
    path = path_of(pledge, language)

    for _ in range(2):
        response = client.post(path)
        assert response.status_code == 302
        assert response.headers["Location"] == path

    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.CANCELLED
    page = client.get(path).content.decode()
    assert "BE71" not in page
    assert "qr.svg" not in page
    assert f'href="/{language}/donations/{pledge.appeal.slug}/"' in page
    assert client.get(f"{path}qr.png").status_code == 404


def test_taking_back_from_another_site_is_refused(client):
    pledge = make_pledge()

    response = client.post(path_of(pledge), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.PROMISED


def test_demonstration_says_that_no_money_is_to_be_sent(client):
    appeal = Appeal.objects.get(slug="demo")

    form = client.get("/en/donations/demo/").content.decode()
    payment = client.get(path_of(make_pledge(appeal=appeal))).content.decode()

    for page in (form, payment):
        assert "Do not transfer any money" in page
    assert (
        "Do not transfer"
        not in client.get(path_of(make_pledge(appeal=make_appeal()))).content.decode()
    )


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    pledge = make_pledge()

    for path in (path_of(pledge), f"/en/donations/{pledge.appeal.slug}/"):
        assert getattr(client, method)(path).status_code == 405
    assert client.post(f"{path_of(pledge)}qr.svg").status_code == 405


def test_my_solidarity_lists_pledges_with_their_links():
    from supporters.holdings import held_items

    standing = make_pledge(amount_eur="25.50")
    taken_back = make_pledge(
        appeal=standing.appeal, supporter=standing.supporter, status=Pledge.Status.CANCELLED
    )

    with override("fr"):
        items = {item.url: item for item in held_items(standing.supporter)}

    assert items[path_of(standing, "fr")].title == "Appel aux dons d’essai"
    assert "25,50\u00a0€" in items[path_of(standing, "fr")].state
    assert not items[path_of(standing, "fr")].is_over
    assert items[path_of(taken_back, "fr")].is_over
