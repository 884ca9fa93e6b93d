"""From the form to the payment page and back, in three languages."""

import html
import io
import re
from datetime import date

import pytest
import time_machine
import zxingcpp
from django.utils.translation import override
from PIL import Image

from donations import services
from donations.models import Appeal, BankAccount, Pledge
from donations.payment_details import standing_order_from
from tests.donations.gifts import make_gift
from tests.factories import in_days, make_account, make_appeal, make_pledge

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


def lines_on(page) -> dict[str, str]:
    """What a payment page or a gift card shows, line by line, by its label."""
    text = html.unescape(page.content.decode())
    return dict(
        re.findall(r'<dt>([^<]+)</dt>\s*<dd class="payment-line__value[^"]*">([^<]+)</dd>', text)
    )


def copied_on(page) -> list[str]:
    return re.findall(r'data-copy="([^"]+)"', html.unescape(page.content.decode()))


def code_in(picture: bytes):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert found.ec_level == "M"
    return found.bytes.decode().split("\n")


def code_drawn(svg: bytes) -> list[str]:
    """Read the code from the drawing, painted module by module."""
    text = svg.decode()
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', text)[1])
    picture = Image.new("L", (side, side), 255)
    x = y = 0
    for move, first, second in re.findall(
        r"([Mmh])\s?(-?[\d.]+)(?:[ ,](-?[\d.]+))?", re.search(r'stroke="#000" d="([^"]+)"', text)[1]
    ):
        if move == "h":
            for step in range(int(first)):
                picture.putpixel((int(x) + step, int(y)), 0)
            x += float(first)
        elif move == "M":
            x, y = float(first), float(second) - 0.5
        else:
            x, y = x + float(first), y + float(second)
    out = io.BytesIO()
    picture.resize((side * 6, side * 6), Image.Resampling.NEAREST).save(out, "PNG")
    return code_in(out.getvalue())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("frequency", ["once", "monthly"])
def test_payment_page_shows_what_its_code_says(client, language, frequency):
    pledge = make_pledge(amount_eur="25.50", frequency=frequency)
    path = path_of(pledge, language)

    page = client.get(path)

    account, amount, payee, communication = lines_on(page).values()
    copied = copied_on(page)
    lines = code_in(client.get(f"{path}qr.png").content)
    assert lines == code_drawn(client.get(f"{path}qr.svg").content)
    assert lines[:5] == ["BCD", "002", "1", "SCT", ""]
    assert lines[5] == payee == copied[2]
    assert lines[6] == account.replace(" ", "") == copied[0]
    assert account == "BE71 0961 2345 6769"
    assert lines[7] == "EUR25.50"
    assert amount == AMOUNTS[language]
    assert copied[1] == COPIED_AMOUNTS[language]
    assert lines[8:] == ["", "", communication]
    assert communication == copied[3] == pledge.communication
    assert f'<html lang="{language}"' in page.content.decode()
    assert "clipboard-write=(self)" in page.headers["Permissions-Policy"]


def test_account_says_whether_the_code_carries_a_structured_reference(client):
    account = make_account(reference_line="structured", bic="GKCCBEBB")
    pledge = make_pledge(appeal=make_appeal(account=account))
    digits = re.sub(r"\D", "", pledge.communication)

    page = client.get(path_of(pledge))

    lines = code_in(client.get(f"{path_of(pledge)}qr.png").content)
    assert lines[9:] == [digits, ""]
    assert lines[4] == "GKCCBEBB" == lines_on(page)["BIC"]
    assert f"as a structured reference: {digits}." in page.content.decode()


def test_monthly_gift_is_shown_with_its_standing_order(client):
    pledge = make_pledge(frequency="monthly")

    with time_machine.travel("2026-01-30 12:00:00+01:00", tick=False):
        page = client.get(path_of(pledge)).content.decode()

    assert "Amount every month" in page
    assert "standing order" in page
    assert "Saturday 28 February 2026" in page
    assert (
        "How to make it monthly"
        not in client.get(path_of(make_pledge(appeal=pledge.appeal))).content.decode()
    )


def test_standing_order_begins_on_a_day_that_every_month_has():
    assert standing_order_from(date(2026, 11, 3)) == date(2026, 12, 3)
    assert standing_order_from(date(2026, 12, 31)) == date(2027, 1, 28)


def settled(pledge: Pledge, *amounts: str) -> Pledge:
    """Let money arrive for ``pledge``, as a statement and a treasurer would."""
    for number, amount in enumerate(amounts, start=1):
        make_gift(pledge=pledge, amount=amount, on=date(2026, 3, number))
    services.settle([pledge.pk])
    pledge.refresh_from_db()
    return pledge


