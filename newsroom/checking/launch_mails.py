"""Send the mails of a campaign's actions to oneself, and know later that somebody has read them."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from campaign_site import mail
from newsroom.checking.campaigns import LANGUAGES, Campaign
from newsroom.checking.page_links import language_name
from newsroom.checking.points import Detail, Point, State, Tick
from supporters.mail_words import Kind, Words, current_words, fill, kinds, shown
from supporters.models import MailWords

# The app that sends a mail is the one that declares it.
_APPS = ("solidarity", "events", "donations")


def mails_of(campaign: Campaign) -> dict[str, list[Kind]]:
    """Return the mails that people may get who take part, by the app of each kind of action."""
    apps = {fact._meta.app_label for fact in campaign.facts}
    found = {app: [] for app in _APPS if app in apps}
    for kind in kinds().values():
        app = kind.sample.__module__.partition(".")[0]
        if app in found:
            found[app].append(kind)
    return {app: list_ for app, list_ in found.items() if list_}


def app_name(app: str) -> str:
    return {
        "solidarity": _("Photos"),
        "events": _("Events"),
        "donations": _("Gifts"),
    }[app]


def tick_key(app: str, language: str) -> str:
    return f"mails-{app}-{language}"


def mail_points(campaign: Campaign, ticks: dict[str, Tick]) -> list[Point]:
    """A point for each kind of action and language; it opens again when words were changed."""
    found = mails_of(campaign)
    changed = list(MailWords.objects.values_list("kind", "language", "changed_at"))
    return [
        _point(app, list_, code, ticks.get(tick_key(app, code)), changed)
        for app, list_ in found.items()
        for code in LANGUAGES
    ]


def _point(app: str, list_: list[Kind], code: str, tick: Tick | None, changed: list) -> Point:
    heading = ngettext(
        "%(app)s: %(count)s email, in %(language)s",
        "%(app)s: %(count)s emails, in %(language)s",
        len(list_),
    ) % {"app": app_name(app), "count": len(list_), "language": language_name(code)}
    keys = {kind.key: kind for kind in list_}
    since = [
        kind
        for kind, language, at in changed
        if kind in keys and language == code and tick is not None and at > tick.at
    ]
    details = [
        Detail(_("“%(name)s” was changed after the test.") % {"name": keys[kind].name})
        for kind in since
    ]
    state = State.DONE if tick is not None and not since else State.OPEN
    sentence = "" if tick is not None else _("Send them to yourself, read them, follow each link.")
    key = tick_key(app, code)
    return Point(key, heading, state, sentence, details, tick, is_mail=True, language=code)


def find_mails(campaign: Campaign, key: str) -> tuple[list[Kind], str] | None:
    """Return the mails and the language that a point is about; None when there is no such point."""
    for app, list_ in mails_of(campaign).items():
        for code in LANGUAGES:
            if tick_key(app, code) == key:
                return list_, code
    return None


def send_tests(list_: list[Kind], language: str, user: AbstractBaseUser) -> int:
    """Send each of these mails, about a made-up person, to ``user``; return how many left.

    Raises ``OSError`` or ``smtplib.SMTPException`` when the mail server takes one of them not.
    """
    for kind in list_:
        with override(language):
            sample = kind.sample(language)
            words = fill(current_words(kind, language), sample.values)
            # Nobody is to take it for the real thing.
            marked = Words(_("Test: %(subject)s") % {"subject": words.subject}, words.text)
        mail.send(
            kind.template,
            to=user.email,
            context={**sample.context, **shown(marked)},
            language=language,
            attachments=sample.attachments,
        )
    return len(list_)
