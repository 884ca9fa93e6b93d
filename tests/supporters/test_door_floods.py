"""Scripted posts by the hundred, from one network and from as many; then somebody honest."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.models import Page

from campaign_site.forms import new_form_key
from campaign_site.settings import base
from donations.models import Pledge
from events.models import SignUp
from solidarity.models import HeldPhoto, Photo
from tests.factories import make_appeal, make_event, make_photo_call
from tests.supporters.at_the_door import PHOTO, PLEDGE, SIGN_UP, fill_in, post

pytestmark = pytest.mark.django_db

NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
SPAM = "Buy pills now"
QUEUES = {SIGN_UP: SignUp, PLEDGE: Pledge, PHOTO: Photo}
# What a robot must type besides a name, so that only the door stands in its way.
ROBOT = {
    SIGN_UP: {"name": SPAM},
    PLEDGE: {"name": SPAM},
    PHOTO: {"message": SPAM, "display_name": SPAM},
}
PURPOSES = {
    SIGN_UP: "signup:test-event",
    PLEDGE: "pledge:test-appeal",
    PHOTO: "photo:test-call",
}
PUBLIC = (
    "/en/solidarity/test-call/wall/",
    "/fr/solidarity/test-call/wall/",
    "/en/events/test-event/",
    "/en/donations/test-appeal/",
)


@pytest.fixture(autouse=True)
def real_limits(settings):
    settings.FORM_LIMITS = base.FORM_LIMITS
    settings.FORM_MINIMUM_SECONDS = base.FORM_MINIMUM_SECONDS
    make_event()
    make_appeal()
    make_photo_call()


def picture(path: str) -> dict:
    if path != PHOTO:
        return {}
    out = BytesIO()
    Image.new("RGB", (32, 24), "#d8352a").save(out, "PNG")
    return {"image": SimpleUploadedFile("me.png", out.getvalue(), "image/png")}


def flood(client, clock, *, posts: int, networks: int) -> None:
    """Post so many forms, ten a second, each with a good key and filled in slowly."""
    paths = [*QUEUES]
    forms = {path: fill_in(client, path, remote="10.0.0.7", **ROBOT[path]) for path in paths}
    keys = [new_form_key(PURPOSES[paths[number % 3]]) for number in range(posts)]
    clock.shift(30)
    for number, key in enumerate(keys):
        path, place = paths[number % 3], number % networks
        email = f"robot{number}@example.org"
        data = {**forms[path], "form_key": key, "email": email, **picture(path)}
        post(client, path, data, remote=f"10.{place // 250}.{place % 250}.7")
        if number % 10 == 0:
            clock.shift(1)


def everything_public(client) -> str:
    paths = [*PUBLIC, *(page.url for page in Page.objects.live().public() if page.url)]
    return "".join(client.get(path, follow=True).content.decode() for path in paths)


@pytest.mark.parametrize(
    ("posts", "networks"),
    [
        pytest.param(150, 1, id="one network"),
        pytest.param(150, 150, id="a botnet"),
        pytest.param(1000, 1000, id="a large botnet", marks=pytest.mark.drill),
    ],
)
def test_scripted_posts_and_then_somebody_honest(client, posts, networks):
    with time_machine.travel(NOON, tick=False) as clock:
        flood(client, clock, posts=posts, networks=networks)

        queued = {path: queue.objects.count() for path, queue in QUEUES.items()}
        assert all(0 < count <= 40 for count in queued.values()), queued
        assert HeldPhoto.objects.count() <= 60
        assert SPAM not in everything_public(client)

        # No scripts, another network: the form says how long to wait, and then it is taken.
        send_patiently(client, clock, remote="198.51.100.7")
        # The same from where the robots came from, once that network's window is over.
        clock.shift(600)
        send_patiently(client, clock, remote="10.0.0.9")

        taken = {path: queue.objects.count() for path, queue in QUEUES.items()}
        assert taken == {path: count + 2 for path, count in queued.items()}


def send_patiently(client, clock, *, remote: str) -> None:
    """Send each form once, waiting as it says and without a script."""
    pages = {
        path: fill_in(client, path, remote=remote, email=f"{remote}@example.org") for path in QUEUES
    }
    clock.shift(16)
    for path, data in pages.items():
        assert post(client, path, {**data, **picture(path)}, remote=remote).status_code == 302
