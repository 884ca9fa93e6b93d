"""The style guide of a development site: every component in every state, with made-up data.

It draws the site's own templates with its own stylesheet; what is shown here is never stored.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from campaign_site.forms import AddressField, LineField, LinesField, PublicForm, new_form_key
from campaign_site.stylesheet import FOLDER
from donations.models import Appeal
from events.models import Event
from pages.block_previews import preview_frame
from pages.blocks import ArticleBody, StoryBody
from pages.counters import Counter
from pages.links import Link
from pages.meters import Meter
from pages.models import ArticlePage, CampaignPage, Mood, Theme
from pages.share_cards import rgb
from pages.sharing import Sharing, Way
from solidarity.models import PhotoCall
from solidarity.wall import Asked, Counts, Wall, open_wall

# Words on what they stand on: (words, ground, least contrast). Text to be read at length has 7
# (WCAG 1.4.6), buttons and short labels 4.5 (1.4.3).
PAIRS = (
    ("ink", "paper", 7),
    ("ink", "paper-2", 7),
    ("ink", "card", 7),
    ("soft", "paper", 7),
    ("soft", "paper-2", 7),
    ("coral-text", "paper", 4.5),
    ("coral-text", "paper-2", 4.5),
    ("green-text", "paper", 4.5),
    ("green-text", "paper-2", 4.5),
    ("on-coral", "coral", 4.5),
    ("on-green", "green", 7),
    ("on-yellow", "yellow", 7),
    ("on-night", "night", 7),
    ("stock", "placard-red", 4.5),
)
_OKLCH = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
# A Dutch compound as they come, and texts as long as the fields allow.
LONG_WORD = "ziekenhuispersoneelsvertegenwoordigers"
LONGEST_NAME, LONGEST_TEXT = 60, 400


@dataclass(frozen=True)
class Pair:
    """Two tokens on one another, and their contrast in the light and in the dark scheme."""

    words: str
    ground: str
    least: float
    light: float
    dark: float


class SampleForm(PublicForm):
    """One field of every kind."""

    form_name = "sample"

    name = LineField(label=gettext_lazy("Your name"), max_length=120)
    email = AddressField(label=gettext_lazy("Your email address"), required=False)
    message = LinesField(label=gettext_lazy("Your message"), help_text=gettext_lazy("At most 280."))
    size = forms.ChoiceField(
        label=gettext_lazy("One of these"),
        choices=[("s", gettext_lazy("small")), ("l", gettext_lazy("large"))],
        widget=forms.RadioSelect,
    )
    picture = forms.FileField(label=gettext_lazy("A file"), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("I agree to this demonstration."))


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast ratio of two sRGB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read_colours() -> dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Return the opaque colours of ``tokens.css`` as sRGB bytes: (light, dark) by name."""
    css = (FOLDER / "tokens.css").read_text(encoding="utf-8")
    found = {}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", css):
        colours = [
            rgb((float(lightness), float(chroma), float(hue)))
            for lightness, chroma, hue in re.findall(_OKLCH, value)
        ]
        if colours:
            # Tokens come before moods, which use some of the names again.
            found.setdefault(name, (colours[0], colours[-1]))
    return found


def pairs() -> list[Pair]:
    colours = read_colours()
    return [
        Pair(
            words,
            ground,
            least,
            *(
                round(contrast(one, other), 1)
                for one, other in zip(colours[words], colours[ground], strict=True)
            ),
        )
        for words, ground, least in PAIRS
    ]


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    context = {
        "robots": "noindex",
        "pairs": pairs(),
        "moods": [(mood, campaign(mood=mood)) for mood in Mood.values],
        "schemes": ["light", "dark"],
        "forms": [
            ("empty", SampleForm(auto_id="empty_%s")),
            ("filled", SampleForm(initial=_answers(), auto_id="filled_%s")),
        ],
        "blocks": blocks(),
        "preview_frame": preview_frame(),
        "campaigns": campaigns(),
        "events": events(),
        "articles": articles(),
        "actions": actions(),
        "counters": counters(),
        "meters": meters(),
        "days_left": [0, 1, 30],
        "long_word": LONG_WORD,
        "longest": campaign(name=_filled(LONGEST_NAME), lead=_filled(LONGEST_TEXT)),
        **walls(),
        **ways_around(),
    }
    return render(request, "styleguide/styleguide.html", context)


@require_safe
def styleguide_form(request: HttpRequest) -> HttpResponse:
    """The form that comes back with errors: it takes the focus, so it has a screen of its own."""
    wrong = {"name": "", "email": "sam@", "agreed": "", "form_key": new_form_key("sample:")}
    form = SampleForm({**_answers(), **wrong})
    return render(request, "styleguide/form.html", {"robots": "noindex", "form": form})


def _answers() -> dict[str, str]:
    return {
        "name": "Sam Demo",
        "email": "sam@example.org",
        "message": _("You are not alone."),
        "size": "l",
        "agreed": "on",
    }


