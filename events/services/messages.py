"""A message of staff to those who signed up: to whom, in which words, tried out, sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from events import mailing_mails, mails
from events.mail_kinds import COMMON
from events.models import Arrival, Event, Mailing, SignUp
from events.services import mailings
from events.services.errors import SignUpError
from supporters.mail_words import MOST_SUBJECT, MOST_TEXT, Vocabulary, check_text

SEGMENTS = {
    "coming": gettext_lazy("Everybody who has places"),
    "unsure": gettext_lazy("Who has places and has not said again that they come"),
    "waiting": gettext_lazy("The waiting list"),
    "offered": gettext_lazy("Who has an offer to answer"),
    "needs": gettext_lazy("Who told us what they need"),
    "came": gettext_lazy("Who came"),
    "stayed_away": gettext_lazy("Who had places and did not come"),
}
# Names of variables that a message may have in braces.
MESSAGE = Vocabulary(COMMON)


@dataclass(frozen=True)
class Written:
    """Subject and text of a message in one language."""

    subject: str
    text: str


Words = Mapping[str, Written]


def recipients(event: Event, segment: str, language: str = "") -> QuerySet[SignUp]:
    """Return the sign-ups of a segment, of one language or of all; erased people have no address.

    Raises ``KeyError`` for a segment that is not in ``SEGMENTS``.
    """
    rows = _of_segment(event, segment).exclude(supporter=None)
    return rows.filter(language=language) if language else rows


def _of_segment(event: Event, segment: str) -> QuerySet[SignUp]:
    rows = SignUp.objects.filter(event=event)
    coming = rows.confirmed()
    if segment in ("came", "stayed_away"):
        taps = Arrival.objects.filter(sign_up=OuterRef("pk")).order_by().values("sign_up")
        people = Subquery(taps.annotate(people=Sum("people")).values("people"))
        counted = coming.annotate(came=Coalesce(people, 0))
        return counted.filter(came__gt=0) if segment == "came" else counted.filter(came__lte=0)
    return {
        "coming": coming,
        "unsure": coming.filter(confirmed_coming=False),
        "waiting": rows.waiting(),
        "offered": rows.filter(status=SignUp.Status.OFFERED),
        "needs": rows.standing().filter(needs__isnull=False),
    }[segment]


def count_by_language(rows: QuerySet[SignUp]) -> dict[str, int]:
    """Return how many of ``rows`` read each language, those that nobody reads left out."""
    found = rows.order_by().values_list("language").annotate(number=Count("pk"))
    return dict(found)


def check_words(event: Event, words: Words) -> None:
    """Raise ``SignUpError`` about the first thing that is wrong with a message."""
    names = {getattr(event, f"name_{language}").casefold() for language, _l in settings.LANGUAGES}
    for language, written in words.items():
        if not written.subject or not written.text:
            missing = "subject" if not written.subject else "text"
            raise SignUpError(
                _("Write both a subject and a text, or neither."), field=f"{missing}_{language}"
            )
        if any(name in written.subject.casefold() for name in names) or "{" in written.subject:
            raise SignUpError(
                _(
                    "A subject is read by whoever looks at the telephone. It may not name the "
                    "event or its place."
                ),
                field=f"subject_{language}",
            )
        if len(written.subject) > MOST_SUBJECT or len(written.text) > MOST_TEXT:
            raise SignUpError(_("This is too long."), field=f"text_{language}")
        for error in check_text(MESSAGE, written.text):
            raise SignUpError(error, field=f"text_{language}")


def require_languages(counts: Mapping[str, int], words: Words) -> None:
    """Raise ``SignUpError`` when somebody would get a message in a language they do not read."""
    if not counts:
        raise SignUpError(_("Nobody is in this group. Choose another."), field="segment")
    for language, _label in settings.LANGUAGES:
        if counts.get(language) and language not in words:
            sentence = ngettext(
                "%(number)d of them reads %(language)s. Write in that language too, or send only "
                "to those who read another.",
                "%(number)d of them read %(language)s. Write in that language too, or send only to "
                "those who read another.",
                counts[language],
            )
            values = {
                "number": counts[language],
                "language": get_language_info(language)["name_translated"],
            }
            raise SignUpError(sentence % values, field=f"subject_{language}")


def render_preview(event: Event, language: str, written: Written) -> tuple[str, str]:
    """Return subject and text of the message as somebody who reads ``language`` would get it."""
    template, context = _sample(event, language, written)
    return mails.preview(template, context, language)


def _sample(event: Event, language: str, written: Written) -> tuple[str, dict[str, object]]:
    mailing = Mailing(event=event, kind=Mailing.Kind.MESSAGE, words=_stored({language: written}))
    with override(language):
        return mailing_mails.written(mailing, mails.Sample(event, language))


def send_test(*, to: str, event: Event, words: Words) -> None:
    """Send the message in each of its languages to somebody of the staff, marked as a test.

    At once, so that they see at once whether it works: raises like ``mail.send``.
    """
    check_words(event, words)
    for language, written in words.items():
        template, context = _sample(event, language, written)
        mails.send_sample(template, context, to=to, language=language)


@transaction.atomic
def send_message(
    *,
    event: Event,
    segment: str,
    language: str,
    words: Words,
    user: AbstractBaseUser | None,
    public_id: uuid.UUID | None = None,
) -> Mailing:
    """Send a message to everybody who is in the segment now, each in their language.

    A second call with the same ``public_id`` (of a form that was sent twice) returns the first
    mailing. Raises ``SignUpError`` when nobody would get it, or somebody in a language that it is
    not written in, or when its words cannot stand.
    """
    check_words(event, words)
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    earlier = Mailing.objects.filter(event=event, public_id=public_id).first()
    if earlier is not None:
        return earlier
    chosen = recipients(event, segment, language)
    counts = count_by_language(chosen)
    require_languages(counts, words)
    mailing = mailings.begin(
        event=event,
        kind=Mailing.Kind.MESSAGE,
        recipients=chosen,
        now=timezone.now(),
        public_id=public_id or uuid.uuid4(),
        segment=segment,
        segment_language=language,
        words=_stored(words),
        made_by=user,
    )
    log(instance=event, action="events.write_to_attendees", user=user)
    return mailing


def _stored(words: Words) -> dict[str, dict[str, str]]:
    return {
        language: {"subject": written.subject, "text": written.text}
        for language, written in words.items()
    }
