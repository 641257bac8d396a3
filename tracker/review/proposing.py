"""A proposal made by a person: words of an article that the machine passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tracker.core import ledger
from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice
from tracker.core.text import find_quote, occurs_at
from tracker.models import Candidate, Event, Report
from tracker.models.choices import INQUIRY_KINDS, CandidateKind, ReportState
from tracker.review import derived, rights
from tracker.review.errors import CannotAccept, QuoteNotFound

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FINDER = "by hand"


@transaction.atomic
def propose(
    report: Report,
    *,
    words: str,
    by: User,
    kind: str = CandidateKind.STATEMENT,
    start: int | None = None,
    end: int | None = None,
    event: Event | None = None,
) -> Candidate:
    """Make a candidate of words of the report's latest capture, everything else open; the same words are one candidate.

    Without offsets the words are looked for in the body. Raises QuoteNotFound when they
    do not stand in the text, or not where they are said to.
    """
    rights.demand(by, rights.REVIEW)
    if kind not in CandidateKind.values:
        raise CannotAccept(f"“{kind}” is no kind of candidate: choose one of {', '.join(CandidateKind.values)}.")
    capture = report.captures.order_by("-pk").first()
    if capture is None:
        raise CannotAccept("This report has no stored text yet.")
    if start is None or end is None:
        start, end = find_quote(capture.text, words, start=capture.body_start) or (0, 0)
    if not occurs_at(capture.text, words, start, end):
        raise QuoteNotFound("These words do not stand in the article there: select them again.")
    day = derived.day_of(report)
    draft = Draft(
        kind=kind,
        voices=(DraftVoice(None),),
        channel="public",
        medium="unspecified",
        disclosure="reported",
        stance=None,
        quotes=() if kind in INQUIRY_KINDS else (DraftQuote(capture.text[start:end], start, end, "partial"),),
        said=DraftDate(None, day.isoformat() if day else None, "before"),
        reported_by=None,
        attribution=None,
        confidence=1,
        reasons={"said": "No later than the report."},
        evidence={},
        spans=((start, end),),
    )
    first = report.candidates.exclude(event=None).order_by("pk").first()
    candidate, made = Candidate.objects.get_or_create(
        report=report,
        finder=FINDER,
        key=draft.key(),
        defaults={
            "capture": capture,
            "event": event or (first.event if first else report.events.order_by("pk").first()),
            "kind": kind,
            "draft": draft.to_json(),
            "confidence": 1,
            "decision": "new",
            "decision_reason": f"Proposed by {by}.",
        },
    )
    if made:
        Report.objects.filter(pk=report.pk, state__in=[ReportState.DONE, ReportState.IRRELEVANT]).update(
            state=ReportState.PROPOSED, state_reason=f"{by} proposed a candidate.", updated_at=timezone.now()
        )
        ledger.bump_coverage()
    return candidate
