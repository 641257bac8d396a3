"""Thinking again: a decision on a candidate is taken back while nothing of it is public."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tracker.core import ledger
from tracker.models import Candidate, Citation, Inquiry, Report, SignatureCount, Statement
from tracker.models.choices import CandidateState, ReportState, StatementState
from tracker.review import publishing, rights
from tracker.review.candidates import CLAIM_MINUTES
from tracker.review.changes import changing
from tracker.review.errors import Conflict, NotAllowed
from tracker.review.kept import drop, keep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WHY = "decision taken back"


@transaction.atomic
def undo(candidate: Candidate, *, by: User, now: dt.datetime | None = None) -> Candidate:
    """Take one's own decision back: the candidate is pending again and one's own to decide.

    What an acceptance made is discarded, a publication that has not yet taken effect
    with it; what a merge added is removed. Raises Conflict once readers see any of it.
    """
    at = now or timezone.now()
    rights.demand(by, rights.REVIEW)
    Candidate.objects.select_for_update().filter(pk=candidate.pk).first()
    held = Candidate.objects.select_related("report", "statement", "inquiry", "decided_by").get(pk=candidate.pk)
    if held.state in (CandidateState.PENDING, CandidateState.SUPERSEDED):
        raise Conflict("There is no decision on it to take back.")
    if held.decided_by != by:
        raise NotAllowed(f"{held.decided_by} decided this: only {held.decided_by} can take it back.")
    row = held.statement or held.inquiry
    # First the candidate lets go, then what it became may go.
    Candidate.objects.filter(pk=held.pk).update(
        state=CandidateState.PENDING,
        decided_by=None,
        decided_at=None,
        reason="",
        statement=None,
        inquiry=None,
        claimed_by=by,
        claimed_until=at + dt.timedelta(minutes=CLAIM_MINUTES),
        updated_at=at,
    )
    if row is not None:
        _refuse_if_public(row)
        if held.state == CandidateState.ACCEPTED:
            _discard(row, by=by)
        else:
            _remove_evidence(row, held, by=by, now=at)
    Report.objects.filter(pk=held.report_id, state=ReportState.DONE).update(
        state=ReportState.PROPOSED, state_reason="A decision on one of its candidates was taken back.", updated_at=at
    )
    ledger.bump_coverage()
    held.refresh_from_db()
    return held


def _refuse_if_public(row: Statement | Inquiry) -> None:
    if row.state not in (StatementState.DRAFT, StatementState.APPROVED):
        raise Conflict(f"{row.public_id} is {row.get_state_display().lower()} by now: correct it, or withdraw it.")


def _discard(row: Statement | Inquiry, *, by: User) -> None:
    if row.candidates.exists():
        raise Conflict(f"Another report was merged into {row.public_id} meanwhile: discard the draft instead.")
    if getattr(row, "approved_by_id", None):
        raise Conflict(f"{row.public_id} was approved meanwhile: discard the draft instead.")
    if row.publish_at is not None:
        publishing.undo_publish(row, by=by)
    row.refresh_from_db()
    row.state = StatementState.WITHDRAWN
    keep(row, by=by, why=WHY)


def _remove_evidence(row: Statement | Inquiry, candidate: Candidate, *, by: User, now: dt.datetime) -> None:
    owner = {"inquiry": row} if isinstance(row, Inquiry) else {"statement": row}
    citation = Citation.objects.filter(report=candidate.report, **owner).first()
    if citation is None:
        return
    if row.candidates.filter(report=candidate.report).exists():
        raise Conflict(f"Another candidate of this report is in {row.public_id} too: remove the quotes there.")
    with changing(row, by=by, now=now):
        for counted in SignatureCount.objects.filter(citation=citation):
            drop(counted, by=by, why=WHY)
        for quote in citation.quotes.all():
            drop(quote, by=by, why=WHY)
        drop(citation, by=by, why=WHY)
