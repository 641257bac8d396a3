"""Lighter entries between the statements of a list: what happened, who was asked, what was corrected."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator, Sequence

from django.urls import reverse

from tracker.models import Event
from tracker.pages import asked, changes, words
from tracker.pages.entries import Aside, Day
from tracker.reading.around import Around


def span(days: Sequence[Day], *, newest: bool, oldest: bool) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day that a page of the list covers; open where no neighbouring page is."""
    known = [day.latest for day in days if day.latest]
    if not known:
        return None, None
    return (None if oldest else min(known)), (None if newest else max(known))


def merged(days: Sequence[Day], asides: Iterable[tuple[dt.date, Aside]]) -> list[Day]:
    """Put asides on their days, newest first; a day without a statement gets a heading of its own."""
    by_day: dict[dt.date, list[Aside]] = {}
    for day, aside in asides:
        by_day.setdefault(day, []).append(aside)
    found: list[Day] = []
    waiting = sorted(by_day, reverse=True)
    for one in days:
        while waiting and one.latest is not None and waiting[0] > one.latest:
            found.append(_alone(waiting[0], by_day[waiting.pop(0)]))
        if waiting and one.single and one.latest == waiting[0]:
            one = dataclasses.replace(one, asides=tuple(by_day[waiting.pop(0)]))
        found.append(one)
    return found + [_alone(day, by_day[day]) for day in waiting]


def of(
    around: Around, events: Iterable[Event], *, first: dt.date | None, last: dt.date | None, zone: str
) -> list[tuple[dt.date, Aside]]:
    """Put what stands around a page into lines, each with its day."""
    rows = [*_events(events), *_inquiries(around), *_corrections(around, zoneinfo.ZoneInfo(zone))]
    return [(day, aside) for day, aside in rows if (first is None or first <= day) and (last is None or day <= last)]


def _alone(day: dt.date, asides: Sequence[Aside]) -> Day:
    return Day(words.long_day(day), "", (), latest=day, single=True, asides=tuple(asides))


def _events(events: Iterable[Event]) -> Iterator[tuple[dt.date, Aside]]:
    for event in events:
        day = event.began.latest if event.began else None
        if day is None:
            continue
        doubt = "" if event.began.earliest == day else f"began {event.began.words()}"
        yield day, Aside("Event", "", event.title, reverse("pages:event", args=[event.slug]), doubt)


def _inquiries(around: Around) -> Iterator[tuple[dt.date, Aside]]:
    for inquiry in around.inquiries:
        one = asked.line(inquiry)
        by = f"asked by {one.by.text}"
        doubt = "" if inquiry.asked_earliest == inquiry.asked_latest else f", {one.when}"
        differ = "; reports differ, the milder counts" if one.differ else ""
        assert inquiry.asked_latest is not None
        yield (
            inquiry.asked_latest,
            Aside("Asked", one.shape, f"{one.company.text}: {one.outcome.lower()}", one.href, f"{by}{doubt}{differ}"),
        )


def _corrections(around: Around, zone: zoneinfo.ZoneInfo) -> Iterator[tuple[dt.date, Aside]]:
    for correction in around.corrections:
        one = changes.change(correction)
        kind = "Correction" if one.is_correction else "Update"
        told = f"{one.row}, {one.field.lower()}: {one.before} is now {one.after}"
        yield correction.published_at.astimezone(zone).date(), Aside(kind, "", told, one.href, one.reason.lower())
