"""The kinds of data that this app keeps itself, and the site's own records of its staff."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from wagtail.models import ModelLogEntry, PageLogEntry

from supporters.models import (
    Consent,
    FailedMail,
    NewsletterSubscription,
    OneTimeLink,
    Supporter,
)
from supporters.retention import Kind, NotNow, register
from supporters.services import end_consents, try_hold_address_alone

_FINISHED = ("succeeded", "failed", "cancelled", "aborted")


def _delete(row: Model) -> None:
    row.delete()


def _old_links(cutoff: datetime) -> QuerySet:
    return OneTimeLink.objects.filter(expires_at__lt=cutoff)


def _old_consents(cutoff: datetime) -> QuerySet:
    return Consent.objects.annotate(over=Coalesce("withdrawn_hour", "ended_hour")).filter(
        over__lt=cutoff
    )


def _unconfirmed_wishes(cutoff: datetime) -> QuerySet:
    return NewsletterSubscription.objects.waiting().filter(wished_hour__lt=cutoff)


def _ended_subscriptions(cutoff: datetime) -> QuerySet:
    return NewsletterSubscription.objects.filter(ended_hour__lt=cutoff)


def _remove_subscription(row: NewsletterSubscription) -> None:
    end_consents(subject_type=row.SUBJECT_TYPE, subject_id=row.public_id)
    row.delete()


def unreferenced_supporters() -> QuerySet:
    """People whom nothing refers to but consents, which prove themselves by the hash alone."""
    people = Supporter.objects.all()
    for relation in Supporter._meta.related_objects:
        model = relation.related_model
        if model not in (Consent, OneTimeLink):
            rows = model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            people = people.filter(~Exists(rows))
    return people


def _forgotten_supporters(cutoff: datetime) -> QuerySet:
    has_consents = Exists(Consent.objects.filter(supporter=OuterRef("pk")))
    in_force = Exists(Consent.objects.in_force().filter(supporter=OuterRef("pk")))
    people = unreferenced_supporters().filter(~in_force, created_hour__lt=cutoff)
    return people.annotate(has_consents=has_consents).filter(Q(has_consents=False) | ~Q(email=""))


def _forget_supporter(person: Supporter) -> None:
    """Forget the address; forget the person too unless a consent still has to be proved.

    Somebody who acts here with this address at this moment keeps it (``NotNow``).
    """
    if not try_hold_address_alone(person.email_hash):
        raise NotNow
    if not unreferenced_supporters().filter(pk=person.pk).exists():
        raise NotNow
    if Consent.objects.filter(supporter=person).exists():
        person.email = ""
        person.save(update_fields=["email"])
    else:
        person.delete()


def _old_failed_mails(cutoff: datetime) -> QuerySet:
    return FailedMail.objects.filter(failed_hour__lt=cutoff)


def _finished_jobs(cutoff: datetime) -> QuerySet:
    lately = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), at__gte=cutoff)
    return ProcrastinateJob.objects.filter(~Exists(lately), status__in=_FINISHED)


def _delete_job(job: ProcrastinateJob) -> None:
    # The queue's models are read-only on purpose; its own deletion knows no single job.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])


def _ended_sessions(cutoff: datetime) -> QuerySet:
    return Session.objects.filter(expire_date__lt=cutoff)


def _old_log(model: type[Model]):
    return lambda cutoff: model.objects.filter(timestamp__lt=cutoff)


_KINDS = (
    Kind(
        key="one-time-links",
        name=_("One-time links"),
        default_days=1,
        most_days=30,
        moment=_("after they expire"),
        reason=_("They open nothing any more."),
        due=_old_links,
        erase=_delete,
    ),
    Kind(
        key="consents",
        name=_("Consents that were withdrawn or are over"),
        default_days=365,
        least_days=90,
        moment=_("after they were withdrawn, or what they were given for was erased"),
        reason=_("Whoever relies on a consent must be able to show it (GDPR, article 7)."),
        due=_old_consents,
        erase=_delete,
    ),
    Kind(
        key="newsletter-wishes",
        name=_("Wishes for news that nobody confirmed"),
        default_days=5,
        least_days=5,
        moment=_("after the box was ticked"),
        reason=_("The link that confirms works for three days."),
        due=_unconfirmed_wishes,
        erase=_remove_subscription,
    ),
    Kind(
        key="newsletter-ended",
        name=_("Ended subscriptions to news"),
        default_days=30,
        moment=_("after the person said stop"),
        reason=_("Until every export to the mailing tool has been made anew."),
        due=_ended_subscriptions,
        erase=_remove_subscription,
    ),
    Kind(
        key="supporters",
        name=_("Addresses of people whom nothing refers to"),
        default_days=2,
        moment=_("after they came; a hash stays while a consent must be proved"),
        reason=_("Without a photo, a sign-up or a pledge there is nothing to write about."),
        due=_forgotten_supporters,
        erase=_forget_supporter,
    ),
    Kind(
        key="failed-mails",
        name=_("Emails that failed"),
        default_days=30,
        moment=_("after the last attempt"),
        reason=_("So that staff can try again or reach the person otherwise."),
        due=_old_failed_mails,
        erase=_delete,
    ),
    Kind(
        key="finished-jobs",
        name=_("Jobs of the queue that are over"),
        default_days=2,
        moment=_("after they ended"),
        reason=_("To look into errors."),
        due=_finished_jobs,
        erase=_delete_job,
    ),
    Kind(
        key="staff-sessions",
        name=_("Sessions of staff"),
        default_days=1,
        moment=_("after they ended"),
        reason=_("They open nothing any more."),
        due=_ended_sessions,
        erase=_delete,
    ),
    Kind(
        key="staff-log",
        name=_("What staff did to photos, events, pledges and people"),
        default_days=365,
        least_days=180,
        moment=_("after it was done"),
        reason=_("Whoever processes personal data must notice misuse (GDPR, article 32)."),
        due=_old_log(ModelLogEntry),
        erase=_delete,
    ),
    Kind(
        key="page-log",
        name=_("What staff did to pages"),
        default_days=365,
        least_days=180,
        moment=_("after it was done"),
        reason=_("Whoever publishes must be able to tell who changed what."),
        due=_old_log(PageLogEntry),
        erase=_delete,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
