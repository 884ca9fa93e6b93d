"""Publish a page in several languages at one moment: in all of them, or in none.

What was agreed on is a revision in each language. If by the moment somebody has saved another one,
or a text lost its translation, nothing goes live in any language, and staff are told why.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource

from newsroom.models import JointPublication
from newsroom.translating import comparing, hand_work, marks, publishing
from newsroom.translating.access import target_page
from newsroom.translating.log_actions import CALL_OFF, PLAN, REFUSE
from newsroom.translating.refusals import Refused
from newsroom.translating.segments import missing_texts
from newsroom.translating.states import LANGUAGES, SOURCE


def translations_of(page: Page) -> list[Translation]:
    """The translations kept in step with ``page``, in the order of the site's languages."""
    found = Translation.objects.filter(
        source__object_id=page.translation_key, source__locale_id=page.locale_id, enabled=True
    ).select_related("source__locale", "target_locale")
    order = list(LANGUAGES)
    return sorted(found, key=lambda one: order.index(one.target_locale.language_code))


def _check_place(code: str, page: Page) -> None:
    """A page whose parent nobody can see would not be seen either."""
    parent = page.get_parent()
    if parent.depth > 1 and not parent.live:
        raise Refused("hidden", code, parent.title)


def _check_date(code: str, page: Page) -> None:
    """A page with a date of its own would go live then, and not together with the others."""
    if page.go_live_at and page.go_live_at > timezone.now():
        raise Refused("own-date", code)


def _check_step(page: Page, source: TranslationSource) -> None:
    """The translations must be made from the very text that goes live with them."""
    newest = page.get_latest_revision_as_object()
    if comparing.page_content(newest) != comparing.source_content(source):
        raise Refused("changed", SOURCE)


@transaction.atomic
def plan(
    page: Page,
    languages: Iterable[str],
    *,
    due_at: datetime,
    user,
    despite_marks: bool = False,
) -> JointPublication:
    """Agree on what goes live at ``due_at``: the source page as last saved and its translations.

    ``languages`` are those beside the source's. The translations are written as drafts from their
    texts. Raises ``Refused`` with a sentence; nothing is kept then.
    """
    page = Page.objects.select_for_update().get(pk=page.pk).specific
    if JointPublication.objects.filter(page=page, state=JointPublication.State.PLANNED).exists():
        raise Refused("planned")
    chosen = [one for one in translations_of(page) if one.target_locale.language_code in languages]
    if not chosen:
        raise Refused("no-language")
    newest = page.get_latest_revision_as_object()
    _check_place(SOURCE, page)
    _check_date(SOURCE, newest)
    _check_step(page, chosen[0].source)
    if page.latest_revision_id is None:
        page.save_revision(user=user)
        page.refresh_from_db()
    revisions = {SOURCE: page.latest_revision_id}
    for one in chosen:
        code = one.target_locale.language_code
        revisions[code] = _prepare(code, one, user, despite_marks=despite_marks)
    made = JointPublication.objects.create(
        page_id=page.pk,
        languages=list(revisions),
        revisions=revisions,
        due_at=due_at,
        planned_by=user,
    )
    # A plan that could not be done, and this one instead of it, need no second look.
    JointPublication.objects.filter(page=page, state=JointPublication.State.REFUSED).update(
        state=JointPublication.State.CALLED_OFF
    )
    log(
        instance=page,
        action=PLAN,
        user=user,
        data={"languages": made.languages, "due_at": due_at.isoformat()},
    )
    return made


def _prepare(code: str, one: Translation, user, *, despite_marks: bool) -> int:
    row = target_page(one)
    _check_place(code, row)
    if marks.mark_of(one).needs_proofreading and not despite_marks:
        raise Refused("to-proofread", code)
    if missing := missing_texts(one):
        raise Refused("missing", code, missing[0])
    if hand_work.find(one).leaves_something:
        raise Refused("by-hand", code)
    try:
        revision = publishing.prepare(one, user)
    except ValidationError as error:
        raise Refused("invalid", code, " ".join(error.messages)) from error
    _check_date(code, revision.as_object())
    return revision.pk


