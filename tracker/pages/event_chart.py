"""From statements and events to what the chart draws. Asks the database for nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.urls import reverse

from tracker.models import Event, Statement
from tracker.models.choices import Capacity, Comparator, Form, Precision
from tracker.pages import entries, marks, words
from tracker.pages.chart import Happening, Item

LONGEST_NAME = 34


def items(statements: Iterable[Statement]) -> list[Item]:
    """Turn statements into marks. A statement without any day is left out; its page says why."""
    return [item(one) for one in statements if one.sort_date]


def item(statement: Statement) -> Item:
    """Turn one statement into a mark."""
    assert statement.sort_date is not None
    said = statement.said
    latest = min(said.latest or statement.sort_date, statement.sort_date)
    earliest = said.earliest or statement.sort_earliest or latest
    capacity = marks.whose_voice(statement)
    return Item(
        public_id=statement.public_id,
        href=reverse("pages:statement", args=[statement.public_id]),
        who=_who(statement),
        short=short(statement, capacity),
        stance=statement.stance,
        shape=marks.shape_of(statement),
        capacity=capacity,
        earliest=min(earliest, latest),
        latest=latest,
        said_by=bool(not said.earliest or said.precision == Precision.BEFORE),
        words=said.words() if said else f"by {words.day(latest)}",
        telling=marks.is_joint(statement) or statement.form == Form.OPEN_LETTER,
    )


def short(statement: Statement, capacity: str) -> str:
    """Name a statement in a few words: "Altman, OpenAI", "Staff letter, 450+ signatures"."""
    voices = [voice for voice in statement.voices.all() if voice.capacity == capacity]
    companies = list(dict.fromkeys(voice.company.name for voice in voices if voice.company))
    people = list(dict.fromkeys(voice.person.name.split()[-1] for voice in voices if voice.person))
    if capacity == Capacity.STAFF:
        counts = [one for one in statement.signature_counts.all() if one.company_id is None]
        if counts:
            last = max(counts, key=lambda one: (one.as_of, one.pk))
            plus = "" if last.comparator == Comparator.EXACTLY else "+"
            return f"Staff letter, {last.count:,}{plus} signatures"
        return f"Staff, {words.listed(companies, most=1)}" if companies else "Staff"
    if marks.is_joint(statement):
        return f"Joint letter, {len(companies)} companies"
    if capacity == Capacity.PERSONAL and people:
        return f"{' and '.join(people[:2])}, personal"
    company = words.listed(companies, most=1)
    if people and company:
        return f"{people[0]}, {company}"
    return company or " and ".join(people[:2])


def happenings(events: Sequence[Event]) -> list[Happening]:
    """Turn the events of a tree into lines and brackets."""
    found = []
    for event in events:
        began = event.began
        if not began:
            continue
        earliest, latest = began.earliest or began.latest, began.latest or began.earliest
        found.append(Happening(clipped(event.title), _when(began.words(), earliest, latest), earliest, latest))
    return found


def _when(text: str, earliest: dt.date, latest: dt.date) -> str:
    if earliest == latest:
        return f"{earliest:%a} {earliest.day} {earliest:%b}"
    return f"{text}, day not known"


def clipped(title: str) -> str:
    """Shorten a title at a word for a label of a chart."""
    if len(title) <= LONGEST_NAME:
        return title
    return title[:LONGEST_NAME].rsplit(" ", 1)[0] + " …"


def _who(statement: Statement) -> str:
    read = entries.brief(statement)
    return f"{read.heading}, {read.stance_words.lower()}"
