"""The mails of this app whose words staff may change, with the words the house begins with."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign_site import mail
from supporters import mail_words
from supporters.mail_words import Kind, Sample

_SECTION = _("My solidarity and news by email")


def _sample(language: str, chosen: int | None = None) -> Sample:
    """Return links to where one asks for a link: they open nobody's page."""
    with override(language):
        link = mail.absolute_url(reverse("supporters:ask"))
    links = dict.fromkeys(("link", "stop_link", "newsletter_link"), link)
    return Sample(values={}, context=links)


_KINDS = (
    Kind(
        key="my_solidarity",
        section=_SECTION,
        name=_("Link to My solidarity"),
        when=_("At once, to whoever asks for it."),
        template="my_solidarity",
        variables={},
        subject=_("Your link"),
        text=_("Hello,\n\nYou asked for a link to everything you did on our site."),
        sample=_sample,
    ),
    Kind(
        key="my_export",
        section=_SECTION,
        name=_("Copy of one’s data"),
        when=_("When the copy that somebody asked for is ready."),
        template="my_export",
        variables={},
        subject=_("Your file is ready"),
        text=_("Hello,\n\nYou asked for a copy of everything we hold about you."),
        sample=_sample,
    ),
    Kind(
        key="newsletter_link",
        section=_SECTION,
        name=_("News by email asked for"),
        when=_("At once, to whoever asks for news and for nothing else."),
        template="newsletter_link",
        variables={},
        subject=_("Shall we write to you?"),
        text=_(
            "Somebody, probably you, asked us to write to this address when there is news. We do "
            "that once you have opened the link below and pressed its button."
        ),
        sample=_sample,
    ),
    Kind(
        key="newsletter_welcome",
        section=_SECTION,
        name=_("News by email confirmed"),
        when=_("At once, to whoever confirms that they want news."),
        template="newsletter_welcome",
        variables={},
        subject=_("Your confirmation"),
        text=_("Thank you. From now on we write to you when there is news."),
        sample=_sample,
    ),
)


def register_words() -> None:
    for kind in _KINDS:
        mail_words.register(kind)
