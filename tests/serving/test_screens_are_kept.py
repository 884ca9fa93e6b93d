"""Everything that is declared public is kept: made from watched tables alone, alike for all."""

import pytest

from serving import lifetimes
from serving import page_cache as page_cache_module
from serving.tables import watched_tables
from tests.browser.screens import one_for_each_template
from tests.browser.stage import Stage, expected_failures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("soon")]


@pytest.fixture
def judged(page_cache, monkeypatch) -> list[tuple]:
    """Every public answer of the site: its address, whether it may be kept, what is not watched."""
    found = []
    judge = page_cache_module.may_be_kept

    def listen(request, response, record, key):
        is_kept = judge(request, response, record, key)
        if lifetimes.declared(response) and response.status_code < 400:
            found.append((key[2], is_kept, sorted(record.tables - watched_tables())))
        return is_kept

    monkeypatch.setattr(page_cache_module, "may_be_kept", listen)
    return found


@pytest.mark.drill
def test_every_public_screen_is_made_from_watched_tables(judged, make_image):
    stage = Stage("fr", make_image())
    with expected_failures():
        for screen in one_for_each_template():
            screen.ask(stage)

    assert [one for one in judged if not one[1]] == []
    assert len({address for address, _, _ in judged}) > 12
    assert any("/solidarity/" in address for address, _, _ in judged)


def test_answer_from_another_table_is_found(judged, ask, monkeypatch):
    """What the test above looks for, planted."""
    everything = watched_tables()
    monkeypatch.setattr(
        "serving.recording.watched_tables", lambda: everything - {"pages_campaignpage"}
    )
    ask("/en/notatarget/")

    assert [(address, is_kept) for address, is_kept, _ in judged] == [("/en/notatarget/", False)]
