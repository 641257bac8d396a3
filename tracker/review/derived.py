"""What follows from other rows and is stored beside them: days, verification, outcomes.

``settle`` is called in the transaction of whatever changed the evidence; ``manage.py
verify`` calls the pure parts and compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from tracker.core import verification
from tracker.models import Inquiry, Report, Statement
from tracker.models.choices import InquiryOutcome

STATEMENT_EVIDENCE = ("event__parent", "citations__report__outlet", "citations__report__captures")


def day_of(report: Report) -> dt.date | None:
    """Return the last day on which the report may have come out; the day it was captured if it gives none."""
    known = report.published.latest or report.published.earliest
    if known:
        return known
    captured = [capture.fetched_at for capture in report.captures.all()]
    return min(captured).date() if captured else None


def first_reported(row: Statement | Inquiry) -> dt.date | None:
    """Return the day of the first report that tells of it."""
    days = [day_of(citation.report) for citation in row.citations.all()]
    return min((day for day in days if day), default=None)


def effective_days(statement: Statement) -> tuple[dt.date | None, dt.date | None]:
    """Return (sort_earliest, sort_date): the days of the statement with missing bounds read from event and report."""
    said = statement.said
    latest = said.latest or first_reported(statement) or said.earliest
    if latest and said.earliest and latest < said.earliest:
        latest = said.earliest
    earliest = said.earliest or statement.event.root.began.earliest or latest
    if earliest and latest and earliest > latest:
        earliest = latest
    return earliest, latest


def outcome_of(outcomes: Iterable[str]) -> tuple[str, bool]:
    """Return the outcome that counts and whether reports differ: of several the milder."""
    known = {outcome for outcome in outcomes if outcome}
    ranked = [outcome for outcome in InquiryOutcome if outcome in known]
    return (ranked[0] if ranked else ""), len(known) > 1


def settle(row: Statement | Inquiry) -> Statement | Inquiry:
    """Store what follows from the row's evidence as it now stands, and return the row read anew.

    Writes no history and no ledger line: nobody decided anything.
    """
    if isinstance(row, Inquiry):
        inquiry = Inquiry.objects.prefetch_related("citations").get(pk=row.pk)
        outcome, differ = outcome_of(citation.outcome for citation in inquiry.citations.all())
        inquiry.outcome, inquiry.reports_differ = outcome or inquiry.outcome, differ
        Inquiry.objects.filter(pk=row.pk).update(
            outcome=inquiry.outcome, reports_differ=differ, updated_at=timezone.now()
        )
        return inquiry
    statement = Statement.objects.prefetch_related(*STATEMENT_EVIDENCE).get(pk=row.pk)
    found = verification.assess(statement)
    statement.sort_earliest, statement.sort_date = effective_days(statement)
    statement.verification, statement.verification_reason = found.level, found.reason
    Statement.objects.filter(pk=row.pk).update(
        sort_earliest=statement.sort_earliest,
        sort_date=statement.sort_date,
        verification=found.level,
        verification_reason=found.reason,
        updated_at=timezone.now(),
    )
    return statement
