"""What becomes of a reward: chosen, changed, sent, come back, arrived, given up; mails; paper."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader
from wagtail.models import ModelLogEntry

from campaign_site.bounces import Bounce
from donations import packing
from donations.addresses import PostalAddress
from donations.models import Pledge, Reward, RewardDelivery, RewardOption
from donations.reward_tasks import send_reward_question
from donations.services import (
    arrange_after_payment,
    ask_again,
    chase_due,
    choose_delivery,
    decline_reward,
    forget_donor,
    mark_arrived,
    mark_returned,
    mark_sent,
)
from donations.services.fulfilment import DeliveryError
from supporters import failed_mails, retention
from tests.factories import make_delivery, make_holder, make_reward, make_staff

pytestmark = pytest.mark.django_db

State = RewardDelivery.State
HOME = PostalAddress("Rue Haute 12", "1000", "Brussels")
POST = {"way": "post", "recipient": "Sam Sample", "address": HOME}


def arranged(reward: Reward | None = None, **choice) -> RewardDelivery:
    delivery = make_delivery(reward)
    return choose_delivery(delivery=delivery, **{"option": None, **POST, **choice})


def fresh(delivery: RewardDelivery) -> RewardDelivery:
    return RewardDelivery.objects.select_related("pledge__reward").get(pk=delivery.pk)


def left_of_each() -> dict[str, int]:
    return {option.name_en: option.stock - option.taken for option in RewardOption.objects.all()}


def test_choice_is_kept_and_its_address_unreadable_in_the_database():
    delivery = arranged()

    stored = fresh(delivery)
    assert stored.state == State.ARRANGED
    assert PostalAddress.from_text(stored.address) == HOME
    assert stored.recipient == "Sam Sample"
    raw = RewardDelivery.objects.extra(select={"raw": "address"}).values_list("raw", flat=True)[0]
    assert "Haute" not in raw


def test_changing_the_size_gives_the_earlier_one_back():
    reward = make_reward(sizes={"M": 1, "L": 1})
    medium, large = reward.options.all()
    delivery = arranged(reward, option=medium)
    assert left_of_each() == {"M": 0, "L": 1}

    choose_delivery(delivery=delivery, option=large, **POST)
    choose_delivery(delivery=delivery, option=large, **POST)

    assert left_of_each() == {"M": 1, "L": 0}


def test_size_of_which_none_is_left_is_refused_and_the_earlier_choice_stays():
    reward = make_reward(sizes={"M": 1, "L": 1})
    medium, large = reward.options.all()
    arranged(reward, option=large)
    delivery = arranged(reward, option=medium)

    with pytest.raises(DeliveryError, match="none of these is left") as refused:
        choose_delivery(delivery=delivery, option=large, way="pick_up")

    assert refused.value.field == "option"
    assert (fresh(delivery).option, fresh(delivery).way) == (medium, "post")
    assert left_of_each() == {"M": 0, "L": 0}


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"way": "post", "recipient": "Sam"}, "recipient"),
        ({"way": "post", "address": HOME}, "recipient"),
        ({"way": "pigeon"}, "way"),
        ({"way": ""}, "way"),
    ],
)
def test_incomplete_choice_is_refused(choice, field):
    delivery = make_delivery()

    with pytest.raises(DeliveryError) as refused:
        choose_delivery(delivery=delivery, option=None, **choice)

    assert refused.value.field == field
    assert fresh(delivery).state == State.ASKED


def test_size_is_asked_for_where_there_are_sizes_and_must_be_the_reward_s_own():
    reward = make_reward(sizes={"M": 1})
    other = make_reward(appeal=reward.appeal, sizes={"M": 1})
    delivery = make_delivery(reward)

    for option in (None, other.options.get()):
        with pytest.raises(DeliveryError):
            choose_delivery(delivery=delivery, option=option, **POST)

    choose_delivery(delivery=delivery, option=reward.options.get(), **POST)
    assert fresh(delivery).state == State.ARRANGED


def test_post_is_refused_where_a_reward_is_only_picked_up():
    delivery = make_delivery(make_reward(needs_address=False))

    with pytest.raises(DeliveryError):
        choose_delivery(delivery=delivery, option=None, **POST)
    choose_delivery(delivery=delivery, option=None, way="pick_up")

    assert fresh(delivery).way == "pick_up"


def test_pick_up_forgets_the_address_given_before():
    delivery = arranged()

    choose_delivery(delivery=delivery, option=None, way="pick_up", recipient="Sam", address=HOME)

    assert (fresh(delivery).recipient, fresh(delivery).address) == ("", "")


@pytest.mark.parametrize("state", [State.SENT, State.ARRIVED, State.RETURNED, State.DECLINED])
def test_nothing_can_be_chosen_once_it_is_on_its_way(state):
    delivery = make_delivery(state=state)

    with pytest.raises(DeliveryError):
        choose_delivery(delivery=delivery, option=None, **POST)

    assert fresh(delivery).address == ""


def test_nothing_can_be_chosen_while_the_money_is_not_there():
    delivery = make_delivery()
    Pledge.objects.update(received_eur=0)

    with pytest.raises(DeliveryError):
        choose_delivery(delivery=delivery, option=None, **POST)


def test_giving_up_frees_piece_and_size_once_and_erases_the_address():
    reward = make_reward(stock=3, sizes={"M": 1})
    delivery = arranged(reward, option=reward.options.get())

    assert [decline_reward(delivery=delivery) for _ in range(2)] == [True, False]

    stored = fresh(delivery)
    assert stored.state == State.DECLINED
    assert (stored.recipient, stored.address) == ("", "")
    assert Reward.objects.get().taken == 0
    assert left_of_each() == {"M": 1}
    assert arrange_after_payment([delivery.pledge_id]) == 0


def test_what_is_on_its_way_cannot_be_given_up():
    delivery = arranged()
    mark_sent(delivery_ids=[delivery.pk], by=None)

    with pytest.raises(DeliveryError):
        decline_reward(delivery=delivery)

    assert Reward.objects.get().taken == 1


def test_sending_tells_the_donor_once(run_tasks):
    treasurer = make_staff("Treasurers")
    delivery = arranged()

    numbers = [mark_sent(delivery_ids=[delivery.pk], by=treasurer) for _ in range(2)]
    run_tasks()

    assert numbers == [1, 0]
    assert fresh(delivery).sent_on == timezone.localdate()
    (message,) = mail.outbox
    assert message.to == [delivery.pledge.supporter.email]
    assert "Your reward left on" in message.body
    assert delivery.token in message.body
    assert "Haute" not in message.body
    entry = ModelLogEntry.objects.get(action="donations.send_reward")
    assert (entry.user, entry.object_id) == (treasurer, str(delivery.pk))


def test_pick_up_says_where_and_when(run_tasks):
    delivery = arranged(way="pick_up")

    with pytest.raises(DeliveryError, match="Say where and when"):
        mark_sent(delivery_ids=[delivery.pk], by=None)
    mark_sent(delivery_ids=[delivery.pk], by=None, where="Monday, at the march")
    run_tasks()
    assert PostalAddress.of(fresh(delivery)) is None

    (message,) = mail.outbox
    assert "Monday, at the march" in message.body
    assert "You can pick up your reward" in message.body


def test_only_what_is_arranged_and_paid_for_is_sent():
    reward = make_reward()
    ready, unpaid, asked = arranged(reward), arranged(reward), make_delivery(reward)
    Pledge.objects.filter(pk=unpaid.pledge_id).update(received_eur=0)

    ids = [ready.pk, unpaid.pk, asked.pk]
    assert mark_sent(delivery_ids=ids, by=None) == 1

    states = [fresh(delivery).state for delivery in (ready, unpaid, asked)]
    assert states == [State.SENT, State.ARRANGED, State.ASKED]


def test_arriving_erases_the_address_once():
    delivery = arranged()
    assert mark_arrived(delivery=delivery, by=None) is False
    mark_sent(delivery_ids=[delivery.pk], by=None)

    assert [mark_arrived(delivery=delivery, by=None) for _ in range(2)] == [True, False]

    stored = fresh(delivery)
    assert stored.state == State.ARRIVED
    assert (stored.recipient, stored.address) == ("", "")
    assert stored.ended_on == timezone.localdate()


def test_parcel_that_came_back_is_asked_about_again(run_tasks):
    delivery = arranged()
    mark_sent(delivery_ids=[delivery.pk], by=None)
    run_tasks()
    mail.outbox.clear()

    assert [mark_returned(delivery=delivery, by=None) for _ in range(2)] == [True, False]
    assert [ask_again(delivery=delivery, by=None) for _ in range(2)] == [True, False]
    run_tasks()

    stored = fresh(delivery)
    assert stored.state == State.ASKED
    assert stored.address == ""
    (message,) = mail.outbox
    assert message.subject == "Your parcel came back"
    assert "came back to us: Test T-shirt" in message.body


def test_parcel_that_came_back_may_be_given_up():
    delivery = arranged()
    mark_sent(delivery_ids=[delivery.pk], by=None)
    mark_returned(delivery=delivery, by=None)

    assert decline_reward(delivery=delivery) is True
    assert Reward.objects.get().taken == 0


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("en", "Hello Sam Sample,"), ("fr", "Sam Sample"), ("nl", "Sam Sample")],
)
def test_question_is_asked_in_the_donor_s_language_once(run_tasks, language, greeting):
    pledge = make_holder(make_reward(), received="25.00", language=language)
    arrange_after_payment([pledge.pk])

    run_tasks()
    delivery = RewardDelivery.objects.get()
    send_reward_question.func(delivery_id=delivery.pk, is_first=True)

    (message,) = mail.outbox
    assert greeting in message.body
    assert f"/{language}/donations/reward/{delivery.token}/" in message.body
    assert getattr(pledge.reward, f"name_{language}") in message.body
    assert message.extra_headers["Content-Language"] == language
    assert delivery.asked_at is not None
    # The subject gives away neither the cause nor what is on its way.
    assert "T-shirt" not in message.subject


def test_question_that_came_back_can_be_sent_anew(run_tasks):
    delivery = make_delivery()
    bounce = Bounce(
        template="reward_question",
        reference=delivery.public_id.hex,
        message="0" * 16,
        status="5.1.1",
    )

    failed = failed_mails.record_bounce(bounce)
    failed_mails.try_again(failed=failed, user=None)
    run_tasks()

    assert len(mail.outbox) == 1


def ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_only_who_has_not_answered_is_asked_again_and_twice_at_most(run_tasks):
    reward = make_reward()
    delivery = make_delivery(reward, asked_at=ago(10))
    make_delivery(reward, asked_at=ago(9))
    make_delivery(reward, asked_at=None)
    make_delivery(reward, asked_at=ago(30), state=State.ARRANGED)
    make_delivery(reward, asked_at=ago(30), state=State.DECLINED)

    assert [chase_due() for _ in range(2)] == [1, 0]
    run_tasks()
    assert [message.to for message in mail.outbox] == [[delivery.pledge.supporter.email]]
    assert "last time" not in mail.outbox[0].body

    RewardDelivery.objects.filter(pk=delivery.pk).update(asked_at=ago(25), chased_at=ago(15))
    RewardDelivery.objects.exclude(pk=delivery.pk).update(state=State.ARRANGED)
    assert [chase_due() for _ in range(2)] == [1, 0]
    run_tasks()
    assert "This is the last time that we ask" in mail.outbox[1].body

    RewardDelivery.objects.filter(pk=delivery.pk).update(asked_at=ago(300), chased_at=ago(200))
    assert chase_due() == 0


def test_two_questions_do_not_come_within_days_after_a_long_pause():
    make_delivery(asked_at=ago(40))

    assert [chase_due() for _ in range(2)] == [1, 0]
    assert chase_due(timezone.now() + timedelta(days=11)) == 1


@pytest.mark.parametrize("change", [{"received_eur": 0}, {"supporter": None}])
def test_nobody_is_chased_without_money_or_without_a_person(change):
    make_delivery(asked_at=ago(12))
    Pledge.objects.update(**change)

    assert chase_due() == 0


def test_choice_made_before_the_mail_leaves_keeps_it_back(run_tasks):
    delivery = make_delivery(asked_at=ago(12))
    chase_due()
    choose_delivery(delivery=delivery, option=None, **POST)

    run_tasks()

    assert mail.outbox == []


def test_address_is_erased_sixty_days_after_sending_and_not_while_it_is_needed():
    reward = make_reward()
    text = {"recipient": "Sam", "address": HOME.to_text(), "way": "post"}
    old = make_delivery(reward, state=State.SENT, sent_on=ago(61).date(), **text)
    recent = make_delivery(reward, state=State.SENT, sent_on=ago(58).date(), **text)
    returned = make_delivery(reward, state=State.RETURNED, sent_on=ago(90).date(), **text)
    ask_again(delivery=returned, by=None)
    choose_delivery(delivery=returned, option=None, **POST)

    retention.apply_retention()
    assert fresh(old).address == ""
    assert fresh(old).recipient == ""
    assert fresh(recent).address != ""
    # Its parcel was sent long ago and came back; the new address waits for a new parcel.
    assert fresh(returned).address != ""


def test_nothing_is_sent_to_somebody_who_was_erased():
    delivery = arranged()
    Pledge.objects.update(supporter=None)

    assert mark_sent(delivery_ids=[delivery.pk], by=None) == 0


def test_erasing_a_person_ends_the_link_and_frees_what_was_not_sent():
    reward = make_reward(sizes={"M": 2})
    option = reward.options.get()
    waiting, sent = arranged(reward, option=option), arranged(reward, option=option)
    mark_sent(delivery_ids=[sent.pk], by=None)

    for delivery in (waiting, sent):
        forget_donor(delivery.pledge)
        forget_donor(delivery.pledge)

    assert fresh(waiting).state == State.DECLINED
    assert fresh(sent).state == State.SENT
    for delivery in (waiting, sent):
        assert (fresh(delivery).recipient, fresh(delivery).address) == ("", "")
        assert fresh(delivery).link_version > 1
    assert Reward.objects.get().taken == 1
    assert left_of_each() == {"M": 1}


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (HOME, ["Rue Haute 12", "1000 Brussels"]),
        (
            PostalAddress("10 Downing Street", "SW1A 2AA", "London", "GB"),
            ["10 Downing Street", "SW1A 2AA London", "UNITED KINGDOM"],
        ),
        (PostalAddress("Somewhere", "", "Gaza", "PS"), ["Somewhere", "Gaza", "PALESTINE"]),
    ],
)
def test_address_reads_back_and_names_a_country_abroad(address, lines):
    assert PostalAddress.from_text(address.to_text()) == address
    assert address.lines == lines


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_packing_list_goes_by_reward_and_size_and_asks_to_be_destroyed():
    reward = make_reward(sizes={"M": 5})
    first = arranged(reward, option=reward.options.get())
    second = arranged(reward, option=reward.options.get(), way="pick_up")

    deliveries = RewardDelivery.objects.select_related("pledge__reward", "option").order_by("pk")
    pdf = packing.packing_list(deliveries, on=timezone.localdate())

    (page,) = pages_of(pdf)
    assert "Test T-shirt, M (2)" in page
    for words in (str(first.pk), str(second.pk), "Rue Haute 12", "1000 Brussels", "is picked up"):
        assert words in page
    assert "destroy this list" in page


def test_labels_fill_sheets_of_twenty_four_from_the_first_free_one():
    arranged()
    delivery = RewardDelivery.objects.select_related("pledge__reward", "option").get()

    one = pages_of(packing.labels([delivery] * 24))
    shifted = PdfReader(BytesIO(packing.labels([delivery] * 24, first=2)))

    assert len(one) == 1
    assert one[0].count("Sam Sample") == 24
    assert len(shifted.pages) == 2
    assert [round(float(side)) for side in shifted.pages[0].mediabox[2:]] == [595, 842]


def test_longest_address_still_fits_its_label():
    delivery = arranged(
        recipient="Maximiliana-Alexandra Vandenbroucke-Vandenbossche-Peeters X",
        address=PostalAddress(
            "Chaussée de la Grande-Bretagne-et-d’Irlande-du-Nord 1234 boîte 56 A",
            "B-12345678",
            "Sint-Pieters-Leeuw-aan-de-Schelde-en-omstreken X",
            "GB",
        ),
    )
    found = RewardDelivery.objects.select_related("pledge__reward", "option").get(pk=delivery.pk)

    (page,) = pages_of(packing.labels([found]))

    for words in ("Peeters X", "boîte 56 A", "omstreken X", "UNITED KINGDOM"):
        assert words in page


def test_unknown_numbers_change_nothing():
    assert mark_sent(delivery_ids=[10**9], by=None) == 0
    assert not ProcrastinateJob.objects.exists()
