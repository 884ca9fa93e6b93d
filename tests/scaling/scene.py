"""What the drill's site holds; run inside it by ``manage.py shell``. Prints a line of JSON."""

import json

from pages.models import AppealPage
from tests.factories import make_appeal, make_event, make_photo_call, make_reward

PLACES, REWARDS = 10, 5


def fill() -> None:
    make_photo_call(slug="drill-call")
    make_event(slug="drill-event", capacity=PLACES)
    make_event(slug="drill-many")
    appeal = make_appeal(slug="drill-appeal")
    reward = make_reward(appeal=appeal, stock=REWARDS)
    page = AppealPage.objects.get(appeal=appeal)
    print(json.dumps({"reward": reward.pk, "page": page.pk, "path": page.get_url()}))


def publish(page: int, title: str) -> None:
    """Publish another title, as an editor does."""
    found = AppealPage.objects.get(pk=page)
    found.title = title
    found.save_revision().publish()
