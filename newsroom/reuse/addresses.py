"""Old addresses of the site: where each leads now, as visitors find it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

# As many steps as ``pages.redirects`` follows.
_LONGEST_CHAIN = 5


@dataclass(frozen=True)
class OldAddress:
    """One row of the table of redirects. ``problem`` is a sentence, empty where all is well."""

    row: Redirect
    leads_to: str
    problem: str = ""
    title: str = ""


def old_addresses(words: str = "") -> QuerySet:
    """The rows whose old or new address has ``words`` in it, in order of the old address."""
    rows = Redirect.objects.select_related("redirect_page__locale", "site").order_by(
        "old_path", "pk"
    )
    if words:
        rows = rows.filter(old_path__icontains=words) | rows.filter(redirect_link__icontains=words)
        rows = rows | Redirect.objects.filter(redirect_page__title__icontains=words)
    return rows


def described(rows: Iterable[Redirect]) -> list[OldAddress]:
    """Say where rows lead; the number of queries does not depend on how many there are."""
    rows = list(rows)
    own_hosts = {urlsplit(settings.SITE_URL).hostname or "", *_hostnames()}
    by_path = {row.old_path: row for row in _reachable(rows, own_hosts)}
    live = _live_paths(rows)
    return [_described(row, by_path, own_hosts, live) for row in rows]


def _hostnames() -> list[str]:
    return list(Site.objects.values_list("hostname", flat=True))


def _described(
    row: Redirect, by_path: dict[str, Redirect], own_hosts: set[str], live: set[str]
) -> OldAddress:
    title = row.redirect_page.title if row.redirect_page else ""
    if f"{row.old_path.rstrip('/')}/" in live:
        problem = _("A page stands at this address now: nobody is led away from it.")
        return OldAddress(row, row.link or "", problem, title)
    seen, last = {row.old_path}, row
    for _step in range(_LONGEST_CHAIN):
        path = _own_path(last, own_hosts)
        following = by_path.get(path) if path and not last.redirect_page_id else None
        if path in seen:
            return OldAddress(row, "", _("It leads back to itself: readers find no page."), title)
        if following is None:
            break
        seen.add(path)
        last = following
    else:
        return OldAddress(row, "", _("It leads on too often: lead it to the last page."), title)
    return OldAddress(row, last.link or "", _problem(last), title or _title(last))


def _title(row: Redirect) -> str:
    return row.redirect_page.title if row.redirect_page else ""


def _problem(row: Redirect) -> str:
    if row.redirect_page_id:
        if not row.redirect_page.live:
            return _("Its page is not published: readers find no page.")
        return ""
    return "" if row.redirect_link else _("It leads nowhere: choose a page or an address.")


def _own_path(row: Redirect, own_hosts: set[str]) -> str:
    """The path on this site that a row leads to, as the table writes it; "" for other sites."""
    link = row.link or ""
    parts = urlsplit(link)
    if parts.netloc and parts.hostname not in own_hosts:
        return ""
    return Redirect.normalise_path(link) if link else ""


def _reachable(rows: list[Redirect], own_hosts: set[str]) -> list[Redirect]:
    """Rows and those that they lead on to, step by step, a query for each step at most."""
    known = {row.old_path: row for row in rows}
    wanted = {_own_path(row, own_hosts) for row in rows if not row.redirect_page_id}
    for _step in range(_LONGEST_CHAIN):
        wanted = {path for path in wanted if path and path not in known}
        if not wanted:
            break
        found = list(Redirect.objects.filter(old_path__in=wanted).select_related("redirect_page"))
        known |= {row.old_path: row for row in found}
        wanted = {_own_path(row, own_hosts) for row in found if not row.redirect_page_id}
    return list(known.values())


def _live_paths(rows: list[Redirect]) -> set[str]:
    """Which of the old addresses are those of live pages; one query.

    A page's ``url_path`` begins with the slug of its home page, for which its address has the
    language.
    """
    homes = {
        home.locale.language_code: home.url_path
        for home in Page.objects.filter(depth=2).select_related("locale")
    }
    wanted = {}
    for row in rows:
        language, _slash, rest = row.old_path.strip("/").partition("/")
        if language in homes:
            path = f"{homes[language]}{rest}/" if rest else homes[language]
            wanted[path] = f"{row.old_path.rstrip('/')}/"
    live = Page.objects.live().filter(url_path__in=wanted).values_list("url_path", flat=True)
    return {wanted[path] for path in live}
