"""Hours that a Belgian clock skips or shows twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import override

from events.calendar_file import calendar_file
from events.local_time import BRUSSELS, check_local_time, is_doubled, is_skipped, on_the_clock
from events.models import Event
from tests.factories import make_event

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
SKIPPED = datetime(2027, 3, 28, 2, 30, tzinfo=BRUSSELS)
DOUBLED = datetime(2027, 10, 31, 2, 30, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("wall", "skipped", "doubled"),
    [
        (datetime(2027, 3, 28, 1, 59), False, False),
        (datetime(2027, 3, 28, 2, 0), True, False),
        (datetime(2027, 3, 28, 2, 30), True, False),
        (datetime(2027, 3, 28, 3, 0), False, False),
        (datetime(2027, 10, 31, 1, 59), False, False),
        (datetime(2027, 10, 31, 2, 0), False, True),
        (datetime(2027, 10, 31, 2, 30), False, True),
        (datetime(2027, 10, 31, 3, 0), False, False),
        (datetime(2027, 7, 1, 2, 30), False, False),
    ],
)
def test_clock_changes_are_known(wall, skipped, doubled):
    assert is_skipped(wall) is skipped
    assert is_doubled(wall) is doubled


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        (datetime(2027, 3, 28, 2, 30), "does not exist"),
        (datetime(2027, 3, 28, 2, 30, tzinfo=BRUSSELS), "does not exist"),
        (datetime(2027, 10, 31, 2, 30), "comes twice"),
        (datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=BRUSSELS), "comes twice"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "comes twice"),
    ],
)
def test_unusable_hour_is_refused_with_the_reason(moment, word):
    with pytest.raises(ValueError, match=word):
        check_local_time(moment)


@pytest.mark.parametrize(
    "moment", [None, datetime(2027, 3, 28, 3, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)]
)
def test_ordinary_hour_is_accepted(moment):
    assert check_local_time(moment) is None


@pytest.mark.parametrize("moment", [SKIPPED, DOUBLED])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Choose an hour before 2, or from 3 on."),
        ("fr", "Choisissez une heure avant 2 h, ou à partir de 3 h."),
        ("nl", "Kies een uur vóór 2 uur, of vanaf 3 uur."),
    ],
)
def test_sentence_says_which_hours_can_be_chosen(moment, language, sentence):
    with override(language), pytest.raises(ValueError) as refusal:
        check_local_time(moment)

    assert str(refusal.value).replace("\u202f", " ").replace("\xa0", " ").endswith(sentence)


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        (SPRING, time(1, 59), "00:59"),
        # One of the hour that is skipped is an hour later: 03:30 on the clock.
        (SPRING, time(2, 30), "01:30"),
        (SPRING, time(3), "01:00"),
        (SPRING, time(18), "16:00"),
        (SPRING - timedelta(days=1), time(18), "17:00"),
        (AUTUMN, time(1, 59), "23:59"),
        # The first of the two.
        (AUTUMN, time(2, 30), "00:30"),
        (AUTUMN, time(3), "02:00"),
        (AUTUMN, time(8), "07:00"),
        (AUTUMN - timedelta(days=1), time(18), "16:00"),
    ],
)
def test_hour_of_the_clock_is_one_moment_on_both_nights(day, hour, moment):
    found = on_the_clock(day, hour)

    assert f"{found.astimezone(UTC):%H:%M}" == moment
    skipped = hour == time(2, 30) and day == SPRING
    assert found.time() == (time(3, 30) if skipped else hour)
    assert found.date() == day


def test_clock_never_runs_backwards():
    """Hours that follow one another on the clock do so as moments, and none comes twice."""
    for day in (SPRING, AUTUMN):
        moments = [on_the_clock(day, time(hour, 15)) for hour in (0, 1, 3, 4, 23)]
        assert moments == sorted(set(moments))


def an_event(moment: datetime | None, field: str = "starts_at") -> Event:
    names = {f"{name}_{code}": "X" for name in ("name", "place") for code in ("en", "fr", "nl")}
    day = moment.date() if moment else SPRING
    return Event(slug="night", day=day, **names, **{field: moment})


@pytest.mark.parametrize("field", ["starts_at", "opens_at", "closes_at"])
@pytest.mark.parametrize("moment", [SKIPPED, DOUBLED])
def test_form_refuses_the_hour_beside_its_field(field, moment):
    with pytest.raises(ValidationError) as refusal:
        an_event(moment, field).full_clean(validate_unique=False, validate_constraints=False)

    assert set(refusal.value.message_dict) == {field}
    assert "Choose an hour before 2" in refusal.value.message_dict[field][0]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [SKIPPED, DOUBLED, DOUBLED.replace(fold=1)])
def test_code_without_a_form_is_refused_too(moment):
    event = make_event(day=SPRING)
    writings = [
        an_event(moment).save,
        lambda: Event.objects.bulk_create([an_event(moment)]),
        lambda: Event.objects.filter(pk=event.pk).update(starts_at=moment),
        lambda: Event.objects.filter(pk=event.pk).update(closes_at=moment),
    ]

    for write in writings:
        with (
            pytest.raises(ValueError, match="Choose an hour before 2, or from 3 on"),
            transaction.atomic(),
        ):
            write()

    event.refresh_from_db()
    assert (event.starts_at, event.closes_at) == (None, None)
    assert not Event.objects.filter(slug="night").exists()


@pytest.mark.django_db
def test_searching_by_such_a_moment_is_allowed():
    """The form is shown that night, too."""
    assert not Event.objects.filter(slug="night", opens_at__lte=DOUBLED).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "written", "reminder"),
    [
        (datetime(2027, 10, 31, 3, 30, tzinfo=BRUSSELS), "20271031T033000", "16:00"),
        (datetime(2027, 3, 28, 3, 30, tzinfo=BRUSSELS), "20270328T033000", "17:00"),
    ],
)
def test_first_hour_after_the_change_is_right_everywhere(starts, written, reminder):
    event = make_event(day=starts.date(), starts_at=starts)
    event.refresh_from_db()

    lines = calendar_file(event).decode().splitlines()

    assert f"DTSTART;TZID=Europe/Brussels:{written}" in lines
    assert event.begins.astimezone(BRUSSELS).time() == time(3, 30)
    due = on_the_clock(event.day - timedelta(days=1), event.reminder_hour)
    assert f"{due.astimezone(UTC):%H:%M}" == reminder
