"""Every public screen, once, as data: its template, its state, and how it comes about.

Both the tests and the drill go through this list. A template that the public sees and no screen
shows fails tests/browser/test_screens.py; so add a screen together with a template.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.images import ImageFile
from django.http import HttpResponse
from django.utils import timezone

from campaign_site.links import make_token
from donations.models import Pledge
from donations.services import cancel_pledge
from donations.services.reminding import STOP_PURPOSE
from events.models import SignUp
from events.services import cancel_sign_up
from pages.images import EditorialImage
from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    Mood,
    PhotoCallPage,
    StandardPage,
    Theme,
    WallPage,
)
from solidarity import services
from solidarity.models import Partner, PhotoCall, Purpose
from solidarity.wall import open_wall
from supporters import exports
from supporters.models import DataExport, NewsletterSubscription
from supporters.services import MY_SOLIDARITY, make_one_time_link
from tests.browser.stage import LANGUAGES, Stage, changed, expected_failures
from tests.donations.gifts import make_gift, make_outside
from tests.factories import (
    in_days,
    make_delivery,
    make_holder,
    make_photo_call,
    make_reward,
    make_supporter,
)
from tests.solidarity.editions import delivered
from tests.supporters.at_the_door import fields_of

OVER = {"opens_on": in_days(-30), "closes_on": in_days(-3)}
LONG_PAST = {"day": in_days(-300), "starts_at": None, "ends_at": None}

Ask = Callable[[Stage], HttpResponse]


@dataclass(frozen=True)
class Screen:
    """``ask`` brings the screen about on a stage; its answer must use ``template``."""

    name: str
    template: str
    ask: Ask
    status: int = 200


@dataclass(frozen=True)
class Shown:
    """A screen as the site answered with it, to be looked at as often as one likes."""

    screen: Screen
    path: str
    status: int
    headers: dict[str, str]
    html: str
    templates: frozenset[str]


def show(screen: Screen, stage: Stage) -> Shown:
    """Bring the screen about; raises AssertionError when something else comes than is listed."""
    response = screen.ask(stage)
    request = response.request
    query = f"?{request['QUERY_STRING']}" if request["QUERY_STRING"] else ""
    templates = frozenset(part.name for part in response.templates if part.name)
    assert response.status_code == screen.status, (screen.name, response.status_code)
    assert screen.template in templates, (screen.name, sorted(templates))
    return Shown(
        screen=screen,
        path=request["PATH_INFO"] + query,
        status=response.status_code,
        headers=dict(response.headers),
        html=response.content.decode(),
        templates=templates,
    )


def public_templates() -> frozenset[str]:
    """Every template that makes up what the public sees, by the name it is loaded with."""
    root = Path(settings.BASE_DIR, "templates")
    names = (path.relative_to(root).as_posix() for path in root.rglob("*.html"))
    # campaign/ is the markup for every kind of field that the form library knows, used or not;
    # 429.html stands at the door of the staff.
    others = (
        "429.html",
        "admin/",
        "campaign/",
        "development/",
        "emails/",
        # Drawn into files at each release: tests/failing/test_fallback_pages.py.
        "errors/fallback.html",
        "newsroom/",
        "staff/",
        "wagtail",
        "watching/",
    )
    staff = ("/admin/", "/hosting/")
    return frozenset(
        name
        for name in names
        if not name.startswith(others) and not any(part in name for part in staff)
    )


SCREENS: list[Screen] = []


def screen(name: str, template: str, *, status: int = 200) -> Callable[[Ask], Ask]:
    """Put what the decorated function brings about on the list."""

    def listed(ask: Ask) -> Ask:
        SCREENS.append(Screen(name, template, ask, status))
        return ask

    return listed


def show_all(stage: Stage, screens: Sequence[Screen] = SCREENS) -> list[Shown]:
    """Bring screens about, in the order of the list: what one of them changes stays changed."""
    with expected_failures():
        return [show(listed, stage) for listed in screens]


def one_for_each_template() -> list[Screen]:
    """The first screen of each template, and the forms that come back with errors."""
    firsts = {listed.template: listed for listed in reversed(SCREENS)}.values()
    return [one for one in SCREENS if one in firsts or "sent empty" in one.name]


# The site's pages


@screen("home", "pages/home_page.html")
def home(stage):
    return stage.get_page(stage.page(HomePage))


def campaign_in(state: str) -> Ask:
    """The campaign with all three actions, in a state of an editor's choice."""

    def ask(stage: Stage) -> HttpResponse:
        ended_on = in_days(-3) if state in ("ended", "archived") else None
        with changed(stage.campaign, state=state, ended_on=ended_on):
            return stage.get_page(stage.campaign)

    return ask


