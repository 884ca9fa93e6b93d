"""Points of the checklist about what a campaign asks for: days, accounts, payment codes."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from campaign_site.announced import OpenForATime
from campaign_site.templatetags.campaign import long_day
from donations.models import Appeal
from events.local_time import BRUSSELS
from events.models import Event
from newsroom.checking.campaigns import Campaign
from newsroom.checking.gift_codes import check_codes
from newsroom.checking.launch_texts import edit_url, more_than
from newsroom.checking.page_links import language_name
from newsroom.checking.points import Detail, Point, State
from newsroom.checking.texts import leaves
from newsroom.checking.weekdays import named_days

_SHOWN = 12


def action_points(campaign: Campaign) -> list[Point]:
    """Return the points about the actions of a campaign, and the days that its pages name."""
    return [actions(campaign), days(campaign), accounts(campaign), codes(campaign)]


def actions(campaign: Campaign) -> Point:
    """There is something to do, it begins before it ends, and none of it is past."""
    heading = _("The actions are open, on days to come")
    today = timezone.localdate()
    details = [Detail(sentence) for fact in campaign.facts for sentence in _wrong_days(fact, today)]
    if details:
        return Point("actions", heading, State.WRONG, details=details)
    if not campaign.facts:
        sentence = _("The campaign has no photo call, event or appeal: nobody can do anything yet.")
        return Point("actions", heading, State.OPEN, sentence)
    return Point("actions", heading, State.DONE)


def _wrong_days(fact, today: date) -> list[str]:
    found = _wrong_event(fact, today) if isinstance(fact, Event) else _wrong_call(fact, today)
    return [sentence % {"name": fact.name} for sentence in found]


def _wrong_call(fact: OpenForATime, today: date) -> list[str]:
    found = []
    if fact.opens_on and fact.closes_on and fact.closes_on < fact.opens_on:
        found.append(_("“%(name)s” ends before it begins."))
    if fact.closes_on and fact.closes_on < today:
        found.append(_("The last day of “%(name)s” is past."))
    elif fact.is_closed:
        found.append(_("“%(name)s” is closed by hand."))
    return found


def _wrong_event(event: Event, today: date) -> list[str]:
    found = []
    if event.is_cancelled:
        found.append(_("“%(name)s” is cancelled."))
    if event.day < today:
        found.append(_("The day of “%(name)s” is past."))
    starts, ends = event.starts_at, event.ends_at
    if starts and starts.astimezone(BRUSSELS).date() != event.day:
        found.append(_("“%(name)s” begins on another day than the one it says."))
    if starts and ends and ends <= starts:
        found.append(_("“%(name)s” ends before it begins."))
    if starts and event.closes_at and event.closes_at > starts:
        found.append(_("Sign-up for “%(name)s” goes on after it has begun."))
    if event.opens_at and event.closes_at and event.closes_at <= event.opens_at:
        found.append(_("Sign-up for “%(name)s” closes before it opens."))
    if not starts:
        found.append(_("“%(name)s” has no hour yet."))
    return found


def _days_of(facts: list) -> list[date]:
    days = [
        getattr(fact, name, None) for fact in facts for name in ("day", "closes_on", "opens_on")
    ]
    return [day for day in days if day is not None]


def days(campaign: Campaign) -> Point:
    """Where a text names a day with its weekday, the two belong together."""
    today, known = timezone.localdate(), _days_of(campaign.facts)
    details = []
    for draft in campaign.drafts:
        text = "\n".join(leaf.plain for leaf in leaves(draft.page))
        for named in named_days(text, draft.language, known=known, today=today):
            if not named.is_right:
                sentence = _("%(page)s (%(language)s) says “%(said)s”, but it is a %(day)s.") % {
                    "page": draft.page.title,
                    "language": language_name(draft.language),
                    "said": named.said,
                    "day": long_day(named.day),
                }
                details.append(Detail(sentence, edit_url(draft.page)))
    heading = _("Days and weekdays belong together")
    state = State.WRONG if details else State.DONE
    return Point("days", heading, state, more_than(len(details)), details[:_SHOWN])


def accounts(campaign: Campaign) -> Point:
    """Gifts have an account that two people agreed to, and that is in use."""
    heading = _("The account for gifts is agreed to by two people")
    appeals = [one for one in campaign.facts_of(Appeal) if one.account_id or not one.platform]
    if not appeals:
        return Point("account", heading, State.ABSENT, _("The campaign asks for no gifts here."))
    details = []
    for appeal in appeals:
        if appeal.account_id is None:
            sentence = _("“%(name)s” has no account, and names no other platform.")
            details.append(Detail(sentence % {"name": appeal.name}))
        elif not appeal.account.is_confirmed:
            sentence = _("The account of “%(name)s” waits for a second person in the treasury.")
            details.append(Detail(sentence % {"name": appeal.name}))
        elif not appeal.account.is_in_use:
            sentence = _("The account of “%(name)s” is not in use today.")
            details.append(Detail(sentence % {"name": appeal.name}))
    return Point("account", heading, State.WRONG if details else State.DONE, details=details)


def codes(campaign: Campaign) -> Point:
    """Every payment code was read back from its picture and asks for what the page says."""
    heading = _("Payment codes ask for what the page says")
    appeals = [one for one in campaign.facts_of(Appeal) if one.account_id]
    if not appeals:
        return Point("codes", heading, State.ABSENT, _("The campaign asks for no gifts here."))
    details = [
        Detail(_("“%(name)s”: %(problem)s") % {"name": appeal.name, "problem": problem})
        for appeal in appeals
        for problem in check_codes(appeal)
    ]
    if details:
        return Point("codes", heading, State.WRONG, details=details)
    sentence = _(
        "Each was read back from its drawing and its picture: account, payee, amount and "
        "communication are those of the page."
    )
    return Point("codes", heading, State.DONE, sentence)
