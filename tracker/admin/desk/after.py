"""What the last decision came to, in a line with its undo: told on the screen that follows it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from tracker.models import Candidate, Inquiry, Statement
from tracker.models.choices import CandidateState, StatementState
from tracker.review import rules

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DECIDED = {
    CandidateState.ACCEPTED: "Accepted",
    CandidateState.MERGED: "Merged",
    CandidateState.REJECTED: "Rejected",
}


@dataclasses.dataclass(frozen=True)
class After:
    """A decision in words. ``seconds`` is what is left before a publication takes effect."""

    candidate: Candidate
    row: Statement | Inquiry | None
    sentence: str
    seconds: int
    may_undo: bool


def told(pk: str | None, *, user: User, now: dt.datetime) -> After | None:
    """Say what became of the candidate that this user decided just before."""
    if not pk or not pk.isdigit() or len(pk) > 18:
        return None
    rows = Candidate.objects.filter(pk=pk, decided_by=user).exclude(state=CandidateState.PENDING)
    candidate = rows.select_related("statement", "inquiry", "report").first()
    if candidate is None or candidate.state not in DECIDED:
        return None
    row = candidate.statement or candidate.inquiry
    sentence = f"{DECIDED[CandidateState(candidate.state)]}: {candidate}."
    if row is None:
        return After(candidate, None, f"{sentence} {candidate.reason}", 0, True)
    seconds = 0
    if row.publish_at is not None:
        seconds = max(0, round((row.publish_at - now).total_seconds()))
        sentence = f"{sentence} {row.public_id} is published in"
        if not seconds:
            sentence = f"{sentence[:-3]} now."
    elif candidate.state == CandidateState.MERGED:
        sentence = f"{sentence} {row.public_id} cites {candidate.report.public_id} now."
    elif row.state == StatementState.PUBLISHED:
        sentence = f"{sentence} {row.public_id} is published."
    else:
        wanted = rules.approval_wanted(row) if isinstance(row, Statement) else []
        sentence = f"{sentence} {row.public_id} is a draft."
        if wanted:
            sentence = f"{sentence} A second editor must approve it: {', '.join(wanted)}."
    open_still = row.state in (StatementState.DRAFT, StatementState.APPROVED)
    return After(candidate, row, sentence, seconds, open_still)
