"""What becomes of a proposal: a draft, further evidence of something we hold, or nothing.

Every decision is one conditional UPDATE, so of twenty editors who press at once one
decides; the others get AlreadyReviewed and leave nothing behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tracker.core import ledger
from tracker.models import Candidate, Event, Inquiry, Report, Statement
from tracker.models.choices import CandidateState, CorrectionReason, ReportState, StatementState
from tracker.review import building, rights
from tracker.review.building import Sheet
from tracker.review.changes import changing
from tracker.review.errors import AlreadyReviewed, CannotAccept, CannotMerge, Claimed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CLAIM_MINUTES = 15


def claim(candidate: Candidate, *, by: User, now: dt.datetime | None = None) -> Candidate:
    """Hold a candidate for a quarter of an hour, or hold it for longer; others are told who has it."""
    rights.demand(by, rights.REVIEW)
    at = now or timezone.now()
    until = at + dt.timedelta(minutes=CLAIM_MINUTES)
    claimed = Candidate.objects.free_for(by, at).filter(pk=candidate.pk)
    if not claimed.update(claimed_by=by, claimed_until=until, updated_at=at):
        _refuse_if_decided_or_claimed(_read(candidate), by=by, now=at)
    return _read(candidate)


def release_claim(candidate: Candidate, *, by: User) -> None:
    """Let go of a candidate. Somebody else's claim stays."""
    Candidate.objects.filter(pk=candidate.pk, claimed_by=by).update(
        claimed_by=None, claimed_until=None, updated_at=timezone.now()
    )


@transaction.atomic
def accept(
    candidate: Candidate,
    *,
    by: User,
    edits: Mapping[str, Any] | None = None,
    event: Event | None = None,
    now: dt.datetime | None = None,
) -> Statement | Inquiry:
    """Turn a pending candidate into a draft statement, or a draft inquiry for "declined" and "no response".

    ``edits`` go before what the machine proposed (see ``building``). Two reviewers may
    press Accept at once; the second gets AlreadyReviewed. Raises CannotAccept with
    every reason at once.
    """
    at = now or timezone.now()
    held = _take(candidate, by=by, now=at)
    sheet = Sheet(held, edits or {})
    made: Statement | Inquiry
    if sheet.is_inquiry:
        made = building.inquiry_from(sheet, event=event, by=by)
    else:
        made = building.statement_from(sheet, event=event, by=by, now=at)
    _decide(held, CandidateState.ACCEPTED, into=made, by=by, now=at)
    return made


@transaction.atomic
def merge(
    candidate: Candidate,
    *,
    into: Statement | Inquiry,
    by: User,
    edits: Mapping[str, Any] | None = None,
    reason: str = "",
    note: str = "",
    now: dt.datetime | None = None,
) -> Statement | Inquiry:
    """Take a candidate as further evidence of something we hold: its report is cited, its quotes are kept.

    Of the edits, voices, asks, positions, links and signature counts are added. On a
    public row this is published as an update with new evidence.
    """
    at = now or timezone.now()
    held = _take(candidate, by=by, now=at)
    if into.state == StatementState.WITHDRAWN:
        raise CannotMerge("It was withdrawn: restore it first, or accept this as a statement of its own.")
    if isinstance(into, Statement) and into.merged_into:
        into = into.merged_into
    sheet = Sheet(held, edits or {})
    if sheet.is_inquiry != isinstance(into, Inquiry) and "kind" not in sheet.edits:
        raise CannotMerge("An inquiry is not evidence of a statement, nor a statement of an inquiry.")
    why = reason or f"merged from {held.report.public_id}"
    with changing(into, by=by, reason=CorrectionReason.NEW_EVIDENCE, note=note, now=at):
        building.add_evidence(sheet, into, by=by, now=at, why=why)
    into = type(into)._default_manager.get(pk=into.pk)
    _decide(held, CandidateState.MERGED, into=into, by=by, now=at, reason=reason)
    return into


@transaction.atomic
def reject(candidate: Candidate, *, by: User, reason: str, now: dt.datetime | None = None) -> None:
    """Turn a candidate down, with a reason that stays with it."""
    if not reason.strip():
        raise CannotAccept("Say why it is rejected.")
    at = now or timezone.now()
    held = _take(candidate, by=by, now=at)
    _decide(held, CandidateState.REJECTED, by=by, now=at, reason=reason.strip()[:300])


@transaction.atomic
def supersede(candidates: Iterable[Candidate], *, by: User | None = None, now: dt.datetime | None = None) -> int:
    """Set aside pending proposals that a newer finding of the same report has replaced; say how many."""
    at = now or timezone.now()
    wanted = [candidate.pk for candidate in candidates]
    reports = set(Candidate.objects.pending().filter(pk__in=wanted).values_list("report", flat=True))
    superseded = (
        Candidate.objects.pending()
        .filter(pk__in=wanted)
        .update(
            state=CandidateState.SUPERSEDED,
            decided_by=by,
            decided_at=at,
            claimed_by=None,
            claimed_until=None,
            reason="A newer finding of the same report replaced it.",
            updated_at=at,
        )
    )
    for report in Report.objects.filter(pk__in=reports):
        _finish_report(report, now=at)
    ledger.bump_coverage()
    return superseded


def _read(candidate: Candidate) -> Candidate:
    return Candidate.objects.select_related(
        "report__outlet", "capture", "event__parent", "claimed_by", "decided_by"
    ).get(pk=candidate.pk)


def _take(candidate: Candidate, *, by: User, now: dt.datetime) -> Candidate:
    """Lock the candidate for this decision; raise if it is decided, or somebody else is at it."""
    rights.demand(by, rights.REVIEW)
    Candidate.objects.select_for_update().filter(pk=candidate.pk).first()
    held = _read(candidate)
    _refuse_if_decided_or_claimed(held, by=by, now=now)
    return held


def _refuse_if_decided_or_claimed(held: Candidate, *, by: User, now: dt.datetime) -> None:
    if held.state != CandidateState.PENDING:
        who = f" by {held.decided_by}" if held.decided_by else ""
        raise AlreadyReviewed(f"This was {held.get_state_display().lower()}{who} already.")
    if held.claimed_by and held.claimed_by != by and held.claimed_until and held.claimed_until >= now:
        raise Claimed(f"{held.claimed_by} is at it until {held.claimed_until:%H:%M} UTC.")


def _decide(
    candidate: Candidate,
    state: CandidateState,
    *,
    by: User,
    now: dt.datetime,
    into: Statement | Inquiry | None = None,
    reason: str = "",
) -> None:
    decided = (
        Candidate.objects.pending()
        .filter(pk=candidate.pk)
        .update(
            state=state,
            decided_by=by,
            decided_at=now,
            claimed_by=None,
            claimed_until=None,
            reason=reason,
            statement=into if isinstance(into, Statement) else None,
            inquiry=into if isinstance(into, Inquiry) else None,
            updated_at=now,
        )
    )
    if not decided:
        raise AlreadyReviewed("Somebody else decided this first.")  # the transaction takes everything back
    _finish_report(candidate.report, now=now)
    ledger.bump_coverage()


def _finish_report(report: Report, *, now: dt.datetime) -> None:
    """Close a report whose every candidate is decided."""
    if report.candidates.filter(Q(state=CandidateState.PENDING)).exists():
        return
    Report.objects.filter(pk=report.pk, state=ReportState.PROPOSED).update(
        state=ReportState.DONE, state_reason="Every candidate of it is decided.", updated_at=now
    )
