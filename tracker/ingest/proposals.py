"""What a trusted program proposes: a candidate like the finder's own, with its evidence in the captured text.

Only a person turns it into a statement; the program's name stands where the finder's does.
"""

from __future__ import annotations

from django.db import transaction

from tracker.core import ledger
from tracker.core.drafts import Draft, Span
from tracker.core.text import find_quote
from tracker.ingest import held
from tracker.ingest.decide import decide
from tracker.models import Candidate, Capture, Company, Event, Report, Statement
from tracker.models.choices import CandidateState


def place(capture: Capture, words: str) -> Span | None:
    """Return where words stand in the body of a captured text, or None: a headline is no evidence of words."""
    return find_quote(capture.text, words, start=capture.body_start)


@transaction.atomic
def propose(
    report: Report, capture: Capture, draft: Draft, *, event: Event | None, finder: str
) -> tuple[Candidate, bool]:
    """Leave a candidate and return it, and whether it is new. The same proposal twice is one candidate."""
    rows = held.on_tree(event.root.slug, report) if event else []
    decision = decide(draft, [row.held for row in rows])
    about = next((row.statement for row in rows if row.held.public_id == decision.about), None)
    candidate, new = Candidate.objects.get_or_create(
        report=report,
        finder=finder[:40],
        key=draft.key(),
        defaults={
            "capture": capture,
            "event": event,
            "kind": draft.kind,
            "draft": draft.to_json(),
            "decision": decision.action,
            "decision_reason": decision.reason[:400],
            "may_duplicate": about if isinstance(about, Statement) else None,
            "confidence": min(1.0, max(0.0, draft.confidence)),
            "state": CandidateState.PENDING,
        },
    )
    if new:
        slugs = {voice.company for voice in draft.voices if voice.company}
        candidate.companies.set(Company.objects.filter(slug__in=slugs))
        ledger.bump_coverage()
    return candidate, new