def _filled(length: int) -> str:
    """Words of ``length`` characters, or one less."""
    phrase = _("stand up for health")
    words = f"{LONG_WORD.capitalize()} {phrase} "
    return (words * (length // len(words) + 1))[: length - 1].rstrip() + "."


def campaign(**fields) -> Link:
    """A link to a campaign that is not there."""
    values = {
        "name": _("A demo campaign"),
        "strapline": _("Demo"),
        "lead": _("This is a demonstration, not a campaign."),
        "state": "running",
        "mood": "alarm",
    }
    page = CampaignPage(**{**values, **fields})
    return Link(0, "#campaigns", page.name, "campaign", None, page)


def campaigns() -> list[tuple[str, Link]]:
    """A campaign in each of its states."""
    ended = {"ended_on": date(2020, 2, 29)}
    return [
        ("running", campaign()),
        ("", campaign(state="", mood="care")),
        ("ended", campaign(state="ended", **ended)),
        ("archived", campaign(state="archived", **ended)),
    ]


def blocks() -> list[tuple[str, object]]:
    """Every block that editors have, by name, with the value of its preview."""
    found = {**ArticleBody().child_blocks, **StoryBody().child_blocks}
    return [(name, block.bind(block.get_preview_value())) for name, block in found.items()]


def _event(days: int, **fields) -> Link:
    event = Event(
        slug="demo",
        day=timezone.localdate() + timedelta(days=days),
        **{f"place_{code}": _("A demo square") for code in ("en", "fr", "nl")},
        **fields,
    )
    return Link(0, "#lists", _("A demo event"), "event", event)


def events() -> list[tuple[str, Link]]:
    """An event in each of its states."""
    return [
        ("open", _event(9, capacity=80, places_taken=12)),
        ("last place", _event(9, capacity=80, places_taken=79)),
        ("waiting list", _event(9, capacity=80, places_taken=80)),
        ("full", _event(9, capacity=80, places_taken=80, has_waiting_list=False)),
        ("announced", _event(9, opens_at=timezone.now() + timedelta(days=2))),
        ("moved", _event(9, moved_at=timezone.now())),
        ("cancelled", _event(9, cancelled_at=timezone.now())),
        ("no limit", _event(0)),
        ("no sign-up", _event(9, takes_sign_ups=False)),
        ("past", _event(-9)),
    ]


def articles() -> list[Link]:
    theme = Theme(slug="demo", **{f"name_{code}": _("Demo") for code in ("en", "fr", "nl")})
    titles = [_("A demo article"), _filled(LONGEST_NAME)]
    pages = [
        ArticlePage(
            title=title,
            lead=_("This is a demonstration, not an article."),
            published_on=date(2020, 2, 29),
            theme=theme,
        )
        for title in titles
    ]
    return [Link(0, "#lists", page.title, "article", None, page) for page in pages]


def actions() -> list[Link]:
    """The three kinds of action that people can take."""
    until = timezone.localdate() + timedelta(days=30)
    minister = {f"recipient_{code}": _("a demo minister") for code in ("en", "fr", "nl")}
    call = PhotoCall(slug="demo", closes_on=until, **minister)
    return [
        Link(0, "#campaigns", _("A demo photo call"), "photo_call", call),
        replace(_event(9, capacity=80, places_taken=79), url="#campaigns"),
        Link(0, "#campaigns", _("A demo appeal"), "appeal", Appeal(slug="demo", closes_on=until)),
    ]


def counters() -> list[Counter]:
    call, event, appeal = actions()
    return [
        Counter("photo_call", Decimal(1), call),
        Counter("event", Decimal(1284), event),
        Counter("appeal", Decimal("8140.50"), appeal, promised=Decimal(310)),
    ]


def meters() -> list[Meter]:
    """From nothing to more than was hoped for, then with money from elsewhere, or no goal."""
    goal = Decimal(6000)
    parts = [(0, 0), (0, 60), (310, 2690), (310, 5640), (0, 6000), (500, 8640)]
    towards = [Meter(Decimal(promised), Decimal(received), goal) for promised, received in parts]
    outside = Decimal(1450)
    return [
        *towards,
        Meter(Decimal(800), Decimal(2690), goal, outside),
        Meter(Decimal(0), outside=Decimal(5000), is_at_least=True),
        Meter(Decimal("1250.50")),
        Meter(Decimal(0)),
    ]


def walls() -> dict[str, object]:
    """The wall of the demo call, which has drawn photos, and one that is empty."""
    call = PhotoCall.objects.filter(is_demo=True).first() or PhotoCall(slug="demo")
    empty = Wall([], Counts({}), Asked(), partner=None, next_position=None, previous_position=None)
    wall = open_wall(call, {}) if call.pk else empty
    # A photo has one place on a page: the list shows the last one, the mosaic those before.
    shown = wall.tiles[:6]
    return {
        "call": call,
        "wall": replace(wall, tiles=shown[:-1] or shown),
        "wall_list": replace(wall, tiles=shown[-1:], asked=Asked(is_list=True), next_position=1),
        "empty_wall": empty,
    }


def ways_around() -> dict[str, object]:
    """What leads from page to page: breadcrumbs, pages of results, languages, the share row."""
    results = Paginator(range(95), 10)
    home = Link(0, "#ways", _("Demo"))
    return {
        "crumbs": SimpleNamespace(
            ancestors=[home, campaign()], home_url="#ways", organisation=None
        ),
        "crumb": SimpleNamespace(title=_("A demo page")),
        "result_page": results.get_page(5),
        "result_numbers": list(results.get_elided_page_range(5)),
        "languages_there": {"en": "/en/styleguide/", "fr": "/fr/styleguide/"},
        "sample_sharing": Sharing(
            title=_("A demo page"),
            description="",
            url="https://example.org/demo/",
            text=_("A demo page"),
            ways=[Way(_("Email"), "mailto:?body=demo"), Way("Example", "https://example.org/")],
        ),
    }
