"""Members of staff: what they are called, in which language, and who holds which role."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from staff.groups import ADMINISTRATORS, PERMISSIONS
from staff.login.factors import FACTORS
from staff.models import StaffMember

User = get_user_model()


class MemberError(Exception):
    """Why something about a member of staff cannot be done, as a sentence for whoever asked.

    ``field`` is the field of the form that it is about; empty for the whole.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def lock_members() -> None:
    """Let changes to members wait for each other, until the transaction ends.

    Otherwise two administrators could take each other's role away at the same moment.
    """
    Group.objects.select_for_update().get(name=ADMINISTRATORS)


def name_of(user: AbstractUser) -> str:
    return user.get_full_name() or user.get_username()


def language_of(user: AbstractUser) -> str:
    """The language that somebody chose for the admin; English when they chose none of ours."""
    chosen = UserProfile.objects.filter(user=user).values_list("preferred_language", flat=True)
    language = next(iter(chosen), "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def role_names() -> dict[str, str]:
    """The roles by the names of their groups, as the reader calls them, in the house's order."""
    words = {
        "Editors": _("Editor"),
        "Translators (French)": _("Translator into French"),
        "Translators (Dutch)": _("Translator into Dutch"),
        "Moderators": _("Moderator"),
        "Treasurers": _("Treasurer"),
        "Event hosts": _("Event host"),
        "Administrators": _("Administrator"),
    }
    return {name: words[name] for name in PERMISSIONS}


def role_duties() -> dict[str, str]:
    """What each role is for, in a sentence."""
    return {
        "Editors": _("Writes and publishes pages, calls, events and updates by email."),
        "Translators (French)": _("Translates pages into French; an editor publishes them."),
        "Translators (Dutch)": _("Translates pages into Dutch; an editor publishes them."),
        "Moderators": _("Decides on photos, prepares what is handed over and approves it."),
        "Treasurers": _("Sees gifts and bank statements, matches them and sends rewards."),
        "Event hosts": _("Sees who comes to events, writes to them and runs the door."),
        "Administrators": _("May do everything, also invite members and let them go."),
    }


def roles() -> QuerySet[Group]:
    """The groups that can be given: those of the house."""
    return Group.objects.filter(name__in=PERMISSIONS)


def in_order(groups: Iterable[Group]) -> list[str]:
    """The names of roles as the reader calls them, in the house's order."""
    held = {group.name for group in groups}
    return [words for name, words in role_names().items() if name in held]


def administrators() -> QuerySet[AbstractUser]:
    return User.objects.filter(is_active=True, groups__name=ADMINISTRATORS)


def refuse_last_administrator(user: AbstractUser) -> None:
    """Raise ``MemberError`` when nobody but ``user`` could invite, help or let go anybody."""
    others = administrators().exclude(pk=user.pk)
    if user.groups.filter(name=ADMINISTRATORS).exists() and not others.exists():
        raise MemberError(
            _("This is the last administrator. Make somebody else an administrator first.")
        )


def member_of(user: AbstractUser) -> StaffMember:
    """The row about ``user``, made when it is first needed."""
    return StaffMember.objects.get_or_create(user=user)[0]


def close_every_way_in(user: AbstractUser) -> None:
    """End all sessions of ``user`` and take every second factor away, recovery codes too."""
    member = member_of(user)
    member.sessions_valid_from = timezone.now()
    member.save(update_fields=["sessions_valid_from"])
    Authenticator.objects.filter(user=user).delete()


def listed() -> QuerySet[AbstractUser]:
    """Everybody who works or worked here, whoever still does first, with what the list shows."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return (
        User.objects.select_related("staff_member")
        .prefetch_related(Prefetch("groups", queryset=roles()))
        .annotate(has_factor=Exists(factors))
        .order_by("-is_active", Lower("first_name"), Lower("username"), "pk")
    )
