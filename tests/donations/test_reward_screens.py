"""The screens of rewards: the choice in the form, the donor's own page, those of staff."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from donations.addresses import PostalAddress
from donations.models import Pledge, Reward, RewardDelivery
from donations.services import choose_delivery, mark_returned, mark_sent
from donations.treasury.rewards_admin import RewardForm, RewardViewSet, StockTaken
from tests.factories import make_appeal, make_delivery, make_holder, make_reward, make_staff

pytestmark = pytest.mark.django_db

State = RewardDelivery.State
ADDRESS = {
    "way": "post",
    "recipient": "Zoë Sample",
    "street": "Rue Haute 12",
    "postcode": "1000",
    "town": "Brussels",
    "country": "BE",
}
INDEX = "donations_treasury:rewards"
ACT = "donations_treasury:rewards_act"
DELIVERY = "donations_treasury:reward_delivery"


def path_of(delivery: RewardDelivery, language: str = "en") -> str:
    with override(language):
        return reverse("donations:reward", args=[delivery.token])


def fresh(delivery: RewardDelivery) -> RewardDelivery:
    return RewardDelivery.objects.get(pk=delivery.pk)


def pledge_data(client, reward: Reward, **changes) -> dict[str, str]:
    page = client.get(f"/en/donations/{reward.appeal.slug}/").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    data = {"form_key": key, "amount_eur": "25", "name": "Sam", "email": "sam@example.org"}
    return {**data, "website": "", "reward": str(reward.pk), **changes}


def test_pledge_with_a_reward_purpose_and_frequency(client):
    reward = make_reward(stock=1)
    names = {f"name_{code}": "Gaza" for code in ("en", "fr", "nl")}
    earmark = reward.appeal.earmarks.create(**names)
    data = pledge_data(client, reward, earmark=str(earmark.pk), frequency="monthly")

    response = client.post("/en/donations/test-appeal/", data)

    pledge = Pledge.objects.get()
    assert response.status_code == 302
    assert (pledge.reward, pledge.holds_reward) == (reward, True)
    assert (pledge.earmark, pledge.frequency) == (earmark, "monthly")


def test_pledge_without_a_reward_takes_none(client):
    reward = make_reward(stock=1)

    client.post("/en/donations/test-appeal/", {**pledge_data(client, reward), "reward": ""})

    assert Pledge.objects.get().reward is None
    assert Reward.objects.get().taken == 0


def test_refused_reward_keeps_all_that_was_typed(client):
    reward = make_reward()
    data = pledge_data(client, reward, amount_eur="10", name="Zoë")

    page = client.post("/en/donations/test-appeal/", data).content.decode()

    assert "This reward is for gifts over €10." in page
    assert 'value="Zoë"' in page
    assert f'value="{reward.pk}" checked' in re.sub(r'(value="\d+")[^>]*?( checked)', r"\1\2", page)
    assert not Pledge.objects.exists()


def test_form_sent_again_with_another_reward_is_refused(client):
    reward = make_reward()
    data = pledge_data(client, reward)
    client.post("/en/donations/test-appeal/", data)

    response = client.post("/en/donations/test-appeal/", {**data, "reward": ""})

    assert response.status_code == 409
    assert Pledge.objects.get().reward == reward


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_donor_chooses_size_and_address(client, language):
    reward = make_reward(sizes={"M": 3, "L": 0})
    delivery = make_delivery(reward)
    medium, large = reward.options.all()
    path = path_of(delivery, language)

    page = client.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()
    assert getattr(reward, f"name_{language}") in page.content.decode()
    assert 'content="noindex"' in page.content.decode()
    gone = client.post(path, {**ADDRESS, "option": str(large.pk)}).content.decode()
    assert 'value="Rue Haute 12"' in gone
    assert fresh(delivery).state == State.ASKED

    response = client.post(path, {**ADDRESS, "option": str(medium.pk)})

    assert response.headers["Location"] == f"{path}?noted=1"
    stored = fresh(delivery)
    assert (stored.state, stored.option, stored.recipient) == (
        State.ARRANGED,
        medium,
        "Zoë Sample",
    )
    noted = client.get(response.headers["Location"]).content.decode()
    assert "Rue Haute 12" in noted


def test_opening_the_page_changes_nothing(client):
    delivery = make_delivery()

    client.get(path_of(delivery))
    client.head(path_of(delivery))

    assert fresh(delivery).state == State.ASKED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"street": ""}, "Type the street and the number."),
        ({"recipient": " \u200b"}, "Type the name for the parcel."),
        ({"postcode": "10000"}, "A Belgian postcode has four digits"),
        ({"way": ""}, "Choose how you want to get it."),
        ({"country": "XX"}, "Choose a country."),
    ],
)
def test_incomplete_address_says_what_is_missing_and_keeps_the_rest(client, changes, words):
    delivery = make_delivery()

    page = client.post(path_of(delivery), {**ADDRESS, **changes}).content.decode()

    assert words in page
    assert 'value="Brussels"' in page
    assert fresh(delivery).state == State.ASKED


def test_address_abroad_has_its_own_kind_of_postcode(client):
    delivery = make_delivery()

    client.post(path_of(delivery), {**ADDRESS, "postcode": "1012 AB", "country": "NL"})

    assert "1012\u00a0AB Brussels\nNL" in fresh(delivery).address


def test_pick_up_needs_no_address(client):
    delivery = make_delivery()

    client.post(path_of(delivery), {"way": "pick_up"})

    assert fresh(delivery).way == "pick_up"
    assert fresh(delivery).address == ""


def test_address_is_not_asked_for_what_is_only_picked_up(client):
    delivery = make_delivery(make_reward(needs_address=False))

    page = client.get(path_of(delivery)).content.decode()

    assert 'name="street"' not in page
    client.post(path_of(delivery), ADDRESS)
    assert fresh(delivery).state == State.ASKED


def test_donor_gives_it_up_as_often_as_they_press(client):
    delivery = make_delivery(make_reward(stock=1))

    for _ in range(2):
        response = client.post(path_of(delivery), {"decline": "yes"})
        assert response.headers["Location"] == path_of(delivery)

    assert fresh(delivery).state == State.DECLINED
    assert Reward.objects.get().taken == 0
    page = client.get(path_of(delivery)).content.decode()
    assert "It is free for somebody else" in page
    assert "Your gift stays a gift." in page


def test_what_is_sent_can_neither_be_changed_nor_given_up(client):
    delivery = make_delivery()
    choose_delivery(delivery=delivery, option=None, way="pick_up")
    mark_sent(delivery_ids=[delivery.pk], by=None, where="At the march")

    page = client.get(path_of(delivery)).content.decode()
    assert "It is ready for you" in page
    assert "At the march" in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]
    refused = client.post(path_of(delivery), {"decline": "yes"}).content.decode()
    assert "It has been sent already." in refused
    client.post(path_of(delivery), ADDRESS)
    assert fresh(delivery).state == State.SENT
    assert fresh(delivery).way == "pick_up"


def test_page_waits_for_money_that_went_elsewhere(client):
    delivery = make_delivery()
    Pledge.objects.update(received_eur=0)

    page = client.get(path_of(delivery)).content.decode()

    assert "We are waiting for your gift" in page
    assert 'name="way"' not in page
    client.post(path_of(delivery), ADDRESS)
    assert fresh(delivery).state == State.ASKED


def test_damaged_and_ended_links_open_nothing(client):
    delivery = make_delivery()
    path = path_of(delivery)
    pledge_link = reverse("donations:reward", args=[delivery.pledge.token])
    RewardDelivery.objects.update(link_version=2)

    for address in (path, path.replace("-1.", "-2."), pledge_link):
        assert client.get(address).status_code == 404
        assert client.post(address, {"decline": "yes"}).status_code == 404
    assert fresh(delivery).state == State.ASKED


def test_post_from_another_site_is_refused(client):
    delivery = make_delivery()

    response = client.post(
        path_of(delivery), {"decline": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert response.status_code == 403
    assert fresh(delivery).state == State.ASKED


def arranged(reward: Reward | None = None) -> RewardDelivery:
    return choose_delivery(
        delivery=make_delivery(reward),
        option=None,
        way="post",
        recipient="Zoë Sample",
        address=PostalAddress("Rue Haute 12", "1000", "Brussels"),
    )


def act(client, do: str, *deliveries: RewardDelivery, **more):
    data = {"do": do, "delivery": [delivery.pk for delivery in deliveries], "state": "arranged"}
    return client.post(reverse(ACT), {**data, **more}, follow=True)


@pytest.fixture
def treasurer(client):
    client.force_login(make_staff("Treasurers"))
    return client


@pytest.mark.parametrize("group", ["Moderators", "Editors", ""])
def test_screens_are_for_those_who_may_send_rewards(client, group):
    delivery = arranged()
    if group:
        client.force_login(make_staff(group))

    for path in (reverse(INDEX), reverse(DELIVERY, args=[delivery.pk])):
        response = client.get(path)
        assert response.status_code == 302
        assert "Rue Haute" not in response.content.decode()
    client.post(reverse(ACT), {"do": "sent", "delivery": [delivery.pk]})
    client.post(reverse(DELIVERY, args=[delivery.pk]), {"do": "decline"})
    assert fresh(delivery).state == State.ARRANGED


def test_list_shows_what_is_to_be_sent_and_what_is_left(treasurer):
    reward = make_reward(stock=5, sizes={"M": 2})
    delivery = make_delivery(reward)
    option = reward.options.get()
    choose_delivery(delivery=delivery, option=option, way="pick_up")
    make_holder(reward)

    page = treasurer.get(reverse(INDEX)).content.decode()

    assert "Test T-shirt" in page
    row = re.search(r'<tr><th scope="row">Test T-shirt.*?</tr>', page, re.DOTALL)[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == ["5", "1", "0", "1", "0", "3"]
    size = re.search(r'<tr class="rewards__size">.*?</tr>', page, re.DOTALL)[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", size) == ["2", "", "0", "1", "0", "1"]


def test_list_costs_the_same_queries_for_one_and_for_three(treasurer):
    reward = make_reward()
    arranged(reward)
    treasurer.get(reverse(INDEX))
    with CaptureQueriesContext(connection) as one:
        treasurer.get(reverse(INDEX))
    arranged(reward)
    arranged(reward)
    with CaptureQueriesContext(connection) as three:
        treasurer.get(reverse(INDEX))

    assert len(one) == len(three)


def test_ticked_rows_are_sent_and_the_others_stay(treasurer):
    reward = make_reward()
    first, second = arranged(reward), arranged(reward)

    page = act(treasurer, "sent", first).content.decode()

    assert "1 reward is on its way" in page
    assert [fresh(one).state for one in (first, second)] == [State.SENT, State.ARRANGED]
    again = act(treasurer, "sent", first).content.decode()
    assert "1 row stayed as it is" in again


def test_all_of_a_list_are_sent_when_that_is_ticked(treasurer):
    reward = make_reward()
    deliveries = [arranged(reward), arranged(reward)]

    act(treasurer, "sent", all="yes")

    assert {fresh(one).state for one in deliveries} == {State.SENT}


@pytest.mark.parametrize("values", [{}, {"do": "explode"}, {"do": "labels", "first": "25"}])
def test_buttons_without_sense_change_nothing(treasurer, values):
    delivery = arranged()
    data = {"delivery": [delivery.pk] if "first" in values else [], **values}

    response = treasurer.post(reverse(ACT), data)

    assert response.status_code == 302
    assert fresh(delivery).state == State.ARRANGED


@pytest.mark.parametrize(
    ("do", "action"),
    [("labels", "download_labels"), ("packing-list", "download_packing_list")],
)
def test_paper_is_handed_out_and_kept_who_took_it(treasurer, do, action):
    delivery = arranged()

    response = act(treasurer, do, delivery)

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    entry = ModelLogEntry.objects.get(action=f"donations.{action}")
    assert entry.object_id == str(delivery.pk)
    assert entry.user.username == "treasurers"
    assert fresh(delivery).state == State.ARRANGED


def test_no_paper_for_what_is_not_paid_for(treasurer):
    delivery = arranged()
    Pledge.objects.update(received_eur=0)

    page = act(treasurer, "labels", delivery)

    assert "Nothing of what you ticked is ready" in page.content.decode()
    assert not ModelLogEntry.objects.filter(action="donations.download_labels").exists()
    assert "Not paid for (any more)" in treasurer.get(reverse(INDEX)).content.decode()


def test_delivery_is_entered_for_a_donor_who_phones(treasurer):
    delivery = make_delivery()
    path = reverse(DELIVERY, args=[delivery.pk])
    assert treasurer.get(path).status_code == 200

    treasurer.post(path, {"do": "choose", **ADDRESS})

    assert fresh(delivery).state == State.ARRANGED
    assert ModelLogEntry.objects.filter(action="donations.arrange_reward").count() == 1
    assert ModelLogEntry.objects.filter(action="donations.look_at_delivery").count() == 1
    wrong = treasurer.post(path, {"do": "choose", **ADDRESS, "town": ""}).content.decode()
    assert "Type the town." in wrong


def test_parcel_comes_back_is_asked_about_or_given_up(treasurer):
    delivery = arranged()
    path = reverse(DELIVERY, args=[delivery.pk])
    mark_sent(delivery_ids=[delivery.pk], by=None)

    act(treasurer, "returned", delivery, state="sent")
    assert fresh(delivery).state == State.RETURNED
    treasurer.post(path, {"do": "ask-again"})
    assert fresh(delivery).state == State.ASKED
    late = treasurer.post(path, {"do": "returned"}, follow=True).content.decode()
    assert "Nothing was changed: somebody was quicker." in late

    RewardDelivery.objects.update(state=State.SENT)
    mark_returned(delivery=delivery, by=None)
    treasurer.post(path, {"do": "decline"})
    assert fresh(delivery).state == State.DECLINED
    assert Reward.objects.get().taken == 0


def test_arrived_parcels_lose_their_address(treasurer):
    delivery = arranged()
    mark_sent(delivery_ids=[delivery.pk], by=None)

    page = act(treasurer, "arrived", delivery, state="sent").content.decode()

    assert "1 reward has arrived; its address is erased." in page
    assert fresh(delivery).address == ""


def reward_form(reward: Reward | None = None, **changes):
    """The form of a reward as staff send it, with its sizes below it."""
    form_class = RewardViewSet.edit_handler.bind_to_model(Reward).get_form_class()
    options = list(reward.options.all()) if reward else []
    data = {
        "appeal": str((reward.appeal if reward else make_appeal()).pk),
        "kind": "poster",
        "amount_eur": "10",
        "needs_address": "on",
        "is_offered": "on",
        "sort_order": "0",
        "stock": "5",
        "options-TOTAL_FORMS": "4",
        "options-INITIAL_FORMS": str(len(options)),
        **{f"name_{code}": "Poster" for code in ("en", "fr", "nl")},
    }
    for number in range(4):
        data[f"options-{number}-sort_order"] = "0"
    for number, option in enumerate(options):
        data[f"options-{number}-id"] = str(option.pk)
        data[f"options-{number}-stock"] = str(option.stock)
        for code in ("en", "fr", "nl"):
            data[f"options-{number}-name_{code}"] = option.name_en
    return form_class({**data, **changes}, instance=reward or Reward())


def test_staff_make_a_reward_with_its_sizes():
    names = {f"options-0-name_{code}": "M" for code in ("en", "fr", "nl")}

    form = reward_form(**names, **{"options-0-stock": "3"})

    assert form.is_valid(), (form.errors, form.options.errors)
    form.save()
    reward = Reward.objects.get()
    assert [(option.name_en, option.stock) for option in reward.options.all()] == [("M", 3)]


def test_saving_a_reward_leaves_what_was_taken_meanwhile():
    """The form was opened before four donors came."""
    reward = make_reward(stock=5, sizes={"M": 5})
    form = reward_form(reward, stock="6", **{"options-0-stock": "4"})
    assert form.is_valid(), (form.errors, form.options.errors)
    Reward.objects.update(taken=4)
    reward.options.update(taken=3)

    form.save()

    stored = Reward.objects.get()
    assert (stored.stock, stored.taken) == (6, 4)
    assert (stored.options.get().stock, stored.options.get().taken) == (4, 3)


def test_stock_below_what_is_taken_is_refused():
    reward = make_reward(stock=5, taken=3, sizes={"M": 5})
    reward.options.update(taken=2)

    too_few, size = reward_form(reward, stock="2"), reward_form(reward, **{"options-0-stock": "1"})

    assert not too_few.is_valid()
    assert "3 are taken already" in too_few.errors["stock"][0]
    assert not size.is_valid()
    assert "2 are taken already" in size.options.errors[0]["stock"][0]
    assert reward_form(reward, stock="3", **{"options-0-stock": "2"}).is_valid()


def test_stock_that_is_passed_while_the_form_is_checked_is_refused():
    reward = make_reward(stock=5)
    form = reward_form(reward, stock="3")
    assert form.is_valid()
    Reward.objects.update(taken=4)

    with pytest.raises(StockTaken):
        form.save()

    assert "4 are taken already" in form.errors["stock"][0]
    assert Reward.objects.get().stock == 5


def test_size_that_a_donor_chose_cannot_be_deleted():
    reward = make_reward(sizes={"M": 5, "L": 5})
    medium = reward.options.first()
    choose_delivery(delivery=make_delivery(reward), option=medium, way="pick_up")
    reward.refresh_from_db()

    chosen = reward_form(reward, **{"options-0-DELETE": "on"})
    unused = reward_form(reward, **{"options-1-DELETE": "on"})

    assert not chosen.is_valid()
    assert unused.is_valid(), unused.options.errors
    unused.save()
    assert list(reward.options.all()) == [medium]


def test_reward_that_donors_chose_stays_with_its_appeal_and_can_be_had_in_some_way():
    reward = make_reward()
    make_holder(reward)
    reward.refresh_from_db()
    other = make_appeal(slug="other", account=reward.appeal.account)

    moved = reward_form(reward, appeal=str(other.pk))
    nowhere = reward_form(reward, needs_address="")

    assert "appeal" in moved.errors
    assert "needs_address" in nowhere.errors


@pytest.mark.parametrize(
    ("group", "may"), [("Treasurers", True), ("Administrators", True), ("Moderators", False)]
)
def test_rewards_are_changed_by_those_who_keep_the_money(client, group, may):
    reward = make_reward(stock=5, taken=2, sizes={"M": 3})
    client.force_login(make_staff(group))
    path = reverse("reward:edit", args=[reward.pk])
    form = reward_form(reward, stock="7")
    data = {name: value for name, value in form.data.items() if value is not None}

    page = client.get(path)
    assert (page.status_code == 200) is may
    client.post(path, data)

    reward.refresh_from_db()
    assert (reward.stock, reward.taken) == ((7, 2) if may else (5, 2))


def test_form_that_the_stock_overtook_comes_back_with_everything(client, monkeypatch):
    reward = make_reward(stock=5)
    client.force_login(make_staff("Treasurers"))
    data = {**reward_form(reward, stock="3").data, "name_en": "A new name"}
    check = RewardForm.clean

    def check_and_be_overtaken(form):
        cleaned = check(form)
        Reward.objects.update(taken=4)
        return cleaned

    monkeypatch.setattr(RewardForm, "clean", check_and_be_overtaken)

    page = client.post(reverse("reward:edit", args=[reward.pk]), data).content.decode()

    assert "4 are taken already" in page
    assert 'value="A new name"' in page
    assert (Reward.objects.get().stock, Reward.objects.get().taken) == (5, 4)
