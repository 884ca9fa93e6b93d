"""Mails to people about their sign-up: what each says and carries.

``templates/emails/event_mail.{txt,html}`` is the frame of all of them: the words of staff or of the
house, then the facts, then what one can do. Every link leads to a page that acts on a press only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site import links, mail
from campaign_site.templatetags.campaign import clock, long_day
from events.calendar import CANCEL, PUBLISH, media_type
from events.calendar_file import FILE_NAME, calendar_file, page_path
from events.entry_code import PNG_NAME, entry_png
from events.models import Event, SignUp
from supporters.mail_words import Words, fill, shown, words_for
from supporters.newsletter import send_confirmation


@dataclass(frozen=True)
class Sample:
    """Stands in for a person's sign-up in previews and test mails; its links act on nobody's."""

    event: Event
    language: str
    party_size: int = 2
    position: int = 3
    offer_until: datetime | None = None


def values_of(sign_up: SignUp | Sample) -> dict[str, object]:
    """Return what may stand in the words of a mail, written in the active language."""
    event = sign_up.event
    values = {
        "event": event.name,
        "day": long_day(event.day),
        "hour": clock(event.starts_at) or _("an hour that we still tell you"),
        "place": event.place,
        "people": sign_up.party_size,
    }
    if sign_up.offer_until:
        values["until"] = moment(sign_up.offer_until)
    return {**values, **_made_up(sign_up)}


def moment(when: datetime) -> str:
    """Return day and hour in the active language, Belgian time."""
    return f"{long_day(when)}, {clock(when)}"


def facts_of(sign_up: SignUp | Sample) -> dict[str, object]:
    """Return what the frame of the mails shows besides its words, in the active language."""
    event = sign_up.event
    page_url = mail.absolute_url(page_path(event) if event.pk else "/")
    own = isinstance(sign_up, SignUp)
    return {
        "event": event,
        "sheet": getattr(event, "sheet", None),
        "party_size": sign_up.party_size,
        "until": moment(sign_up.offer_until) if sign_up.offer_until else "",
        "page_url": page_url,
        "link": mail.absolute_url(sign_up.get_absolute_url()) if own else page_url,
        "sheet_url": _sheet_url(sign_up) if own else page_url,
        "feedback_url": feedback_url(sign_up) if own else page_url,
        **_made_up(sign_up),
    }


def _sheet_url(sign_up: SignUp) -> str:
    """Return where this person finds the sheet of the event; empty when it has none."""
    if not hasattr(sign_up.event, "sheet"):
        return ""
    token = links.make_token(SignUp.LINK_PURPOSE, sign_up.public_id, sign_up.link_version)
    return mail.absolute_url(reverse("events:own-sheet", args=[token]))


def feedback_url(sign_up: SignUp) -> str:
    """Return where this person may say how it was, in the active language."""
    token = links.make_token(SignUp.FEEDBACK_PURPOSE, sign_up.public_id, sign_up.link_version)
    return mail.absolute_url(reverse("events:feedback", args=[token]))


def calendar_attachment(event: Event, *, method: str = PUBLISH) -> mail.Attachment:
    """Return the calendar file in the active language: it adds, changes or cancels the entry."""
    return mail.Attachment(FILE_NAME, calendar_file(event, method=method), media_type(method))


def entry_attachment(sign_up: SignUp) -> mail.Attachment:
    return mail.Attachment(PNG_NAME, entry_png(sign_up), "image/png")


def write(
    kind: str, sign_up: SignUp | Sample, more: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return the context of a mail of ``kind``, its words filled in; in the active language.

    ``kind`` is called like its template. ``more`` are further values of the kind's variables.
    """
    values = {**values_of(sign_up), **(more or {})}
    words = words_for(kind, sign_up.language, values)
    return {**facts_of(sign_up), **shown(words), **(more or {})}


def write_with(words: Words, sign_up: SignUp | Sample) -> dict[str, object]:
    """The same with the words of a message."""
    return {**facts_of(sign_up), **shown(fill(words, values_of(sign_up)))}


def _made_up(sign_up: SignUp | Sample) -> dict[str, object]:
    return {"position": sign_up.position} if isinstance(sign_up, Sample) else {}


def preview(template: str, context: Mapping[str, object], language: str) -> tuple[str, str]:
    """Return subject and text part of a mail as they would leave."""
    rendered = mail.render(template, context=context, language=language)
    return rendered.subject, rendered.text.strip()


def send_sample(template: str, context: Mapping[str, object], *, to: str, language: str) -> None:
    """Send a mail to somebody of the staff, marked as a test. Raises like ``mail.send``."""
    mail.send(template, to=to, context={**context, "is_test": True}, language=language)


def send_confirmed(sign_up: SignUp) -> None:
    with override(sign_up.language):
        context = write("sign_up_confirmation", sign_up)
        attached = [calendar_attachment(sign_up.event), entry_attachment(sign_up)]
    _send_answer("sign_up_confirmation", sign_up, context, attached)


def send_waiting(sign_up: SignUp) -> None:
    from events.services.waiting import position

    with override(sign_up.language):
        context = write("sign_up_waiting", sign_up, {"position": position(sign_up)})
    _send_answer("sign_up_waiting", sign_up, context)


def send_offered(sign_up: SignUp) -> None:
    with override(sign_up.language):
        context = write("sign_up_offer", sign_up)
    _send_answer("sign_up_offer", sign_up, context)


def _send_answer(
    kind: str,
    sign_up: SignUp,
    context: Mapping[str, object],
    attachments: Sequence[mail.Attachment] = (),
) -> None:
    send_confirmation(
        kind,
        supporter=sign_up.supporter,
        context=context,
        language=sign_up.language,
        attachments=attachments,
        reference=sign_up.public_id.hex,
    )


def send_cancelled(sign_up: SignUp) -> None:
    _send_end("sign_up_cancelled", sign_up, method=CANCEL if sign_up.had_places else "")


def send_lapsed(sign_up: SignUp) -> None:
    _send_end("sign_up_lapsed", sign_up)


def send_passed_on(sign_up: SignUp) -> None:
    _send_end("sign_up_passed_on", sign_up, method=CANCEL)


def _send_end(kind: str, sign_up: SignUp, *, method: str = "") -> None:
    with override(sign_up.language):
        context = {**write(kind, sign_up), "had_places": sign_up.had_places}
        attached = [calendar_attachment(sign_up.event, method=method)] if method else []
    mail.send(
        kind,
        to=sign_up.supporter.email,
        context=context,
        language=sign_up.language,
        attachments=attached,
        reference=sign_up.public_id.hex,
    )