for state in (*CampaignPage.State.values, ""):
    screen(f"campaign, {state or 'without a state'}", "pages/campaign_page.html")(
        campaign_in(state)
    )


def campaign_of_mood(mood: str) -> Ask:
    """The campaign in another colour, with another drawing, when people have taken part."""

    def ask(stage: Stage) -> HttpResponse:
        stage.take_part()
        with changed(stage.campaign, mood=mood):
            return stage.get_page(stage.campaign)

    return ask


for mood in Mood.values:
    screen(f"campaign with counters, {mood}", "pages/campaign_page.html")(campaign_of_mood(mood))


@screen("home with counters", "pages/home_page.html")
def home_with_counters(stage):
    return stage.get_page(stage.page(HomePage))


@screen("campaign with every block", "pages/campaign_page.html")
def campaign_with_every_block(stage):
    with changed(stage.campaign, body=stage.every_block(stage.campaign), state="running"):
        return stage.get_page(stage.campaign)


@screen("ended campaign with every block", "pages/campaign_page.html")
def ended_campaign_with_every_block(stage):
    body = stage.every_block(stage.campaign)
    with changed(stage.campaign, body=body, state="ended", ended_on=in_days(-3)):
        return stage.get_page(stage.campaign)


@screen("standard page", "pages/standard_page.html")
def standard_page(stage):
    return stage.get_page(stage.page(StandardPage))


@screen("page of an open photo call", "pages/photo_call_page.html")
def open_call(stage):
    return stage.get_page(stage.page(PhotoCallPage, photo_call__slug="demo"))


@screen("page of a past photo call", "pages/photo_call_page.html")
def past_call(stage):
    call = stage.page(PhotoCallPage, photo_call__slug="demo")
    with changed(call.photo_call, **OVER):
        return stage.get_page(call)


@screen("page of a photo call that was delivered", "components/delivery.html")
def delivered_call(stage):
    page = stage.page(PhotoCallPage, photo_call__slug="notatarget-2022")
    if not page.photo_call.editions.exists():
        answers = {f"answer_{code}": f"Answer ({code})" for code in ("en", "fr", "nl")}
        delivered(page.photo_call, answered_on=date(2023, 1, 5), **answers)
    return stage.get_page(page)


@screen("page of an event", "pages/event_page.html")
def event(stage):
    return stage.get_page(stage.page(EventPage, event__slug="demo"))


def get_demo_event(stage: Stage, **fields) -> HttpResponse:
    with changed(stage.event, **fields):
        return stage.get_page(stage.page(EventPage, event__slug="demo"))


@screen("page of an event with everything to know", "pages/event_page.html")
def told_event(stage):
    stage.tell_everything(stage.event)
    return get_demo_event(stage)


@screen("page of a full event", "pages/event_page.html")
def full_event(stage):
    return get_demo_event(stage, capacity=0, places_taken=0)


@screen("page of a full event without a waiting list", "pages/event_page.html")
def full_event_without_list(stage):
    return get_demo_event(stage, capacity=0, places_taken=0, has_waiting_list=False)


@screen("page of an event whose sign-up opens later", "pages/event_page.html")
def announced_event(stage):
    return get_demo_event(stage, opens_at=timezone.now() + timedelta(days=3))


@screen("page of an event whose sign-up is closed", "pages/event_page.html")
def closed_event(stage):
    return get_demo_event(stage, closes_at=timezone.now() - timedelta(days=3))


@screen("page of an event that has moved", "pages/event_page.html")
def moved_event(stage):
    return get_demo_event(stage, moved_at=timezone.now(), **notices("Under the bridge instead."))


@screen("page of an event that is cancelled", "pages/event_page.html")
def cancelled_event(stage):
    return get_demo_event(stage, cancelled_at=timezone.now(), **notices("The hall is flooded."))


def notices(text: str) -> dict[str, str]:
    return {f"notice_{code}": text for code in LANGUAGES}


@screen("page of a past event", "pages/event_page.html")
def past_event(stage):
    with changed(stage.event, **LONG_PAST):
        return stage.get_page(stage.page(EventPage, event__slug="demo"))


@screen("page of an open appeal", "pages/appeal_page.html")
def open_appeal(stage):
    return stage.get_page(stage.page(AppealPage, appeal__slug="demo"))


@screen("page of a past appeal", "pages/appeal_page.html")
def past_appeal(stage):
    with changed(stage.appeal, **OVER):
        return stage.get_page(stage.page(AppealPage, appeal__slug="demo"))


@screen("page of an appeal elsewhere", "pages/appeal_page.html")
def appeal_elsewhere(stage):
    with changed(stage.appeal, account=None, platform="Example"):
        return stage.get_page(stage.page(AppealPage, appeal__slug="demo"))


