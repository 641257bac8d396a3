"""What the second editor says instead of approving: back to whoever accepted it, with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from tracker.models import Notice, Statement
from tracker.models.choices import Entity, NoticeKind, NoticeState, StatementState
from tracker.review import rights
from tracker.review.changes import void_approval
from tracker.review.errors import CannotAccept, Conflict, NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BACK = "Sent back by "


@transaction.atomic
def send_back(statement: Statement, *, by: User, note: str) -> Notice:
    """Decline to approve a draft, with a note; it waits for its first editor, and an approval it had is taken back."""
    rights.demand(by, rights.APPROVE)
    if not note.strip():
        raise CannotAccept("Say what should change: the note goes to the first editor.")
    row = Statement.objects.select_for_update().get(pk=statement.pk)
    if row.state not in (StatementState.DRAFT, StatementState.APPROVED):
        raise Conflict(f"It is {row.get_state_display().lower()} by now: correct it, or withhold it.")
    if by.pk == row.accepted_by_id:
        raise NotAllowed("You accepted this statement: discard it, or edit it.")
    void_approval(row)
    return Notice.objects.create(
        entity=Entity.STATEMENT, row=row.public_id, kind=NoticeKind.ERROR, text=f"{BACK}{by}: {note.strip()}"
    )


@transaction.atomic
def hand_in_again(statement: Statement, *, by: User, outcome: str = "Looked at again.") -> int:
    """Say that what was sent back is seen to: it waits for a second editor again. Return how many notes are closed."""
    rights.demand(by, rights.REVIEW)
    return sent_back(statement.public_id).update(state=NoticeState.CLOSED, handled_by=by, outcome=outcome)


def sent_back(*public_ids: str) -> QuerySet[Notice]:
    """Return the open notes on these drafts, or on all."""
    rows = Notice.objects.filter(~Q(state=NoticeState.CLOSED), entity=Entity.STATEMENT, text__startswith=BACK)
    return rows.filter(row__in=public_ids).order_by("pk") if public_ids else rows.order_by("pk")
