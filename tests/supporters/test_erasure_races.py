"""Somebody is erased while they act: the two never meet half-way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import IntegrityError, connection, transaction

from donations.models import Pledge
from supporters.erasure import erase_supporter
from supporters.models import ErasureRecord, Supporter
from supporters.services import find_supporter, remember_supporter
from tests.factories import make_appeal, make_pledge, make_supporter
from tests.supporters.somebody import ADDRESS

pytestmark = pytest.mark.django_db(transaction=True)


def pledge_while_erasing(find: Callable[[], Supporter]) -> None:
    """Find the person in one transaction, have them erased in another, then pledge in the first.

    The pledge waits for the erasure for a second, which is more than it takes.
    """
    appeal, supporter = make_appeal(), find_supporter(ADDRESS)
    found, erased = Signal(), Signal()

    def pledge() -> None:
        try:
            with transaction.atomic():
                person = find()
                found.set()
                erased.wait(1)
                make_pledge(appeal=appeal, supporter=person)
        finally:
            connection.close()

    def erase() -> None:
        try:
            found.wait(10)
            erase_supporter(supporter)
        finally:
            erased.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(pledge), pool.submit(erase)]:
            future.result()


def test_erasure_waits_for_who_is_acting_and_then_erases_that_too():
    make_supporter(ADDRESS)

    pledge_while_erasing(lambda: remember_supporter(email=ADDRESS, language="en"))

    pledge = Pledge.objects.get()
    assert (pledge.name, pledge.supporter, pledge.status) == ("", None, "cancelled")
    assert find_supporter(ADDRESS) is None


def test_without_the_lock_the_pledge_would_name_somebody_who_is_gone():
    make_supporter(ADDRESS)

    with pytest.raises(IntegrityError):
        pledge_while_erasing(lambda: find_supporter(ADDRESS))

    assert Pledge.objects.count() == 0


def test_of_ten_erasures_at_once_one_erases(settings):
    supporter = make_supporter(ADDRESS)
    make_pledge(supporter=supporter)

    def erase(_number: int) -> bool:
        try:
            return erase_supporter(supporter) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(erase, range(10)))

    assert done.count(True) == 1
    assert ErasureRecord.objects.count() == 1
    assert len(settings.ERASURE_LEDGER.read_text().splitlines()) == 1
