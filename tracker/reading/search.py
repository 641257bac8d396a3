"""Search: words in quotes and summaries, names of companies, people and events. Only what readers may see.

One question, one answer, so that a full-text index can take its place without moving a
wall. Today each word must occur as part of a word, in any order, as in the filters' ``q``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from tracker.core.text import clean_name
from tracker.models import Citation, Company, Event, Person, Quote, Statement, Voice
from tracker.models.choices import QuoteKind, Stand
from tracker.reading import filters, lists
from tracker.reading.errors import FilterError, Problem

Hit = TypeVar("Hit")
SHOWN = 8
MOST_WORDS = 12
EXCERPT = 260


@dataclasses.dataclass(frozen=True)
class Passage:
    """Text with the searched words marked: (text, is one of them)."""

    parts: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.parts)


@dataclasses.dataclass(frozen=True)
class StatementHit:
    """A statement, and the words in it that were looked for: a quote if one holds them, our summary otherwise."""

    statement: Statement
    passage: Passage
    is_quote: bool


@dataclasses.dataclass(frozen=True)
class NameHit:
    """A company, person or event by its name."""

    row: Any
    name: Passage
    also: Passage | None = None


@dataclasses.dataclass(frozen=True)
class Hits(Generic[Hit]):
    """The first hits of one kind, and how many there are; ``more`` when there are at least so many."""

    rows: tuple[Hit, ...]
    total: int
    more: bool


@dataclasses.dataclass(frozen=True)
class Found:
    """Everything found for a text."""

    text: str
    statements: Hits[StatementHit]
    companies: Hits[NameHit]
    people: Hits[NameHit]
    events: Hits[NameHit]

    @property
    def total(self) -> int:
        """How many rows were found, of all kinds."""
        return sum(one.total for one in (self.statements, self.companies, self.people, self.events))


def search(text: str) -> Found:
    """Return what has these words. Raises ``FilterError`` for a text that is too long or holds no word.

    Two queries a kind, and those that load what a line shows.
    """
    asked = read(text)
    words = asked.split()[:MOST_WORDS]
    spoken = filters.narrowed({"q": [" ".join(words)]})
    return Found(
        asked,
        _hits(spoken, lambda rows: _statements(rows, words)),
        _hits(_named(lists.COMPANIES, asked), lambda rows: _companies(rows, asked, words)),
        _hits(_named(lists.PEOPLE, asked), lambda rows: _people(rows, asked, words)),
        _hits(_named(lists.EVENTS, asked), lambda rows: _events(rows, words)),
    )


def read(text: str) -> str:
    """Return the text as it is searched: on one line, without control and invisible characters."""
    try:
        given = filters.Words(required=False).to_python(text)
    except ValidationError as error:
        raise FilterError(Problem("q", f"q: {error.messages[0]}")) from error
    asked = clean_name(given)
    if not re.search(r"\w", asked):
        raise FilterError(Problem("q", "q: there is no word in this text to look for."))
    return asked


def marked(text: str, words: Sequence[str], *, most: int = EXCERPT) -> Passage:
    """Mark the words in a text, cut to about ``most`` characters around the first of them."""
    wanted = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
    pattern = re.compile(wanted, re.IGNORECASE)
    first = pattern.search(text)
    if len(text) > most:
        start = max(0, (first.start() if first else 0) - most // 3)
        start = text.rfind(" ", 0, start) + 1 if start else 0
        end = min(len(text), start + most)
        end = text.rfind(" ", start, end) if end < len(text) and " " in text[start:end] else end
        text = f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
    parts: list[tuple[str, bool]] = []
    at = 0
    for hit in pattern.finditer(text):
        parts += [(text[at : hit.start()], False), (hit.group(), True)]
        at = hit.end()
    return Passage(tuple(part for part in [*parts, (text[at:], False)] if part[0]))


def _hits(queryset: QuerySet[Any], load: Callable[[QuerySet[Any]], list[Hit]]) -> Hits[Hit]:
    total, more = lists.capped_count(queryset)
    return Hits(tuple(load(queryset)) if total else (), total, more)


def _named(listing: lists.Listing, text: str) -> QuerySet[Any]:
    return lists.asked(listing, {"q": [text]})


def _statements(rows: QuerySet[Statement], words: Sequence[str]) -> list[StatementHit]:
    held = (
        rows.select_related("event", "event__parent", "event__parent__parent")
        .prefetch_related(
            Prefetch("voices", Voice.objects.select_related("company", "person")),
            Prefetch("citations", Citation.objects.filter(stand=Stand.SUPPORTS)),
            Prefetch("citations__quotes", Quote.objects.exclude(kind=QuoteKind.HEADLINE)),
        )
        .order_by("-sort_date", "-sort_earliest", "-public_id")[:SHOWN]
    )
    return [_statement(one, words) for one in held]


def _statement(statement: Statement, words: Sequence[str]) -> StatementHit:
    def holds(text: str) -> int:
        return sum(word.casefold() in text.casefold() for word in words)

    quotes = [
        quote.text
        for citation in statement.citations.all()
        for quote in citation.quotes.all()
        if quote.kind != QuoteKind.PARAPHRASE
    ]
    best = max(quotes, key=holds, default="")
    if best and holds(best) and holds(best) >= holds(statement.summary):
        return StatementHit(statement, marked(best.strip('“”" '), words), True)
    return StatementHit(statement, marked(statement.summary or best, words), not statement.summary and bool(best))


def _first_by_name(rows: QuerySet[Any], text: str, field: str = "name") -> QuerySet[Any]:
    """Put names that begin with the text first."""
    begins = Case(
        When(**{f"{field}__iexact": text, "then": Value(0)}),
        When(**{f"{field}__istartswith": text, "then": Value(1)}),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.order_by(begins, field, "pk")[:SHOWN]


def _companies(rows: QuerySet[Company], text: str, words: Sequence[str]) -> list[NameHit]:
    found = []
    for one in _first_by_name(rows.prefetch_related("aliases", "tickers"), text):
        other = ""
        if text.casefold() not in one.name.casefold():
            names = [alias.name for alias in one.aliases.all()] + [str(ticker) for ticker in one.tickers.all()]
            other = next((name for name in names if text.casefold() in name.casefold()), "")
        found.append(NameHit(one, marked(one.name, words), marked(other, words) if other else None))
    return found


def _people(rows: QuerySet[Person], text: str, words: Sequence[str]) -> list[NameHit]:
    held = _first_by_name(rows.prefetch_related("roles__company"), text)
    return [NameHit(one, marked(one.name, words)) for one in held]


def _events(rows: QuerySet[Event], words: Sequence[str]) -> list[NameHit]:
    held = rows.select_related("parent", "parent__parent").order_by("-began_earliest", "pk")[:SHOWN]
    return [NameHit(one, marked(one.title, words), marked(one.description, words)) for one in held]
