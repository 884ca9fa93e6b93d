"""A treasurer matches payments on the screens: by plain forms, one after the other."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from donations import services
from donations.models import Allocation, Appeal, BankEntry
from donations.services.matching import newest_line
from donations.treasury.matching_queue import count_to_match
from donations.treasury.to_do import payments_to_do
from tests.donations.payments import lines_of, make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_staff, make_supporter

pytestmark = pytest.mark.django_db

PAYMENTS = "/admin/treasury/payments/"
QUEUE = f"{PAYMENTS}to-match/"
FRAGMENT = {"X-Matching": "fragment"}


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def appeal(account):
    Appeal.objects.update(communication="")  # that of the first content is tried here
    return make_appeal(account=account, communication="donation NotATarget")


@pytest.fixture
def treasurer(client):
    user = make_staff("Treasurers")
    client.force_login(user)
    return user


def page(entry: BankEntry) -> str:
    return f"{PAYMENTS}{entry.pk}/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def send(client, entry, action="place", **values):
    values = {"seen": newest_line(entry), **values}
    return client.post(f"{page(entry)}{action}/", values, follow=True)


def test_queue_shows_all_it_takes_to_decide(client, treasurer, account, appeal):
    pledge = make_pledge(appeal=appeal, name="Noor Peeters")
    entry = make_payment(
        account, name="PEETERS NOOR", payer="BE62510007547061", text="for the clinic"
    )
    make_payment(account, "3.00")

    response = client.get(QUEUE, follow=True)

    html = text(response)
    assert response.redirect_chain == [(page(entry), 302)]
    assert "€25" in html and "PEETERS NOOR" in html and "for the clinic" in html
    assert "BE62 5100 0754 7061" in html
    assert "The payer wrote no communication of ours." in html
    assert "2 payments to match" in html
    assert f"Noor Peeters · {pledge.communication}" in html
    assert "The amount fits, and the names are alike." in html
    assert "The promise is then received in full." in html
    assert f'value="pledge-{pledge.pk}" data-digit="1"' in html
    assert "checked" not in html  # nothing is chosen before a person does


def test_payment_is_placed_and_the_next_one_comes_with_the_way_back(
    client, treasurer, account, appeal
):
    pledge = make_pledge(appeal=appeal)
    entry, following = make_payment(account), make_payment(account, "3.00")

    response = send(client, entry, target=f"pledge-{pledge.pk}")

    html = text(response)
    assert response.redirect_chain[-1][0] == f"{page(following)}?last={entry.pk}"
    assert f"€25: promise {pledge.communication}, Test appeal (the amount promised)." in html
    assert f'action="{page(entry)}undo/"' in html
    assert lines_of(entry) == [("gift", "25.00", "exact")]
    assert Allocation.objects.get(entry=entry, kind="gift").made_by == treasurer
    undone = send(client, entry, "undo")
    assert undone.redirect_chain[-1][0].startswith(page(entry))
    assert "Undone. It is to be matched again." in text(undone)
    assert "It had been placed, and that was undone." in text(undone)
    assert lines_of(entry) == [("suspense", "25.00", "")]


def test_script_gets_the_next_screen_with_the_answer(client, treasurer, account, appeal):
    entry, following = make_payment(account), make_payment(account, "3.00")

    response = client.post(
        f"{page(entry)}place/", {"target": f"appeal-{appeal.pk}"}, headers=FRAGMENT
    )

    html = text(response)
    assert response.status_code == 200 and "<html" not in html
    assert f'data-url="{page(following)}?last={entry.pk}"' in html
    assert "€25: Test appeal (without a promise)." in html


def test_empty_queue_says_so(client, treasurer):
    assert "No payment is waiting. Thank you." in text(client.get(QUEUE))
    alone = text(client.get(QUEUE, headers=FRAGMENT))
    assert "No payment is waiting." in alone and "<html" not in alone


def test_skipping_comes_round_to_the_first(client, treasurer, account):
    first, second = make_payment(account), make_payment(account)

    assert client.get(QUEUE, {"after": first.pk}).url == page(second)
    assert client.get(QUEUE, {"after": second.pk}).url == page(first)
    assert client.get(QUEUE, {"after": "x" * 30}).url == page(first)


def test_second_treasurer_is_told_and_places_nothing(client, treasurer, account, appeal):
    pledge, other = make_pledge(appeal=appeal), make_pledge(appeal=appeal, supporter=None)
    entry, following = make_payment(account), make_payment(account, "3.00")
    seen = newest_line(entry)
    services.place_on_pledge(entry=entry, pledge=pledge, by=None)

    response = send(client, entry, target=f"pledge-{other.pk}", seen=seen)

    assert response.redirect_chain[-1][0].startswith(page(following))
    assert "Somebody else has decided on this payment meanwhile." in text(response)
    assert Allocation.objects.get(entry=entry, kind="gift").pledge == pledge
    values = {"target": f"pledge-{other.pk}", "seen": seen}
    assert client.post(f"{page(entry)}place/", values, headers=FRAGMENT).status_code == 409


def test_part_is_placed_and_the_rest_stays_on_the_screen(client, treasurer, account, appeal):
    pledge = make_pledge(appeal=appeal, amount_eur="10.00")
    entry = make_payment(account)
    make_payment(account, "3.00")

    response = send(client, entry, target=f"pledge-{pledge.pk}", amount="10,00")

    assert response.redirect_chain[-1][0].startswith(page(entry))
    assert "€15 of it is still to be placed." in text(response)
    assert lines_of(entry) == [("gift", "10.00", "exact"), ("suspense", "15.00", "")]
    send(client, entry, target=f"appeal-{appeal.pk}")
    assert lines_of(entry)[1] == ("gift", "15.00", "free")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose where the payment goes, then confirm."),
        ({"target": "pledge-x"}, "Choose where the payment goes, then confirm."),
        ({"target": "pledge-1", "amount": "ten"}, "Write the part as an amount in euros"),
    ],
)
def test_what_cannot_be_read_places_nothing_and_keeps_what_was_typed(
    client, treasurer, account, appeal, values, sentence
):
    entry = make_payment(account)

    response = client.post(f"{page(entry)}place/", values)

    assert response.status_code == 422
    assert sentence in text(response)
    assert f'value="{values.get("amount", "")}" inputmode' in text(response)
    assert lines_of(entry) == [("suspense", "25.00", "")]


@pytest.mark.parametrize("target", ["pledge-999", "appeal-999", "gift-999", "pledge-1-2"])
def test_what_is_not_there_any_more_places_nothing(client, treasurer, account, appeal, target):
    entry = make_payment(account)

    assert "What you chose is not there any more." in text(send(client, entry, target=target))
    assert lines_of(entry) == [("suspense", "25.00", "")]


def test_whose_free_gift_it_is_cannot_be_typed(client, treasurer, account, appeal):
    stranger = make_supporter()
    entry = make_payment(account)

    send(client, entry, target=f"appeal-{appeal.pk}-{stranger.pk}")

    assert lines_of(entry) == [("suspense", "25.00", "")]


def test_two_promises_at_once(client, treasurer, account, appeal):
    pledges = [
        make_pledge(appeal=appeal, supporter=make_supporter(f"{n}@example.org"), amount_eur=n)
        for n in (10, 15)
    ]
    words = " ".join(pledge.communication for pledge in pledges)
    entry = make_payment(account, text=words, obstacle="two_references")

    assert "All of these promises" in text(client.get(page(entry)))
    target = "-".join(["pledge", *(str(pledge.pk) for pledge in pledges)])
    send(client, entry, target=target)

    assert lines_of(entry) == [("gift", "10.00", "exact"), ("gift", "15.00", "exact")]


def test_two_promises_at_once_leave_what_was_placed_before(client, treasurer, account, appeal):
    pledges = [
        make_pledge(appeal=appeal, supporter=make_supporter(f"{n}@example.org"), amount_eur=n)
        for n in (10, 15, 20)
    ]
    words = " ".join(pledge.communication for pledge in pledges)
    entry = make_payment(account, "45.00", text=words, obstacle="two_references")
    services.place_on_pledge(entry=entry, pledge=pledges[0], amount=pledges[0].amount_eur, by=None)
    first = entry.allocations.get(kind="gift")

    assert "All of these promises" in text(client.get(page(entry)))
    target = "-".join(["pledge", *(str(pledge.pk) for pledge in pledges[1:])])
    send(client, entry, target=target)

    assert lines_of(entry) == [
        ("gift", "10.00", "exact"),
        ("gift", "15.00", "exact"),
        ("gift", "20.00", "exact"),
    ]
    first.refresh_from_db()
    assert first.undone_at is None


def test_payments_of_one_day_keep_their_order_from_page_to_page(client, treasurer, account):
    entries = [make_payment(account, f"{n}.00") for n in range(1, 61)]
    listed = []
    for number in (1, 2):
        html = client.get(PAYMENTS, {"p": number}).content.decode()
        listed += re.findall(r'href="/admin/treasury/payments/(\d+)/"', html)

        assert len(dict.fromkeys(listed)) == {1: 50, 2: 60}[number]

    shown = [int(pk) for pk in dict.fromkeys(listed)]
    assert shown == [entry.pk for entry in reversed(entries)]


@pytest.mark.parametrize(
    "query", ["{communication}", "NOOR@example.org", "31,50", "peeters", "Noor Peters"]
)
def test_promise_is_found_by_communication_email_amount_and_name(
    client, treasurer, account, appeal, query
):
    wanted = make_pledge(
        appeal=appeal,
        name="Noor Peeters",
        amount_eur="31.50",
        supporter=make_supporter("noor@example.org"),
    )
    make_pledge(appeal=appeal, name="Sam Sample")
    entry = make_payment(account)

    html = text(client.get(page(entry), {"q": query.format(communication=wanted.communication)}))

    assert f'value="pledge-{wanted.pk}" data-digit="1"' in html
    assert html.count('value="pledge-') == 1
    assert "Back to the suggestions" in html


@pytest.mark.parametrize("query", ["zorg", "nobody@example.org", "77", "+++000/0000/00097+++"])
def test_search_without_result_says_so(client, treasurer, account, appeal, query):
    make_pledge(appeal=appeal)

    html = text(client.get(page(make_payment(account)), {"q": query}))

    assert "Nothing was found." in html and 'value="pledge-' not in html


def test_not_a_gift_and_nobody_knows(client, treasurer, account, appeal):
    costs, riddle = make_payment(account, "-3.20", obstacle="money_out"), make_payment(account)

    send(client, costs, "not-a-gift")
    response = send(client, riddle, "nobody-knows")

    assert "€25: nobody knows whose." in text(response)
    assert lines_of(costs) == [("other", "-3.20", "")]
    states = dict(BankEntry.objects.values_list("pk", "state"))
    assert states == {costs.pk: "not_a_gift", riddle.pk: "unmatched"}


def test_money_that_went_back_names_its_gift(client, treasurer, account, appeal):
    pledge = make_pledge(appeal=appeal)
    entry = make_payment(account)
    services.place_on_pledge(entry=entry, pledge=pledge, by=None)
    gift = entry.allocations.get(kind="gift")
    back = make_payment(account, "-25.00", is_return=True, obstacle="return")

    html = text(client.get(page(back)))
    send(client, back, target=f"gift-{gift.pk}")

    assert "− €25" in html and "The bank sent money back." in html
    assert 'value="appeal-' not in html  # what went out is no gift
    assert lines_of(back) == [("return", "-25.00", "returned")]
    assert "gift of" in text(client.get(page(back)))


def test_another_currency_offers_no_gift(client, treasurer, account, appeal):
    html = text(client.get(page(make_payment(account, currency="USD", obstacle="currency"))))

    assert "25.00 USD" in html and "cannot be counted as a gift" in html
    assert 'name="target"' not in html
    assert "Not a gift" in html and "Nobody knows whose" in html


def test_page_of_a_payment_tells_its_whole_history(client, treasurer, account, appeal):
    pledge = make_pledge(appeal=appeal)
    entry = make_payment(account)
    services.place_on_pledge(entry=entry, pledge=pledge, by=treasurer)
    services.undo(entry=entry, by=treasurer)
    services.set_not_a_gift(entry=entry, by=treasurer)

    html = text(client.get(page(entry)))

    assert html.count('<tr class="matching__undone">') == 3
    assert f"promise {pledge.communication}, Test appeal" in html
    assert "Payment placed, treasurers" in html and "Match undone, treasurers" in html
    assert "by itself" in html  # the import


def test_lists_show_what_they_are_called_and_can_be_narrowed(client, treasurer, account, appeal):
    waits = make_payment(account, name="Anna Waits", text="hello there")
    placed = make_payment(account, "77.00", name="Bob Placed")
    services.place_on_appeal(entry=placed, appeal=appeal, by=None)
    riddle = make_payment(account, "8.00", name="Carl Riddle")
    services.set_unmatched(entry=riddle, by=None)

    def names(address: str, **query) -> list[str]:
        html = text(client.get(address, query))
        return [name for name in ("Anna Waits", "Bob Placed", "Carl Riddle") if name in html]

    assert names(PAYMENTS) == ["Anna Waits", "Bob Placed", "Carl Riddle"]
    assert names(f"{PAYMENTS}waiting/") == ["Anna Waits"]
    assert names(f"{PAYMENTS}unmatched/") == ["Carl Riddle"]
    assert names(PAYMENTS, state="matched") == ["Bob Placed"]
    assert names(PAYMENTS, amount="8") == ["Carl Riddle"]
    assert names(PAYMENTS, booked_on_from="2020-01-01", booked_on_to="2020-12-31") == []
    assert names(PAYMENTS, obstacle="bad_check") == []
    html = text(client.get(PAYMENTS))
    assert f'href="{page(waits)}"' in html and "hello there" in html


def test_lists_cost_the_same_with_more_rows(client, treasurer, account):
    make_payment(account)
    with CaptureQueriesContext(connection) as first:
        client.get(PAYMENTS)
    make_payment(account)
    make_payment(account)
    with CaptureQueriesContext(connection) as then:
        client.get(PAYMENTS)

    assert len(then) == len(first)


@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_others_see_and_do_nothing(account, appeal, group):
    client = Client()
    client.force_login(make_staff(group))
    entry = make_payment(account, name="Anna Waits")

    for address in (QUEUE, PAYMENTS, f"{PAYMENTS}waiting/", page(entry)):
        assert client.get(address).status_code == 302
        assert "Anna Waits" not in text(client.get(address, follow=True))
    for action in ("place", "not-a-gift", "nobody-knows", "undo"):
        client.post(f"{page(entry)}{action}/", {"target": f"appeal-{appeal.pk}"})
    assert lines_of(entry) == [("suspense", "25.00", "")]


def test_visitors_are_asked_to_log_in(client, account):
    assert client.get(page(make_payment(account))).url.startswith("/admin/login/")


def test_first_page_of_the_admin_counts(rf, account):
    make_payment(account)
    request = rf.get("/admin/")
    request.user = make_staff("Treasurers")

    assert count_to_match() == 1
    assert [(item.number, item.label) for item in payments_to_do(request)] == [
        (1, "payment to match")
    ]
    request.user = make_staff("Editors")
    assert not list(payments_to_do(request))


@pytest.mark.parametrize("method", ["get", "put"])
def test_actions_take_posts_only(client, treasurer, account, method):
    entry = make_payment(account)

    for action in ("place", "not-a-gift", "nobody-knows", "undo"):
        assert getattr(client, method)(f"{page(entry)}{action}/").status_code == 405
    assert client.get(f"{PAYMENTS}99999/").status_code == 404