@screen("page of an appeal that money came for", "pages/appeal_page.html")
def appeal_with_money(stage):
    stage.pledge()
    outside = make_outside(stage.appeal)
    try:
        with changed(stage.appeal, goal_eur=2000):
            return stage.get_page(stage.page(AppealPage, appeal__slug="demo"))
    finally:
        outside.delete()


@screen("page of an appeal with rewards and a gift card", "pages/appeal_page.html")
def appeal_with_rewards(stage):
    shown = [
        make_reward(appeal=stage.appeal, kind=kind, stock=stock)
        for kind, stock in (("t_shirt", 3), ("poster", 0), ("banner", 40), ("other", None))
    ]
    image = EditorialImage.objects.create(
        title="Shirt", description="A white shirt", file=ImageFile(BytesIO(stage.image), "a.jpg")
    )
    try:
        with (
            changed(stage.appeal, communication="donation demo"),
            changed(shown[0], picture=image),
        ):
            return stage.get_page(stage.page(AppealPage, appeal__slug="demo"))
    finally:
        for reward in shown:
            reward.delete()
        image.delete()


@screen("page of a wall", "pages/wall_page.html")
def wall_page(stage):
    page = stage.page(WallPage)
    with changed(page, photo_call=stage.call):
        return stage.get_page(page)


@screen("page of an empty wall", "pages/wall_page.html")
def empty_wall_page(stage):
    page = stage.page(WallPage)
    with changed(page, photo_call=make_photo_call(slug="nobody-yet")):
        return stage.get_page(page)


@screen("articles", "pages/article_index_page.html")
def articles(stage):
    return stage.get_page(stage.page(ArticleIndexPage))


@screen("articles of one theme", "pages/article_index_page.html")
def articles_of_a_theme(stage):
    theme = Theme.objects.filter(articles__isnull=False)[0]
    return stage.get_page(stage.page(ArticleIndexPage), f"?theme={theme.slug}")


@screen("no articles", "pages/article_index_page.html")
def no_articles(stage):
    index = stage.page(ArticleIndexPage)
    articles = ArticlePage.objects.child_of(index)
    listed = list(articles.live().values_list("pk", flat=True))
    articles.update(live=False)
    try:
        return stage.get_page(index)
    finally:
        articles.filter(pk__in=listed).update(live=True)


@screen("article", "pages/article_page.html")
def article(stage):
    return stage.get_page(stage.page(ArticlePage))


@screen("article with every block", "pages/article_page.html")
def article_with_every_block(stage):
    page = stage.page(ArticlePage)
    with changed(page, body=stage.every_block(page)):
        return stage.get_page(page)


@screen("search", "pages/search.html")
def search(stage):
    return stage.get("search/")


@screen("search with results", "pages/search.html")
def search_found(stage):
    return stage.get("search/?q=Viva+Salud")


@screen("search without results", "pages/search.html")
def search_not_found(stage):
    return stage.get("search/?q=qxzvwkjq")


@screen("style guide", "styleguide/styleguide.html")
def style_guide(stage):
    return stage.get("styleguide/")


@screen("style guide's form with errors", "styleguide/form.html")
def style_guide_form(stage):
    return stage.get("styleguide/form/")


# Solidarity photos

SEND = "solidarity/demo/"
SIGN = "solidarity/demo/sign/"
EMPTY_WALL = "solidarity/empty-call/wall/"


@screen("photo form", "solidarity/send.html")
def photo_form(stage):
    return stage.get(SEND)


@screen("photo form with frames and partners", "solidarity/frame_field.html")
def photo_form_with_choices(stage):
    slogans = {f"slogan_{language}": "Health workers are not a target" for language in LANGUAGES}
    partner, _ = Partner.objects.get_or_create(
        slug="nurses", name_en="The nurses", name_fr="Les infirmières", name_nl="De verpleegkunde"
    )
    with changed(stage.call, **slogans):
        stage.call.partners.add(partner)
        return stage.get("solidarity/test-call/")


@screen("photo form sent empty", "solidarity/send.html")
def photo_form_empty(stage):
    return stage.send_spoiled(SEND)


@screen("photo form sent with nothing but a photo", "solidarity/send.html")
def photo_form_with_photo(stage):
    return stage.send_spoiled(SEND, image=stage.picture())


@screen("photo form under pressure", "solidarity/send.html")
def photo_form_under_pressure(stage):
    return stage.send_under_pressure(SEND, message="Courage")


@screen("photo call that is over", "solidarity/closed.html")
def closed_call(stage):
    with changed(stage.call, **OVER):
        return stage.get("solidarity/test-call/")


@screen("photo call to come", "solidarity/closed.html")
def call_to_come(stage):
    with changed(stage.call, opens_on=in_days(3)):
        return stage.get("solidarity/test-call/")


