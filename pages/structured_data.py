"""What a page says to machines, in the words of schema.org: facts that it also shows to people.

Builders return plain tables for JSON-LD (w3.org/TR/json-ld11), one ``@graph`` a page.
"""

import json
from datetime import date, datetime

from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from campaign_site.mail import absolute_url
from events.models import Event, Organiser
from pages.frame import Frame
from pages.models import AppealPage, ArticlePage, BasePage, EventPage, HomePage
from pages.sharing import Sharing

_SCHEMA = "https://schema.org"
# JSON between <script> tags ends at "</script" wherever that stands; none of these needs to.
_ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

Data = dict[str, object]


def graph(page: BasePage, frame: Frame, sharing: Sharing) -> list[Data]:
    """Return what is said of ``page`` in the active language; empty when there is nothing."""
    nodes: list[Data] = []
    if isinstance(page, HomePage):
        nodes += [_organisation(frame), _website(frame)]
    elif isinstance(page, EventPage):
        nodes.append(_event(page, frame, sharing))
    elif isinstance(page, AppealPage) and page.appeal.is_open:
        nodes.append(_donate_action(page, frame, sharing))
    elif isinstance(page, ArticlePage):
        nodes.append(_article(page, frame, sharing))
    if not isinstance(page, HomePage):
        nodes.append(_breadcrumbs(frame, sharing))
    return nodes


def as_json(nodes: list[Data]) -> SafeString:
    """Write ``nodes`` as one JSON-LD document that no text in it can end early."""
    text = json.dumps({"@context": _SCHEMA, "@graph": nodes}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPED))  # noqa: S308  # < > & are \u escapes


def _organisation(frame: Frame) -> Data:
    data: Data = {
        "@type": "NGO",
        "@id": absolute_url("/#organisation"),
        "name": frame.organisation.name,
        "url": absolute_url(frame.home_url),
        "logo": absolute_url(static("art/apple-touch-icon.png")),
    }
    if frame.words and frame.words.mission:
        data["description"] = frame.words.mission
    return data


def _reference(frame: Frame) -> Data:
    """The organisation, from any other page than the home page."""
    return {
        "@type": "NGO",
        "@id": absolute_url("/#organisation"),
        "name": frame.organisation.name,
        "url": absolute_url(frame.home_url),
    }


def _website(frame: Frame) -> Data:
    search = absolute_url(f"/{frame.language}/search/?q={{search_term_string}}")
    return {
        "@type": "WebSite",
        "@id": absolute_url(f"{frame.home_url}#website"),
        "name": frame.organisation.name,
        "url": absolute_url(frame.home_url),
        "inLanguage": frame.language,
        "publisher": {"@id": absolute_url("/#organisation")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }


def _described(kind: str, frame: Frame, sharing: Sharing) -> Data:
    data: Data = {"@type": kind, "url": sharing.url, "inLanguage": frame.language}
    if sharing.description:
        data["description"] = sharing.description
    if sharing.card_url:
        data["image"] = sharing.card_url
    return data


def _event(page: EventPage, frame: Frame, sharing: Sharing) -> Data:
    """An event whose hour is unknown has a day only; a time carries Belgium's offset."""
    event = page.event
    data = _described("Event", frame, sharing) | {
        "name": sharing.title,
        "startDate": _moment(event.starts_at or event.day),
        "eventStatus": f"{_SCHEMA}/{_event_status(event)}",
        "organizer": _organisers(event, frame),
    }
    if event.spoken_languages:
        # The page has its language already; this is what is spoken there.
        data["inLanguage"] = list(event.spoken_languages)
    if event.ends_at:
        data["endDate"] = _moment(event.ends_at)
    if event.place:
        data["location"] = _place(event)
    if event.is_open and event.capacity is not None:
        data["maximumAttendeeCapacity"] = event.capacity
        data["remainingAttendeeCapacity"] = event.places_left
    return data


def _event_status(event: Event) -> str:
    if event.is_cancelled:
        return "EventCancelled"
    return "EventRescheduled" if event.moved_at else "EventScheduled"


def _organisers(event: Event, frame: Frame) -> Data | list[Data]:
    """Those who organise it, as the page names them; without any, it is ours alone."""
    named = [
        {"@type": "Organization", "name": row.name} | ({"url": row.url} if row.url else {})
        for row in event.organisers.all()
        if row.role != Organiser.Role.PARTNER
    ]
    return named or _reference(frame)


def _place(event: Event) -> Data:
    place: Data = {
        "@type": "Place",
        "name": event.place,
        "address": event.address or event.place,
    }
    if event.latitude is not None and event.longitude is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(event.latitude),
            "longitude": float(event.longitude),
        }
    seen_to = [
        {"@type": "LocationFeatureSpecification", "name": str(label), "value": True}
        for code, label in Event.Access.choices
        if code in event.access
    ]
    return place | ({"amenityFeature": seen_to} if seen_to else {})


def _moment(value: date | datetime) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat()


def _donate_action(page: AppealPage, frame: Frame, sharing: Sharing) -> Data:
    form = absolute_url(page.appeal.get_absolute_url())
    return _described("DonateAction", frame, sharing) | {
        "name": sharing.title,
        "recipient": _reference(frame),
        "target": {"@type": "EntryPoint", "urlTemplate": form, "inLanguage": frame.language},
    }


def _article(page: ArticlePage, frame: Frame, sharing: Sharing) -> Data:
    author: Data = _reference(frame)
    if page.author:
        author = {"@type": "Person", "name": page.author}
    data = _described("Article", frame, sharing) | {
        "headline": sharing.title,
        "datePublished": page.published_on.isoformat(),
        "mainEntityOfPage": sharing.url,
        "author": author,
        "publisher": _reference(frame),
    }
    if page.last_published_at:
        data["dateModified"] = _moment(page.last_published_at)
    return data


def _breadcrumbs(frame: Frame, sharing: Sharing) -> Data:
    """The way from the home page, which is called by the organisation's name."""
    above = [
        (frame.organisation.name if link.url == frame.home_url else link.title, link.url)
        for link in frame.ancestors
    ]
    steps = [(name, absolute_url(path)) for name, path in above] + [(sharing.title, sharing.url)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(steps, start=1)
        ],
    }
