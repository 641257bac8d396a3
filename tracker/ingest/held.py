"""What we hold already: reports with the same text, and statements on the same tree of events."""

from __future__ import annotations

import dataclasses

from django.db.models import Count, Q, QuerySet

from tracker.ingest.decide import Held
from tracker.ingest.stories import LEAST_CONTAINED, LEAST_SHARED, copies
from tracker.models import Event, Inquiry, Report, Shingle, Statement, Story
from tracker.models.choices import StatementState

MOST_COMPARED = 500  # rows of one tree a draft is compared with, newest first


@dataclasses.dataclass(frozen=True)
class Row:
    """A statement or inquiry, and what deciding needs to know of it."""

    statement: Statement | Inquiry
    held: Held


def join_story(report: Report, hashes: frozenset[int]) -> Story | None:
    """Keep the shingles of a report and return the story it belongs to; None when no other report carries its text.

    Run again, it changes nothing. Must run inside a transaction.
    """
    Shingle.objects.bulk_create([Shingle(report=report, hash=one) for one in hashes], ignore_conflicts=True)
    if report.story_id is not None:
        return report.story
    shared = (
        Shingle.objects.filter(hash__in=hashes)
        .exclude(report=report)
        .values("report")
        .annotate(n=Count("pk"))
        .filter(n__gte=LEAST_SHARED)
        .order_by("-n", "report")[:10]
    )
    for row in list(shared):
        shorter = min(len(hashes), Shingle.objects.filter(report=row["report"]).count())
        if row["n"] / shorter >= LEAST_CONTAINED:
            other = Report.objects.get(pk=row["report"])
            if other.story_id is None:
                story = Story.objects.create()
                Report.objects.filter(pk=other.pk, story=None).update(story=story)
                return story
            return other.story
    return None


def copied_from(report: Report, among: QuerySet[Report]) -> Report | None:
    """Return the first report, of those it shares a story with, that holds nearly all of its text."""
    if report.story_id is None:
        return None
    hashes = frozenset(Shingle.objects.filter(report=report).values_list("hash", flat=True))
    for other in among.filter(story=report.story_id):
        if copies(hashes, frozenset(Shingle.objects.filter(report=other).values_list("hash", flat=True))):
            return other
    return None


def on_tree(root: str, report: Report) -> list[Row]:
    """Return the statements and inquiries on a tree of events that a draft from this report is compared with."""
    top = Event.objects.get(slug=root)
    tree = Event.objects.tree_of(top).values("pk")
    live = ~Q(state=StatementState.WITHDRAWN)
    statements = (
        Statement.objects.filter(live, event__in=tree, merged_into=None)
        .prefetch_related("voices__company", "voices__person", "citations__quotes", "citations__report")
        .order_by("-pk")[:MOST_COMPARED]
    )
    inquiries = (
        Inquiry.objects.filter(live, event__in=tree)
        .select_related("company")
        .prefetch_related("citations__report")
        .order_by("-pk")[:MOST_COMPARED]
    )
    return [Row(one, _statement(one, report)) for one in statements] + [
        Row(one, _inquiry(one, report)) for one in inquiries
    ]


def _statement(row: Statement, report: Report) -> Held:
    voices, citations = list(row.voices.all()), list(row.citations.all())
    return Held(
        public_id=row.public_id,
        companies=frozenset(voice.company.slug for voice in voices if voice.company),
        people=frozenset(voice.person.slug for voice in voices if voice.person),
        channel=row.channel,
        earliest=row.said.earliest,
        latest=row.said.latest,
        quotes=tuple(quote.text for citation in citations for quote in citation.quotes.all()),
        same_story=report.story_id is not None and any(one.report.story_id == report.story_id for one in citations),
    )


def _inquiry(row: Inquiry, report: Report) -> Held:
    return Held(
        public_id=row.public_id,
        companies=frozenset({row.company.slug}),
        people=frozenset(),
        channel="",
        earliest=row.asked.earliest,
        latest=row.asked.latest,
        is_inquiry=True,
        same_story=report.story_id is not None
        and any(one.report.story_id == report.story_id for one in row.citations.all()),
    )