@screen("photo waiting, with its code", "solidarity/photo.html")
def photo_with_code(stage):
    return stage.get(stage.photo_path(stage.photo()))


@screen("photo on the wall", "solidarity/photo.html")
def photo_on_the_wall(stage):
    photo = stage.photo("sam@example.org")
    services.approve_photo(photo=photo, moderator=None, alt_text="Somebody holds up a sign")
    return stage.get(stage.photo_path(photo))


@screen("photo to be shown later, a face to be covered", "solidarity/photo.html")
def photo_shown_later(stage):
    details = services.PhotoDetails(show_from=in_days(7), needs_cover=True)
    return stage.get(stage.photo_path(stage.photo("sam@example.org", details=details)))


@screen("photo that came by mail, to confirm", "solidarity/photo.html")
def photo_to_confirm(stage):
    return stage.get(stage.photo_path(stage.mailed_photo()))


@screen("photo without the wall", "solidarity/photo.html")
def photo_off_the_wall(stage):
    photo = stage.photo("sam@example.org")
    services.withdraw_consent(photo, purpose=Purpose.WALL)
    return stage.get(stage.photo_path(photo))


@screen("photo refused", "solidarity/photo.html")
def photo_refused(stage):
    photo = services.reject_photo(photo=stage.photo(), moderator=None, reason="other")
    return stage.get(stage.photo_path(photo))


@screen("photo taken back", "solidarity/photo.html")
def photo_taken_back(stage):
    photo = services.withdraw_photo(stage.photo())
    return stage.get(stage.photo_path(photo))


@screen("form for a code", "solidarity/withdraw_with_code.html")
def code_form(stage):
    return stage.get("solidarity/withdraw-with-code/")


@screen("form with a wrong code", "solidarity/withdraw_with_code.html")
def wrong_code(stage):
    return stage.send_spoiled("solidarity/withdraw-with-code/", code="2222-2222-2222-2222")


@screen("signs to print", "solidarity/sign.html")
def signs(stage):
    return stage.get(SIGN)


@screen("form for a sign sent empty", "solidarity/sign.html")
def sign_form_empty(stage):
    return stage.send_spoiled(SIGN)


@screen("wall", "solidarity/wall.html")
def wall(stage):
    return stage.get(f"solidarity/{stage.call.slug}/wall/")


@screen("wall, page 2", "solidarity/wall.html")
def wall_page_2(stage):
    position = open_wall(stage.call, {}).next_position
    return stage.get(f"solidarity/{stage.call.slug}/wall/?after={position}")


@screen("wall after the last photo", "solidarity/wall.html")
def wall_after_the_last(stage):
    return stage.get(f"solidarity/{stage.call.slug}/wall/?after={2**62}")


@screen("wall as a list, filtered", "solidarity/wall.html")
def wall_filtered(stage):
    return stage.get(f"solidarity/{stage.call.slug}/wall/?view=list&language=nl")


@screen("photo of the wall", "solidarity/wall_photo.html")
def photo_of_the_wall(stage):
    photos = list(stage.call.photos.public().order_by("wall_key")[:2])
    return stage.get(f"solidarity/{stage.call.slug}/photos/{photos[1].wall_key}/")


@screen("photo that is not on the wall", "solidarity/wall_photo_gone.html", status=404)
def photo_gone(stage):
    return stage.get(f"solidarity/{stage.call.slug}/photos/5/")


def report_path(stage) -> str:
    photo = stage.call.photos.public().order_by("wall_key")[0]
    return f"solidarity/{stage.call.slug}/photos/{photo.wall_key}/report/"


@screen("report form", "solidarity/report.html")
def report_form(stage):
    return stage.get(report_path(stage))


@screen("report form sent empty", "solidarity/report.html")
def report_form_empty(stage):
    return stage.send_spoiled(report_path(stage))


@screen("photo reported", "solidarity/reported.html")
def photo_reported(stage):
    sent = stage.send_spoiled(report_path(stage), kind="wrong", email="sam@example.org")
    return stage.client.get(sent["Location"])


@screen("photo reported by who is in it", "solidarity/reported.html")
def photo_reported_by_who_is_in_it(stage):
    sent = stage.send_spoiled(report_path(stage), kind="me")
    return stage.client.get(sent["Location"])


@screen("wall in a frame", "solidarity/embed.html")
def wall_in_a_frame(stage):
    return stage.client.get(f"/embed/{stage.call.slug}/?lang={stage.language}")


@screen("slideshow", "solidarity/slideshow.html")
def slideshow(stage):
    return stage.get(f"solidarity/{stage.call.slug}/slideshow/")


@screen("empty slideshow", "solidarity/slideshow.html")
def empty_slideshow(stage):
    make_photo_call(slug="no-slides")
    return stage.get("solidarity/no-slides/slideshow/")


