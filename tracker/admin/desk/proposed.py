"""What the machine proposes, as the form shows it: everything but stance, capacity and side, which are the coder's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tracker.core.drafts import Draft
from tracker.models import Ask, Candidate, Target
from tracker.models.choices import (
    MEDIA_OF_CHANNEL,
    AboutEvent,
    Audience,
    Basis,
    CandidateKind,
    Channel,
    Comparator,
    Form,
    InquiryOutcome,
    Medium,
    Part,
    Precision,
    QuoteKind,
    Stance,
)
from tracker.models.dates import DateSpan

OUTCOME_OF_KIND = {
    CandidateKind.DECLINED_TO_COMMENT: InquiryOutcome.DECLINED,
    CandidateKind.NO_RESPONSE: InquiryOutcome.NO_ANSWER,
}


def initial_of(candidate: Candidate, draft: Draft) -> dict[str, Any]:
    """The proposal as the main form shows it: everything but the stance."""
    media = MEDIA_OF_CHANNEL.get(draft.channel, ())
    medium = draft.medium if draft.medium in media else Medium.UNSPECIFIED
    is_letter = candidate.kind == CandidateKind.OPEN_LETTER
    return {
        "kind": candidate.kind,
        "event": candidate.event_id,
        "channel": f"{draft.channel}:{medium}",
        "disclosure": draft.disclosure,
        "audience": Audience.STAFF if draft.channel == Channel.INTERNAL else Audience.UNSPECIFIED,
        "form": Form.OPEN_LETTER if is_letter else Form.INDIVIDUAL,
        "said": span_of(draft),
        "said_as_written": draft.said.as_written,
        "said_reason": "" if draft.said.as_written else draft.reasons.get("said", "")[:300],
        "operations_only": draft.operations_only,
        "summary": "" if tells_a_stance(draft.summary) else draft.summary,
        "language": candidate.report.language or "en",
        "basis": draft.basis if draft.basis in Basis.values else Basis.OUTLETS_ASSERTION,
        "attribution": draft.attribution or "",
        "credits": draft.reported_by or "",
        "claims_first": draft.claims_first,
        "signature_count": draft.signature_count,
        "signature_comparator": draft.signature_comparator or Comparator.EXACTLY,
        "outcome": OUTCOME_OF_KIND.get(CandidateKind(candidate.kind), ""),
        "about_event": AboutEvent.YES,
    }


def tells_a_stance(summary: str) -> bool:
    """Whether a proposed summary gives away the proposed stance, which the coder must not see first."""
    told = summary.casefold()
    return any(stance.label.casefold() in told for stance in Stance)


def span_of(draft: Draft) -> DateSpan:
    """The proposed date as the record keeps dates."""
    said = draft.said
    if not said.earliest and not said.latest:
        return DateSpan()
    precision = said.precision if said.precision in Precision.values else Precision.RANGE
    return DateSpan(_day(said.earliest), _day(said.latest), precision)


def _day(iso: str | None) -> Any:
    return dt.date.fromisoformat(iso) if iso else None


def voices(draft: Draft, known: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "company": known.get(voice.company or "", voice.organization_as_written or voice.organization or ""),
            "new_company": bool(voice.organization) and (voice.company or "") not in known,
            "person": known.get(f"person:{voice.person}", voice.speaker or ""),
            "new_person": bool(voice.speaker) and f"person:{voice.person}" not in known,
            "title": voice.role or "",
            "part": Part.SIGNATORY if draft.kind == CandidateKind.OPEN_LETTER else Part.AUTHOR,
        }
        for voice in draft.voices
    ]


def quotes(draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "text": quote.text,
            "start": quote.start,
            "end": quote.end,
            "kind": quote.kind if quote.kind in QuoteKind.values else QuoteKind.PARTIAL,
            "attribution": quote.attribution or "",
        }
        for quote in draft.quotes
    ]


def asks(draft: Draft, asks: list[Ask]) -> list[dict[str, Any]]:
    held = {ask.slug: ask.pk for ask in asks}
    return [
        {"ask": held[asked.ask], "addressee": asked.addressee or "", "basis": asked.basis}
        for asked in draft.asks
        if asked.ask in held
    ]


def positions(draft: Draft, targets: list[Target]) -> list[dict[str, Any]]:
    # The side stays open like the stance: it is the coder's to choose.
    held = {target.label.casefold(): target.pk for target in targets}
    return [
        {"target": held[position.target.casefold()]}
        for position in draft.positions
        if position.target.casefold() in held
    ]