def _check_all(plan: JointPublication, pages: dict[str, Page]) -> None:
    """Raise ``Refused`` unless everything is still as it was agreed on."""
    user = plan.planned_by
    if user is None or not user.is_active:
        raise Refused("left")
    for code, page in pages.items():
        if not page.permissions_for_user(user).can_publish():
            raise Refused("may-not", code)
        if page.latest_revision_id != plan.revisions[code]:
            raise Refused("saved", code)
        _check_place(code, page)
        _check_date(code, page.latest_revision.as_object())
    for one in translations_of(pages[SOURCE]):
        code = one.target_locale.language_code
        if code in plan.languages and (missing := missing_texts(one)):
            raise Refused("missing", code, missing[0])
        if code in plan.languages:
            _check_step(pages[SOURCE], one.source)


def _pages(plan: JointPublication) -> dict[str, Page]:
    """Lock and return the page of each language, the source's first."""
    key = plan.page.translation_key
    rows = (
        Page.objects.select_for_update(of=("self",))
        .filter(translation_key=key, locale__language_code__in=plan.languages)
        .select_related("locale")
        .order_by("pk")
    )
    found = {row.locale.language_code: row.specific for row in rows}
    for code in plan.languages:
        if code not in found:
            raise Refused("gone", code)
    return {code: found[code] for code in plan.languages}


def carry_out(plan_id: int) -> JointPublication | None:
    """Publish what was agreed on, in all languages or in none. None when there is nothing to do.

    Safe to repeat and to run twice at once: the plan is locked, and one that is done, refused or
    called off is left alone.
    """
    with transaction.atomic():
        plan = _locked(plan_id)
        if plan is None:
            return None
        try:
            # What was published before something went wrong is taken back.
            with transaction.atomic():
                pages = _pages(plan)
                _check_all(plan, pages)
                for code, page in pages.items():
                    _publish(code, page, plan.planned_by)
        except Refused as error:
            _refuse(plan, error)
        else:
            plan.state = JointPublication.State.DONE
            plan.done_at = timezone.now()
            plan.save(update_fields=["state", "done_at"])
    return plan


def _publish(code: str, page: Page, user) -> None:
    try:
        page.latest_revision.publish(user=user)
    except ValidationError as error:
        # Another page has taken its address since, for example.
        raise Refused("invalid", code, " ".join(error.messages)) from error


def give_up(plan_id: int) -> None:
    """Note that a plan failed in a way nobody foresaw, so that staff see it and nothing repeats."""
    with transaction.atomic():
        plan = _locked(plan_id)
        if plan is not None:
            _refuse(plan, Refused("failed"))


def _locked(plan_id: int) -> JointPublication | None:
    return (
        JointPublication.objects.select_for_update(of=("self",))
        .select_related("planned_by", "page")
        .filter(pk=plan_id, state=JointPublication.State.PLANNED)
        .first()
    )


def _refuse(plan: JointPublication, why: Refused) -> None:
    plan.state = JointPublication.State.REFUSED
    plan.reason = why.stored
    plan.save(update_fields=["state", "reason"])
    log(instance=plan.page.specific, action=REFUSE, user=None, data={"reason": plan.reason})


@transaction.atomic
def call_off(plan: JointPublication, user) -> bool:
    """Call a plan off, or put one away that could not be done; return whether there was one."""
    changed = JointPublication.objects.filter(
        pk=plan.pk, state__in=[JointPublication.State.PLANNED, JointPublication.State.REFUSED]
    ).update(state=JointPublication.State.CALLED_OFF)
    if changed:
        log(instance=plan.page.specific, action=CALL_OFF, user=user)
    return bool(changed)