@screen("empty wall", "solidarity/wall.html")
def empty_wall(stage):
    make_photo_call(slug="empty-call")
    return stage.get(EMPTY_WALL)


@screen("empty wall of a past call", "solidarity/wall.html")
def empty_past_wall(stage):
    with changed(PhotoCall.objects.get(slug="empty-call"), **OVER):
        return stage.get(EMPTY_WALL)


# Events

SIGN_UP = "events/demo/"


@screen("sign-up form", "events/sign_up.html")
def sign_up_form(stage):
    return stage.get(SIGN_UP)


@screen("sign-up form sent empty", "events/sign_up.html")
def sign_up_form_empty(stage):
    return stage.send_spoiled(SIGN_UP)


@screen("sign-up form under pressure", "events/sign_up.html")
def sign_up_form_under_pressure(stage):
    return stage.send_under_pressure(SIGN_UP, name="Sam", email="sam@example.org", party_size="1")


@screen("sign-up form of an event that asks everything", "events/sign_up.html")
def sign_up_form_whole(stage):
    stage.tell_everything(stage.event)
    return stage.send_spoiled(SIGN_UP, needs=["seat", "signs"], needs_line="a chair")


@screen("form for the waiting list", "events/sign_up.html")
def waiting_form(stage):
    with changed(stage.event, capacity=4, places_taken=4):
        return stage.get(SIGN_UP)


@screen("group for which there are too few places", "events/sign_up.html")
def sign_up_group(stage):
    with changed(stage.event, capacity=4, places_taken=2):
        who = {"name": "Sam", "email": "sam@example.org"}
        return stage.send_spoiled(SIGN_UP, party_size="3", **who)


@screen("sign-up for a full event", "events/no_sign_up.html")
def sign_up_full(stage):
    with changed(stage.event, capacity=0, places_taken=0, has_waiting_list=False):
        return stage.get(SIGN_UP)


@screen("sign-up closed", "events/no_sign_up.html")
def sign_up_closed(stage):
    with changed(stage.event, takes_sign_ups=False):
        return stage.get(SIGN_UP)


@screen("sign-up for a past event", "events/no_sign_up.html")
def sign_up_past(stage):
    with changed(stage.event, **LONG_PAST):
        return stage.get(SIGN_UP)


@screen("signed up", "events/signed_up.html")
def signed_up(stage):
    return stage.get("events/demo/signed-up/")


@screen("on the waiting list", "events/waiting.html")
def waiting(stage):
    return stage.get("events/demo/waiting/")


@screen("own sign-up", "events/standing_link.html")
def own_sign_up(stage):
    stage.tell_everything(stage.event)
    return stage.get(stage.sign_up_path(stage.sign_up()))


@screen("own sign-up the day before", "events/standing_link.html")
def own_sign_up_soon(stage):
    path = stage.sign_up_path(stage.sign_up())
    with changed(stage.event, day=in_days(1), starts_at=None, ends_at=None):
        return stage.get(path)


@screen("own sign-up changed", "events/standing_link.html")
def own_sign_up_changed(stage):
    return stage.get(stage.sign_up_path(stage.sign_up()) + "?done=changed")


@screen("own sign-up with a wrong number", "events/standing_link.html")
def own_sign_up_wrong(stage):
    data = {"action": "change", "party_size": "99"}
    return stage.post(stage.sign_up_path(stage.sign_up()), data)


@screen("own sign-up for an event that has begun", "events/standing_link.html")
def own_sign_up_begun(stage):
    path = stage.sign_up_path(stage.sign_up())
    begun = (timezone.now() - timedelta(minutes=5)).replace(microsecond=0)
    ends = begun + timedelta(hours=2)
    with changed(stage.event, starts_at=begun, ends_at=ends, day=begun.date()):
        return stage.post(path, {"action": "cancel"})


@screen("own sign-up for a past event", "events/standing_link.html")
def own_sign_up_past(stage):
    path = stage.sign_up_path(stage.sign_up())
    with changed(stage.event, **LONG_PAST):
        return stage.get(path)


@screen("own sign-up for an event that is cancelled", "events/standing_link.html")
def own_sign_up_event_cancelled(stage):
    path = stage.sign_up_path(stage.sign_up())
    with changed(stage.event, cancelled_at=timezone.now(), **notices("The hall is flooded.")):
        return stage.get(path)


@screen("own place on the waiting list", "events/standing_link.html")
def own_waiting(stage):
    return stage.get(stage.sign_up_path(stage.queue[1]))


@screen("places offered", "events/standing_link.html")
def own_offer(stage):
    cancel_sign_up(sign_up=stage.queue[0])
    return stage.get(stage.sign_up_path(stage.queue[1]))


