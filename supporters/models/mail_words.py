"""What staff make a mail say, in place of the words the house begins with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailWords(models.Model):
    """Words of staff for one kind of mail in one language, instead of those the house begins with.

    ``text`` stands where the mail's first paragraphs were; facts, links and buttons stay. What may
    stand in braces is declared by the app that sends the mail (``mail_words.register``).
    """

    kind = models.CharField(_("mail"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=2000)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("words of a mail")
        verbose_name_plural = _("words of mails")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language"], name="words_of_a_mail_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
