"""Mails to a person about everything they did on the site."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.tasks import MAIL_RETRY
from supporters.models import Supporter
from supporters.services import MY_SOLIDARITY, make_one_time_link, was_sent_lately


@app.task(name="send_my_solidarity_link", retry=MAIL_RETRY)
@transaction.atomic
def send_my_solidarity_link(supporter_id: int, language: str) -> None:
    """Mail a fresh one-time link, unless one was mailed in the last five minutes.

    Tasks for one person wait for each other. A link whose mail could not leave is forgotten with
    the transaction, so that the next attempt makes and mails another.
    """
    people = Supporter.objects.select_for_update(no_key=True)
    supporter = people.filter(pk=supporter_id).first()
    if supporter is None or was_sent_lately(supporter):
        return
    token = make_one_time_link(supporter=supporter, purpose=MY_SOLIDARITY)
    with override(language):
        path = reverse("supporters:open", args=[token])
    mail.send(
        "my_solidarity",
        to=supporter.email,
        context={"link": mail.absolute_url(path)},
        language=language,
    )