@screen("places that went to the next", "events/standing_link.html")
def own_lapsed(stage):
    with changed(stage.queue[2], status="lapsed"):
        return stage.get(stage.sign_up_path(stage.queue[2]))


@screen("own needs", "events/own_needs.html")
def own_needs(stage):
    path = stage.sign_up_path(stage.sign_up()) + "needs/"
    sent = stage.get(path)
    words = {name: text for name, text in fields_of(sent).items() if name != "needs_line"}
    stage.post(path, {**words, "needs": ["seat"], "needs_consent": "on"})
    return stage.get(path)


def pass_on_path(stage: Stage, place: SignUp) -> str:
    return f"events/pass-on/{make_token(SignUp.PASS_ON_PURPOSE, place.public_id)}/"


@screen("come instead of somebody", "events/pass_on.html")
def pass_on_form(stage):
    return stage.get(pass_on_path(stage, stage.sign_up()))


@screen("places passed on already", "events/pass_on_over.html")
def pass_on_over(stage):
    place = stage.sign_up()
    with changed(place, status="passed_on"):
        return stage.get(pass_on_path(stage, place))


@screen("own sign-up passed on", "events/standing_link.html")
def own_passed_on(stage):
    place = stage.sign_up()
    with changed(place, status="passed_on"):
        return stage.get(stage.sign_up_path(place))


def feedback_path(place: SignUp) -> str:
    return f"events/feedback/{make_token(SignUp.FEEDBACK_PURPOSE, place.public_id)}/"


@screen("how was it?", "events/feedback.html")
def feedback(stage):
    return stage.get(feedback_path(stage.sign_up()))


@screen("how was it, sent empty", "events/feedback.html")
def feedback_empty(stage):
    return stage.post(feedback_path(stage.sign_up()), {"text": "Merci"})


@screen("thank you for telling", "events/feedback_given.html")
def feedback_given(stage):
    place = stage.sign_up()
    with changed(place, gave_feedback=True):
        return stage.get(feedback_path(place))


@screen("own sign-up cancelled", "events/standing_link.html")
def own_sign_up_cancelled(stage):
    place = stage.sign_up()
    cancel_sign_up(sign_up=place)
    return stage.get(stage.sign_up_path(place))


@screen("list at the door", "events/door/page.html")
def door(stage):
    return stage.get("events/door/")


@screen("code at the door", "events/door/page.html")
def door_code(stage):
    return stage.get("events/door/x/")


# Gifts

PLEDGE = "donations/demo/"


@screen("figures of all appeals", "donations/totals.html")
def totals(stage):
    return stage.get("donations/totals/")


def reminder_stop_path(stage: Stage) -> str:
    pledge = stage.pledge()
    token = make_token(STOP_PURPOSE, pledge.public_id, pledge.link_version)
    return f"donations/reminders/stop/{token}/"


@screen("stop the reminders", "donations/reminder_stop.html")
def reminders_stop(stage):
    return stage.get(reminder_stop_path(stage))


@screen("reminders stopped", "donations/reminder_stop.html")
def reminders_stopped(stage):
    return stage.post(reminder_stop_path(stage))


@screen("gift form", "donations/pledge.html")
def pledge_form(stage):
    return stage.get(PLEDGE)


@screen("gift form sent empty", "donations/pledge.html")
def pledge_form_empty(stage):
    return stage.send_spoiled(PLEDGE)


@screen("gift form of an appeal that is over", "donations/appeal_closed.html")
def pledge_form_past(stage):
    with changed(stage.appeal, **OVER):
        return stage.get(PLEDGE)


@screen("gift sent when the appeal had just closed", "donations/appeal_closed.html")
def pledge_form_just_closed(stage):
    with changed(stage.appeal, is_closed=True):
        return stage.post(PLEDGE, {"amount_eur": "25"})


@screen("gift form of an appeal to come", "donations/appeal_closed.html")
def pledge_form_to_come(stage):
    with changed(stage.appeal, opens_on=in_days(3)):
        return stage.get(PLEDGE)


@screen("payment", "donations/payment.html")
def payment(stage):
    return stage.get(stage.pledge_path(stage.pledge()))


@screen("payment of a monthly gift", "donations/payment_monthly.html")
def payment_monthly(stage):
    pledge = stage.pledge()
    with changed(pledge, frequency=Pledge.Frequency.MONTHLY):
        return stage.get(stage.pledge_path(pledge))


@screen("payment after the account has changed", "donations/payment.html")
def payment_changed(stage):
    pledge = stage.pledge()
    with changed(pledge, shown_iban="BE68539007547034", shown_payee_name="Viva Salud"):
        return stage.get(stage.pledge_path(pledge))


@screen("payment of the rest", "donations/payment.html")
def payment_of_the_rest(stage):
    pledge = stage.pledge()
    make_gift(pledge=pledge, amount="10.00")
    return stage.get(stage.pledge_path(pledge))


