"""Puts the words of mails into Wagtail's admin: their screens, and what the log says of them."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from supporters import mail_words, mail_words_admin


@hooks.register("register_admin_urls")
def register_mail_words_urls():
    urls = [
        path("", mail_words_admin.index, name="index"),
        path("<slug:key>/", mail_words_admin.words, name="words"),
    ]
    return [path("mail-words/", include((urls, "mail_words_admin"), namespace="mail_words_admin"))]


@hooks.register("register_log_actions")
def name_mail_words_actions(actions) -> None:
    actions.register_action(
        mail_words.CHANGED, _("Change the words of an email"), _("Words of an email changed")
    )
    actions.register_action(
        mail_words.RESET, _("Go back to the words of the house"), _("Words of an email set back")
    )
