"""What is told to a person apart from a single action: their link, their file, their news."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from campaign_site import mail
from campaign_site.hours import this_hour
from campaign_site.tasks import MAIL_RETRY
from supporters import door_counters, exports, newsletter, requests, retention
from supporters.mail_words import opening
from supporters.models import DataExport, NewsletterSubscription, Supporter
from supporters.services import MY_SOLIDARITY, make_one_time_link, was_sent_lately

# Waits of 2 s, 4 s, 8 s …: a little over two hours in all, for a disk that is full.
_FILE_RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)


@app.task(name="send_my_solidarity_link", retry=MAIL_RETRY)
@transaction.atomic
def send_my_solidarity_link(supporter_id: int, language: str) -> None:
    """Mail a fresh one-time link, unless one was mailed in the last five minutes.

    Tasks for one person wait for each other. A link whose mail could not leave is forgotten with
    the transaction, so that the next attempt makes and mails another.
    """
    people = Supporter.objects.select_for_update(no_key=True)
    supporter = people.filter(pk=supporter_id).first()
    if supporter is None or not supporter.email or was_sent_lately(supporter):
        return
    token = make_one_time_link(supporter=supporter, purpose=MY_SOLIDARITY)
    with override(language):
        path = reverse("supporters:open", args=[token])
    mail.send(
        "my_solidarity",
        to=supporter.email,
        context={**opening("my_solidarity", language, {}), "link": mail.absolute_url(path)},
        language=language,
        reference=supporter.public_id.hex,
    )


@app.task(name="send_newsletter_welcome", retry=MAIL_RETRY)
def send_newsletter_welcome(subscription_id: int) -> None:
    """Mail how to stop to somebody who has just confirmed; once, and only while they subscribe."""
    subscription = (
        NewsletterSubscription.objects.consented()
        .select_related("supporter")
        .filter(pk=subscription_id, welcome_sent_at=None)
        .first()
    )
    if subscription is None:
        return
    stop_url = newsletter.stop_url(subscription)
    mail.send(
        "newsletter_welcome",
        to=subscription.supporter.email,
        context={
            **opening("newsletter_welcome", subscription.language, {}),
            "stop_link": stop_url,
        },
        language=subscription.language,
        headers=mail.unsubscribe_headers(stop_url),
        reference=subscription.public_id.hex,
    )
    NewsletterSubscription.objects.filter(pk=subscription_id).update(welcome_sent_at=this_hour())


@app.task(name="make_export", retry=_FILE_RETRY)
def make_export(export_id: int) -> None:
    """Write the file that somebody asked for; the mail with its link follows."""
    exports.make_file(export_id)


@app.task(name="send_export_link", retry=MAIL_RETRY)
@transaction.atomic
def send_export_link(export_id: int) -> None:
    """Mail a one-time link to the file, and count the request as answered; once.

    A link whose mail could not leave is forgotten with the transaction, so that the next attempt
    makes and mails another.
    """
    ready = DataExport.objects.ready().filter(pk=export_id, link_sent_at=None)
    export = ready.select_related("supporter", "request").select_for_update(of=("self",)).first()
    if export is None:
        return
    token = make_one_time_link(supporter=export.supporter, purpose=exports.MY_EXPORT)
    with override(export.language):
        path = reverse("supporters:open-export", args=[token])
    mail.send(
        "my_export",
        to=export.supporter.email,
        context={
            **opening("my_export", export.language, {}),
            "link": mail.absolute_url(path),
        },
        language=export.language,
        reference=export.public_id.hex,
    )
    DataExport.objects.filter(pk=export_id).update(link_sent_at=this_hour())
    requests.finish_request(export.request)


@app.periodic(cron="7,37 * * * *")
@app.task(name="purge_exports", queueing_lock="purge_exports")
def purge_exports(timestamp: int) -> None:
    """Delete files whose time is up, and what interrupted tasks left. Safe to run twice."""
    exports.purge_exports()


@app.periodic(cron="0 * * * *")
@app.task(name="apply_retention", queueing_lock="apply_retention", lock="apply_retention")
def apply_retention(timestamp: int) -> None:
    """Erase what was kept long enough: at three in the night, in Brussels, or as soon after it
    as a worker runs again. Safe to run twice: the second finds the night's run.
    """
    if retention.was_due_since_last_run(timezone.now()):
        retention.apply_retention()


@app.periodic(cron="*/10 * * * *")
@app.task(name="purge_door", queueing_lock="purge_door")
def purge_door(timestamp: int) -> None:
    """Forget counts, used proofs and salts whose time is over. Safe to run twice."""
    door_counters.purge()
