"""Mails to a person about everything they did on the site."""

from django.urls import reverse
from django.utils.translation import override
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.tasks import MAIL_RETRY
from supporters.models import Supporter
from supporters.services import MY_SOLIDARITY, make_one_time_link


@app.task(name="send_my_solidarity_link", retry=MAIL_RETRY)
def send_my_solidarity_link(supporter_id: int, language: str) -> None:
    """Mail a fresh one-time link; running twice mails two links, either of which works once."""
    supporter = Supporter.objects.filter(pk=supporter_id).first()
    if supporter is None:
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
