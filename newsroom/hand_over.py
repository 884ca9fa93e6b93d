"""What a member of staff holds in the newsroom: translations, joint publications, updates."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail.permissions import policy_registry

from campaign_site.templatetags.campaign import clock, long_day
from newsroom.models import CampaignUpdate, JointPublication, TranslationMark
from staff.groups import TRANSLATORS
from staff.hand_over import Holding, Piece, allowed, register


def _register_translations(language: str, role: str, label) -> None:
    """Translations into one language pass to those who may write in it."""

    def assigned(user: AbstractBaseUser) -> QuerySet[TranslationMark]:
        return TranslationMark.objects.filter(
            assigned_to=user, translation__target_locale__language_code=language
        )

    def pieces(user: AbstractBaseUser) -> Iterator[Piece]:
        for mark in assigned(user).select_related("translation__source").order_by("pk"):
            yield Piece(mark.translation.source.object_repr)

    register(
        Holding(
            f"translations-{language}",
            label,
            _("They stand in the name of whoever goes on with them."),
            pieces,
            pass_on=lambda user, heir: assigned(user).update(assigned_to=heir),
            may_take=lambda user: user.groups.filter(
                name__in=("Editors", "Administrators", role)
            ).exists(),
        )
    )


_WORDS = {"fr": _("translations into French"), "nl": _("translations into Dutch")}
for _role, _language in TRANSLATORS.items():
    _register_translations(_language, _role, _WORDS[_language])


def _planned(user: AbstractBaseUser) -> QuerySet[JointPublication]:
    return JointPublication.objects.filter(planned_by=user, state=JointPublication.State.PLANNED)


def _planned_pieces(user: AbstractBaseUser) -> Iterator[Piece]:
    for plan in _planned(user).select_related("page").order_by("due_at"):
        words = f"{plan.page}: {long_day(plan.due_at)}, {clock(plan.due_at)}"
        yield Piece(words, reverse("wagtailadmin_pages:edit", args=[plan.page_id]))


def _publishes(user: AbstractBaseUser) -> bool:
    return policy_registry.get_by_type(Page).user_has_permission(user, "publish")


def _updates(user: AbstractBaseUser) -> QuerySet[CampaignUpdate]:
    open_states = set(CampaignUpdate.State) - {CampaignUpdate.State.SENT}
    return CampaignUpdate.objects.filter(made_by=user, state__in=open_states)


register(
    Holding(
        "joint-publications",
        _("pages that go live in several languages at a set moment"),
        _("They go live as planned, in the name of whoever goes on."),
        _planned_pieces,
        pass_on=lambda user, heir: _planned(user).update(planned_by=heir),
        may_take=_publishes,
    )
)
register(
    Holding(
        "updates",
        _("updates by email that are not sent to the end"),
        _("Whoever goes on can change, test, send or stop them."),
        lambda user: (Piece(update.title) for update in _updates(user).order_by("pk")),
        pass_on=lambda user, heir: _updates(user).update(made_by=heir),
        may_take=allowed("newsroom.change_campaignupdate"),
    )
)