@pytest.mark.parametrize("language", LANGUAGES)
def test_rest_of_a_gift_has_a_code_of_its_own(client, language):
    pledge = settled(make_pledge(amount_eur="25.00"), "10.00")
    path = path_of(pledge, language)

    page = client.get(path)

    assert pledge.status == Pledge.Status.PART_PAID
    assert code_in(client.get(f"{path}qr.png").content)[7] == "EUR15.00"
    _account, amount, _payee, _communication = lines_on(page).values()
    assert amount.strip("€\u00a0 ") == "15"
    for shown in {"en": ("€10", "€25"), "fr": ("10\u00a0€", "25\u00a0€"), "nl": ("€\u00a010",)}[
        language
    ]:
        assert shown in page.content.decode()


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (["25.00"], "We received €25 on Sunday 1 March 2026"),
        (["25.00", "5.00"], "We received €30, the last of it on Monday 2 March 2026: €5 more"),
    ],
)
def test_gift_that_has_arrived_asks_for_nothing_more(client, amounts, words):
    pledge = settled(make_pledge(amount_eur="25.00"), *amounts)

    page = client.get(path_of(pledge)).content.decode()

    assert "Your gift has arrived" in page
    assert words in page
    for asked in ("BE71", "qr.svg", "Take my promise back"):
        assert asked not in page
    assert client.get(f"{path_of(pledge)}qr.png").status_code == 404


def test_monthly_gift_that_has_arrived_keeps_its_details(client):
    pledge = settled(make_pledge(amount_eur="10.00", frequency="monthly"), "10.00", "10.00")

    page = client.get(path_of(pledge)).content.decode()

    assert "We have received €20 from you so far" in page
    assert "BE71 0961 2345 6769" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "expired", "ended": "expired"}, "A transfer with this communication still"),
        ({"status": "returned"}, "Your transfer was sent back"),
    ],
)
def test_gift_nobody_waits_for_can_still_be_transferred(client, fields, words):
    pledge = make_pledge(**fields)

    page = client.get(path_of(pledge)).content.decode()

    assert words in page
    assert pledge.communication in page
    assert "Take my promise back" not in page
    assert code_in(client.get(f"{path_of(pledge)}qr.png").content)[10] == pledge.communication


@pytest.mark.parametrize(
    "changed", [{"iban": "BE68539007547034"}, {"payee_name": "Viva Test asbl"}]
)
def test_donor_is_told_when_the_account_has_changed(client, changed):
    account = make_account()
    shown = {"shown_iban": account.iban, "shown_payee_name": account.payee_name}
    pledge = make_pledge(appeal=make_appeal(account=account), account=account, **shown)
    assert "has changed" not in client.get(path_of(pledge)).content.decode()

    BankAccount.objects.filter(pk=account.pk).update(**changed)
    page = client.get(path_of(pledge))

    text = html.unescape(page.content.decode())
    assert "Our account has changed since you made this promise." in text
    assert "At that time we told you: BE71 0961 2345 6769, Viva Test." in text
    assert "a number that you looked up yourself" in text
    lines = lines_on(page)
    account.refresh_from_db()
    assert (lines["Account"], lines["Payee"]) == (account.iban_grouped, account.payee_name)


def test_pledge_stays_with_its_account_until_that_takes_gifts_no_more(client):
    old, new = make_account(), make_account(label="New", iban="BE68539007547034")
    shown = {"shown_iban": old.iban, "shown_payee_name": old.payee_name}
    pledge = make_pledge(appeal=make_appeal(account=new), account=old, **shown)
    assert lines_on(client.get(path_of(pledge)))["Account"] == "BE71 0961 2345 6769"

    BankAccount.objects.filter(pk=old.pk).update(used_until=in_days(-1))
    page = client.get(path_of(pledge))

    assert lines_on(page)["Account"] == "BE68 5390 0754 7034"
    assert "Our account has changed" in page.content.decode()


def test_no_account_in_use_means_no_transfer(client):
    pledge = make_pledge()
    BankAccount.objects.update(used_until=in_days(-1))

    page = client.get(path_of(pledge)).content.decode()

    assert "Please do not make the transfer now." in page
    assert "qr.svg" not in page
    assert client.get(f"{path_of(pledge)}qr.png").status_code == 404


def test_code_is_served_as_pictures_for_this_pledge_only(client):
    path = path_of(make_pledge())

    drawing, picture = client.get(f"{path}qr.svg"), client.get(f"{path}qr.png?download")

    assert drawing.headers["Content-Type"] == "image/svg+xml"
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Content-Disposition"] == 'attachment; filename="payment-code.png"'
    kept = client.get(f"{path}qr.svg?download")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="payment-code.svg"'
    for response in (drawing, client.get(f"{path}qr.png")):
        assert "Content-Disposition" not in response.headers
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
