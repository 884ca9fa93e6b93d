"""What kinds of actions the log holds, told apart by their names ("donations.export_gifts")."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.login import journal


@dataclass(frozen=True)
class Kind:
    """A part of the log to look at. ``prefixes`` are apps, ``words`` stand anywhere in a name."""

    key: str
    label: str
    prefixes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_of_pages: bool | None = None

    @property
    def condition(self) -> Q:
        found = Q(action__in=self.names)
        for prefix in self.prefixes:
            found |= Q(action__startswith=f"{prefix}.")
        for word in self.words:
            found |= Q(action__contains=word)
        return found


_SIGN_IN = (
    journal.LOGIN,
    journal.LOGOUT,
    journal.PASSWORD_WRONG,
    journal.CODE_WRONG,
    journal.RECOVERY_USED,
)

# Whoever names an action that hands data out calls it export or download: the tests see to it.
EXPORTS = Kind("exports", _("only exports and downloads"), words=(".export", ".download"))
SIGN_INS = Kind("sign-ins", _("only logging in and out"), names=_SIGN_IN)
KINDS = {
    kind.key: kind
    for kind in (
        EXPORTS,
        SIGN_INS,
        Kind("pages", _("pages"), prefixes=("wagtail", "wagtail_localize"), is_of_pages=True),
        Kind("things", _("descriptions and settings"), prefixes=("wagtail",), is_of_pages=False),
        Kind("photos", _("photos and delivery"), prefixes=("solidarity",)),
        Kind("gifts", _("gifts, rewards and accounts"), prefixes=("donations",)),
        Kind("events", _("events"), prefixes=("events",)),
        Kind("people", _("people and their data"), prefixes=("supporters",)),
        Kind("newsroom", _("translations, updates, reports"), prefixes=("newsroom",)),
        Kind("staff", _("staff and their accounts"), prefixes=("staff",)),
    )
}
