"""Wagtail's own lists can be downloaded too (redirects, reports): that is logged like ours.

Wagtail has no hook for it. All its lists hand out files by one method of one mixin, so that method
is wrapped; the tests notice when a new version of Wagtail does it otherwise.
"""

from functools import wraps

from django.http import HttpRequest
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.log_actions import log

from staff.login.journal import name_of

EXPORT = "newsroom.export_list"
# What is searched for may name people, so that it is not written down.
_NOT_KEPT = ("export", "q", "p", "label")


def log_exports() -> None:
    """From now on, keep who downloads which of Wagtail's lists. Safe to repeat."""
    hand_out = SpreadsheetExportMixin.as_spreadsheet
    if hasattr(hand_out, "is_logged"):
        return

    @wraps(hand_out)
    def as_spreadsheet(self, queryset, spreadsheet_format):
        _note(self.request, len(queryset), spreadsheet_format)
        return hand_out(self, queryset, spreadsheet_format)

    as_spreadsheet.is_logged = True
    SpreadsheetExportMixin.as_spreadsheet = as_spreadsheet


def _note(request: HttpRequest, rows: int, kind: str) -> None:
    filters = {name: values for name, values in request.GET.lists() if name not in _NOT_KEPT}
    data = {"format": kind, "rows": rows, "list": request.path, "filters": filters}
    log(
        instance=request.user,
        action=EXPORT,
        user=request.user,
        title=name_of(request.user),
        data=data,
    )


class _WhoMaySeeTheLog:
    """A policy of one permission, as Wagtail's views ask for it."""

    def user_has_permission(self, user, action: str) -> bool:
        return user.has_perm("staff.view_auditlog")


def close_site_history() -> None:
    """Wagtail shows its report of the log to whoever may see any of the things in it.

    Ours has all of it, for those who may see it; theirs is left to the same people.
    """
    LogEntriesView.permission_policy = _WhoMaySeeTheLog()
    LogEntriesView.permission_required = "view"
    LogEntriesView.list_export = []
