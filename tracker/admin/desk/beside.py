"""What we hold already beside a proposal: the same company on the same event, the likeliest first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from django.db.models import Q

from tracker.core.drafts import Draft
from tracker.core.text import fold
from tracker.models import Candidate, Event, Inquiry, Statement
from tracker.models.choices import INQUIRY_KINDS, StatementState

ENOUGH = 6


@dataclasses.dataclass(frozen=True)
class Held:
    """A row we hold, compared with the proposal; ``likely`` where the machine or the words say it is the same."""

    row: Statement | Inquiry
    likely: bool
    why: str
    words: tuple[str, ...]
    reports: int
    independent: int
    merging: str


def beside(candidate: Candidate, draft: Draft, tree: Iterable[Event]) -> list[Held]:
    """Return rows of the same companies on the same tree, and the one the machine takes it for."""
    companies = [company.pk for company in candidate.companies.all()]
    events = [event.pk for event in tree]
    if candidate.kind in INQUIRY_KINDS:
        return _inquiries(companies, events)
    of_them = Q(voices__company__in=companies, event__in=events)
    if candidate.may_duplicate_id:
        of_them |= Q(pk=candidate.may_duplicate_id)
    rows = (
        Statement.objects.filter(of_them, merged_into=None)
        .exclude(state=StatementState.WITHDRAWN)
        .distinct()
        .select_related("event")
        .prefetch_related("voices__company", "voices__person", "citations__report__outlet", "citations__quotes")
    )
    speakers = {voice.speaker.casefold() for voice in draft.voices if voice.speaker}
    proposed = [fold(quote.text).text.casefold() for quote in draft.quotes]
    found = [_compare(row, candidate, speakers, proposed) for row in rows[:40]]
    return sorted(found, key=lambda held: (not held.likely, -held.row.pk))[:ENOUGH]


def _compare(row: Statement, candidate: Candidate, speakers: set[str], proposed: list[str]) -> Held:
    quotes = [quote for citation in row.citations.all() for quote in citation.quotes.all()]
    same_words = [
        quote.text
        for quote in quotes
        if any(
            words in fold(quote.text).text.casefold() or fold(quote.text).text.casefold() in words for words in proposed
        )
    ]
    same_speaker = any(voice.person and voice.person.name.casefold() in speakers for voice in row.voices.all())
    why = ["Same company and event"]
    if row.pk == candidate.may_duplicate_id:
        why = [candidate.decision_reason.rstrip(".") or "The machine takes it for the same"]
    elif same_speaker or same_words:
        also = [word for word, holds in (("person", same_speaker), ("words", bool(same_words))) if holds]
        why = [f"Same company, event, {' and '.join(also)}"]
    citations = list(row.citations.all())
    cited = any(citation.report_id == candidate.report_id for citation in citations)
    independent = sum(citation.own_access for citation in citations)
    return Held(
        row=row,
        likely=row.pk == candidate.may_duplicate_id or bool(same_words),
        why=why[0],
        words=tuple(same_words or [quote.text for quote in quotes])[:2],
        reports=len(citations),
        independent=independent,
        merging=_merging(row, cited=cited, reports=len(citations)),
    )


def _among(words: str, proposed: list[str]) -> bool:
    return any(words in other or other in words for other in proposed)


def _merging(row: Statement | Inquiry, *, cited: bool, reports: int) -> str:
    told = ". Readers are told of an update with new evidence" if row.state == StatementState.PUBLISHED else ""
    if cited:
        return f"Merging adds the quotes to this report's citation of {row.public_id}{told}."
    return f"Merging cites this report for {row.public_id}: {reports + 1} reports instead of {reports}{told}."


def _inquiries(companies: list[int], events: list[int]) -> list[Held]:
    rows = (
        Inquiry.objects.filter(company__in=companies, event__in=events)
        .exclude(state=StatementState.WITHDRAWN)
        .select_related("company", "event", "outlet")
        .prefetch_related("citations__report__outlet", "citations__quotes")
    )
    return [
        Held(
            row=row,
            likely=False,
            why="Same company and event",
            words=tuple(quote.text for citation in row.citations.all() for quote in citation.quotes.all())[:2],
            reports=len(row.citations.all()),
            independent=0,
            merging=_merging(row, cited=False, reports=len(row.citations.all())),
        )
        for row in rows[:ENOUGH]
    ]
