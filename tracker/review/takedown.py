"""Taking a public row away: withheld while it is examined, withdrawn with its reason, and back again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tracker.core import ledger
from tracker.core.text import clean
from tracker.models import Inquiry, Release, Statement
from tracker.models.choices import (
    REMOVALS,
    STATEMENT_MOVES,
    ReleaseKind,
    StatementState,
    TakenDown,
)
from tracker.review import lines, rights, rules
from tracker.review.changes import full_body, publish_corrections
from tracker.review.errors import CannotChange, CannotPublish, Conflict
from tracker.review.kept import keep

if TYPE_CHECKING:
    from django.contrib.auth.models import User


# They change with the state, or follow from evidence: not what somebody changed meanwhile.
OF_THE_STATE = frozenset({"state", "approved_by_second_editor", "verification"})


@transaction.atomic
def withhold(row: Statement | Inquiry, *, by: User, why: str, now: dt.datetime | None = None) -> Statement | Inquiry:
    """Hide a public row at once while a complaint is examined. ``why`` is for editors; readers learn only the fact."""
    held = _move(row, StatementState.WITHHELD, by=by)
    keep(held, by=by, why=why)
    _tell(held, ReleaseKind.WITHHELD, by=by, at=now or timezone.now())
    return held


@transaction.atomic
def withdraw(
    row: Statement | Inquiry,
    *,
    by: User,
    category: str,
    note: str = "",
    why: str = "",
    now: dt.datetime | None = None,
) -> Statement | Inquiry:
    """Take a public row down for good; its id, dates and reason remain.

    For legal, privacy, wrong person and fabricated the tombstone holds the category
    only: ``note`` is then kept for editors. Raises CannotChange for another category.
    """
    if category not in TakenDown.values:
        raise CannotChange(f"Say why it is withdrawn: one of {', '.join(TakenDown.values)}.")
    if not note.strip() and category not in REMOVALS:
        raise CannotChange("Say in a sentence what was wrong: readers are told.")
    at = now or timezone.now()
    held = _move(row, StatementState.WITHDRAWN, by=by)
    held.taken_down_at, held.taken_down_category, held.taken_down_note = at, category, clean(note).strip()
    keep(held, by=by, why=why or note or category)
    _tell(held, ReleaseKind.WITHDRAWN, by=by, at=at)
    return held


@transaction.atomic
def restore(
    row: Statement | Inquiry,
    *,
    by: User,
    reason: str = "",
    note: str = "",
    now: dt.datetime | None = None,
) -> Statement | Inquiry:
    """Show a withheld or withdrawn row again.

    What was changed meanwhile is published as corrections, with a reason, and waits for
    a second editor where one must approve it.
    """
    at = now or timezone.now()
    held = _move(row, StatementState.PUBLISHED, by=by)
    held.taken_down_at, held.taken_down_category, held.taken_down_note = None, "", ""
    keep(held, by=by, why=note or "restored")
    before, after = _last_shown(held), full_body(held)
    changed = [field for field in lines.differing(before, after) if field not in OF_THE_STATE] if before else []
    if wrong := rules.blockers(held, approval=bool(changed)):
        raise CannotPublish(wrong)
    made = publish_corrections(held, before, after, changed, by=by, reason=reason, note=note, at=at)
    if changed and not made:
        raise CannotChange("It was changed while readers did not see it: say why (our error, new evidence, …).")
    _tell(held, ReleaseKind.RESTORED, by=by, at=at)
    return held


def _move(row: Statement | Inquiry, to: StatementState, *, by: User) -> Any:
    rights.demand(by, rights.PUBLISH)
    held: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.published_at is None or to not in STATEMENT_MOVES[held.state]:
        raise Conflict(f"It is {held.get_state_display().lower()}: it cannot become {to.label.lower()}.")
    if getattr(held, "merged_into_id", None):
        raise Conflict(f"It was merged into {held.merged_into}: take that one down, or undo the merge.")
    held.state = to
    return held


def _tell(row: Any, kind: str, *, by: User, at: dt.datetime) -> None:
    lines.line(row, kind=kind, by=by, at=at, changed=["state"])
    if isinstance(row, Statement):
        for other in lines.linking(row):
            lines.line(other, kind=ReleaseKind.CHANGED, by=by, at=at, changed=["links"])
    ledger.bump_coverage()


def _last_shown(row: Any) -> dict[str, Any]:
    kind = lines.kind_of(row)
    hidden = (ReleaseKind.WITHHELD, ReleaseKind.WITHDRAWN)
    last = (
        Release.objects.filter(entity=kind.entity, public_id=kind.name(row)).exclude(kind__in=hidden).order_by("-seq")
    ).first()
    return last.body or {} if last else {}