@screen("gift that has arrived", "donations/payment.html")
def gift_arrived(stage):
    pledge = stage.pledge()
    make_gift(pledge=pledge, amount=pledge.amount_eur)
    return stage.get(stage.pledge_path(pledge))


@screen("promise that has expired", "donations/payment.html")
def pledge_expired(stage):
    pledge = stage.pledge()
    with changed(pledge, status=Pledge.Status.EXPIRED, ended=Pledge.Status.EXPIRED):
        return stage.get(stage.pledge_path(pledge))


CARD = "donations/demo/card/"


@screen("gift card", "donations/gift_card_page.html")
def gift_card(stage):
    with changed(stage.appeal, communication="donation demo"):
        return stage.get(CARD)


@screen("gift card with an amount", "donations/gift_card_page.html")
def gift_card_with_amount(stage):
    with changed(stage.appeal, communication="donation demo"):
        return stage.get(f"{CARD}?amount=25")


@screen("gift card of an appeal that is over", "donations/gift_card_closed.html")
def gift_card_past(stage):
    with changed(stage.appeal, **OVER):
        return stage.get(CARD)


@screen("promise taken back", "donations/pledge_cancelled.html")
def pledge_cancelled(stage):
    pledge = stage.pledge()
    cancel_pledge(pledge=pledge)
    return stage.get(stage.pledge_path(pledge))


def _reward_path(stage, *, received="25.00", kind="t_shirt", **fields) -> str:
    """Where the donor of a reward says how it gets to them; one size is all gone."""
    sizes = {"S": None, "M": 3, "L": 0}
    reward = make_reward(appeal=stage.appeal, kind=kind, is_offered=False, stock=5, sizes=sizes)
    holder = make_holder(reward, received=received, language=stage.language)
    return f"donations/reward/{make_delivery(pledge=holder, **fields).token}/"


TO_ADDRESS = {
    "way": "post",
    "recipient": "Sam Sample",
    "address": "Rue Haute 12\n1000 Brussels\nBE",
}


@screen("reward to choose", "donations/reward.html")
def reward_to_choose(stage):
    return stage.get(_reward_path(stage))


@screen("reward page sent empty", "donations/reward.html")
def reward_without_address(stage):
    return stage.post(_reward_path(stage), {"way": "post"})


@screen("reward chosen", "donations/reward.html")
def reward_chosen(stage):
    path = _reward_path(stage, state="arranged", arranged_at=timezone.now(), **TO_ADDRESS)
    return stage.get(f"{path}?noted=1")


@screen("reward on its way", "donations/reward.html")
def reward_sent(stage):
    return stage.get(_reward_path(stage, state="sent", sent_on=in_days(-1), **TO_ADDRESS))


@screen("reward to be picked up", "donations/reward.html")
def reward_ready(stage):
    return stage.get(_reward_path(stage, state="sent", sent_on=in_days(-1), way="pick_up"))


@screen("reward that came back", "donations/reward.html")
def reward_returned(stage):
    return stage.get(
        _reward_path(stage, kind="poster", state="returned", sent_on=in_days(-9), **TO_ADDRESS)
    )


@screen("reward that cannot be given up any more", "donations/reward.html")
def reward_too_late(stage):
    path = _reward_path(stage, state="sent", sent_on=in_days(-1), **TO_ADDRESS)
    return stage.post(path, {"decline": "yes"})


@screen("reward that arrived", "donations/reward.html")
def reward_arrived(stage):
    return stage.get(_reward_path(stage, kind="banner", state="arrived", ended_on=in_days(-1)))


@screen("reward given up", "donations/reward.html")
def reward_given_up(stage):
    return stage.get(_reward_path(stage, kind="other", state="declined", ended_on=in_days(-1)))


@screen("reward whose money is not there", "donations/reward.html")
def reward_unpaid(stage):
    return stage.get(_reward_path(stage, received="0.00"))


@screen("gift form with a reward out of reach", "donations/pledge.html")
def pledge_form_reward(stage):
    reward = make_reward(appeal=stage.appeal)
    try:
        return stage.send_spoiled(PLEDGE, amount_eur="5", reward=str(reward.pk))
    finally:
        reward.delete()


# News by mail


@screen("ask for news", "supporters/newsletter.html")
def news_ask(stage):
    return stage.get("newsletter/")


@screen("ask for news sent empty", "supporters/newsletter.html")
def news_ask_empty(stage):
    return stage.send_spoiled("newsletter/")


@screen("news asked for", "supporters/newsletter_sent.html")
def news_asked(stage):
    return stage.get("newsletter/sent/")


