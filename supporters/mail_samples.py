"""A mail as it would leave, for staff to look at and to send to themselves."""

from campaign_site import mail
from supporters.mail_words import Kind, Sample, Words, current_words, fill, shown


def render_sample(
    kind: Kind, language: str, *, words: Words | None = None, chosen: int | None = None
) -> mail.Rendered:
    """Return subject and both parts of the mail to a made-up person.

    ``words`` are tried out in place of those in force; ``chosen`` is one of ``kind.examples()``.
    """
    _sample, context = _filled(kind, language, words, chosen)
    return mail.render(kind.template, context=context, language=language)


def send_sample(
    kind: Kind,
    language: str,
    *,
    to: str,
    words: Words | None = None,
    chosen: int | None = None,
) -> None:
    """Send the same to somebody of the staff, marked as a test. Raises like ``mail.send``."""
    sample, context = _filled(kind, language, words, chosen)
    mail.send(
        kind.template,
        to=to,
        context={**context, "is_test": True},
        language=language,
        attachments=sample.attachments,
    )


def _filled(
    kind: Kind, language: str, words: Words | None, chosen: int | None
) -> tuple[Sample, dict[str, object]]:
    sample = kind.sample(language, chosen)
    words = words or current_words(kind, language)
    return sample, {**sample.context, **shown(fill(words, sample.values))}
