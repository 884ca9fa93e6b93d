"""What the editor's previews of blocks show: made-up pages, plainly demonstrations, never stored.

``preview_value`` of a block points at these pages, and the template of previews
(``wagtailcore/shared/block_preview.html``) gives blocks a frame that knows them.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from pages.links import Link

_CAMPAIGN, _ENDED_CAMPAIGN, _CALL, _EVENT, _APPEAL, _ARTICLE = range(-1, -7, -1)


@dataclass(frozen=True)
class PreviewFrame:
    """The part of a page's frame that blocks read."""

    links: dict[int, Link] = field(default_factory=dict)
    articles: list[Link] = field(default_factory=list)


def _chosen(number: int) -> Page:
    """A chosen page as a block's value holds it: its id alone."""
    return Page.from_db(None, ["id"], [number])


def campaigns() -> list[Page]:
    return [_chosen(_CAMPAIGN), _chosen(_ENDED_CAMPAIGN)]


def successor() -> Page:
    return _chosen(_CAMPAIGN)


def articles() -> list[Page]:
    return [_chosen(_ARTICLE)]


def action_cards() -> list[dict[str, object]]:
    """The values of three action cards, one for each kind of action."""
    return [
        {
            "page": _chosen(_CALL),
            "heading": _("Demo: show your face"),
            "text": _("A photo and a few words."),
            "link_text": _("Send a photo"),
        },
        {
            "page": _chosen(_EVENT),
            "heading": _("Demo: take to the street"),
            "text": _("A day, a place, and you."),
            "link_text": _("Come along"),
        },
        {
            "page": _chosen(_APPEAL),
            "heading": _("Demo: give"),
            "text": _("An amount that suits you."),
            "link_text": _("Give"),
        },
    ]


def appeal():
    """An appeal with the account number that banks print in their examples."""
    from donations.models import Appeal, BankAccount

    account = BankAccount(pk=-1, iban="BE71096123456769", payee_name=_("Demo account"))
    return Appeal(slug="demo", name_en="Demo", name_fr="Démo", name_nl="Demo", account=account)


def preview_frame() -> PreviewFrame:
    """Return a frame that knows every page of this module. Asks the database nothing."""
    from events.models import Event
    from pages.models import ArticlePage, CampaignPage
    from solidarity.models import PhotoCall

    lead = _("This is a demonstration, not a campaign.")
    running = CampaignPage(
        name=_("A demo campaign"), strapline=_("Demo"), lead=lead, mood="care", state="running"
    )
    over = CampaignPage(
        name=_("A demo that is over"), lead=lead, state="ended", ended_on=date(2020, 2, 29)
    )
    article = ArticlePage(title=_("A demo article"), lead=lead, published_on=date(2020, 2, 29))
    found = [
        _link(_CAMPAIGN, running.name, "campaign", page=running),
        _link(_ENDED_CAMPAIGN, over.name, "campaign", page=over),
        _link(_CALL, _("Demo"), "photo_call", fact=PhotoCall(slug="demo")),
        _link(_EVENT, _("Demo"), "event", fact=Event(slug="demo", day=timezone.localdate())),
        _link(_APPEAL, _("Demo"), "appeal", fact=appeal()),
        _link(_ARTICLE, article.title, "article", page=article),
    ]
    links = {link.page_id: link for link in found}
    return PreviewFrame(links=links, articles=[links[_ARTICLE]])


def _link(number: int, title: str, kind: str, *, fact=None, page=None) -> Link:
    return Link(number, "#", title, kind, fact, page)