@screen("confirm the news", "supporters/newsletter_confirm.html")
def news_confirm(stage):
    link = make_one_time_link(supporter=stage.supporter, purpose=NewsletterSubscription.PURPOSE)
    return stage.get(f"newsletter/confirm/{link}/")


@screen("news confirmed", "supporters/newsletter_confirmed.html")
def news_confirmed(stage):
    return stage.get("newsletter/confirmed/")


def stop_path(stage: Stage) -> str:
    found = NewsletterSubscription.objects.get(supporter=stage.supporter)
    token = make_token(NewsletterSubscription.STOP_PURPOSE, found.public_id, found.link_version)
    return f"newsletter/stop/{token}/"


@screen("stop the news", "supporters/newsletter_stop.html")
def news_stop(stage):
    return stage.get(stop_path(stage))


# My solidarity


@screen("my solidarity", "supporters/ask.html")
def my_solidarity(stage):
    return stage.get("my-solidarity/")


@screen("my solidarity with a wrong address", "supporters/ask.html")
def my_solidarity_wrong(stage):
    return stage.send_spoiled("my-solidarity/", email="sam@")


@screen("link to my solidarity sent", "supporters/sent.html")
def my_solidarity_sent(stage):
    return stage.get("my-solidarity/sent/")


@screen("link to my solidarity opened", "supporters/open.html")
def my_solidarity_opened(stage):
    link = make_one_time_link(supporter=stage.supporter, purpose=MY_SOLIDARITY)
    return stage.get(f"my-solidarity/open/{link}/")


@screen("everything somebody did", "supporters/overview.html")
def overview(stage):
    return stage.get(stage.overview_path(stage.supporter))


@screen("overview of somebody who did nothing", "supporters/overview.html")
def overview_empty(stage):
    nobody = make_supporter("nobody@example.org", stage.language)
    return stage.get(stage.overview_path(nobody))


@screen("file asked for", "supporters/export_asked.html")
def export_asked(stage):
    return stage.get("my-solidarity/export-asked/")


def made_export(stage: Stage) -> DataExport:
    export = exports.request_export(supporter=stage.supporter, language=stage.language)
    exports.make_file(export.pk)
    export.refresh_from_db()
    return export


@screen("link to the file opened", "supporters/open_export.html")
def export_opened(stage):
    made_export(stage)
    link = make_one_time_link(supporter=stage.supporter, purpose=exports.MY_EXPORT)
    return stage.get(f"my-solidarity/open-export/{link}/")


@screen("file to download", "supporters/download.html")
def export_ready(stage):
    export = made_export(stage)
    token = make_token(DataExport.LINK_PURPOSE, export.public_id, export.link_version)
    return stage.get(f"my-solidarity/download/{token}/")


@screen("erase everything?", "supporters/erase.html")
def erase(stage):
    return stage.get(stage.overview_path(stage.supporter) + "erase/")


@screen("news stopped", "supporters/newsletter_stop.html")
def news_stopped(stage):
    return stage.post(stop_path(stage))


@screen("everything erased, with a receipt", "supporters/erased.html")
def erased(stage):
    return stage.post(stage.overview_path(stage.supporter) + "erase/")


@screen("erased before", "supporters/erased.html")
def erased_before(stage):
    return stage.get(stage.overview_path(stage.supporter))


# Errors


@screen("page not found", "errors/404.html", status=404)
def not_found(stage):
    return stage.get("no-such-page/")


@screen("page that this language lacks", "errors/not_in_this_language.html", status=404)
def not_in_this_language(stage):
    page = stage.page(ArticlePage)
    other = page.get_translations().live()[0]
    with changed(page, live=False):
        return stage.get(other.url.split("/", 2)[2])


@screen("link that does not work", "errors/link.html", status=404)
def bad_link(stage):
    return stage.get("my-solidarity/open/unknown/")


@screen("form from another site", "errors/cross_site.html", status=403)
def cross_site(stage):
    return stage.post("my-solidarity/", headers={"sec-fetch-site": "cross-site"})


@screen("form sent before", "errors/already_sent.html", status=409)
def already_sent(stage):
    return stage.get_failing("already-sent")


@screen("request not understood", "errors/400.html", status=400)
def bad_request(stage):
    return stage.get_failing("400")


@screen("not allowed", "errors/403.html", status=403)
def forbidden(stage):
    return stage.get_failing("403")


@screen("something broke", "errors/500.html", status=500)
def server_error(stage):
    return stage.get_failing("500")


@screen("form that nobody could take", "errors/try_again.html", status=503)
def form_not_taken(stage):
    typed = {**fields_of(stage.get(SIGN_UP)), "name": "Sam", "email": "sam@example.org"}
    with stage.without_database():
        return stage.post(SIGN_UP, typed)


@screen("no database", "errors/503.html", status=503)
def no_database(stage):
    with stage.without_database():
        return stage.get("")
