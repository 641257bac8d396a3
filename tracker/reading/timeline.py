"""The timeline: published statements, newest first, a page at a time, with facet counts.

Order is (``sort_date``, ``sort_earliest``, ``public_id``), all descending; a cursor names
the last row seen, so rows that come or go in between neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import functools
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Count, F, Prefetch, Q, QuerySet, Value

from tracker.models import (
    Capture,
    Citation,
    Position,
    Quote,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Voice,
)
from tracker.models.choices import Capacity, Channel, Sector, Stance, Verification
from tracker.reading import filters
from tracker.reading.errors import FilterError, Problem

SIZE = 50
MAX_SIZE = 200
ORDER = ("-sort_date", "-sort_earliest", "-public_id")
FACETS: dict[str, type[models.TextChoices]] = {
    "stance": Stance,
    "channel": Channel,
    "capacity": Capacity,
    "verification": Verification,
    "sector": Sector,
}


@dataclasses.dataclass(frozen=True)
class Choice:
    """One value of a facet: how many statements it would show, and the query that chooses or drops it."""

    key: str
    label: str
    count: int
    selected: bool
    query: str


@dataclasses.dataclass(frozen=True)
class Facet:
    """The choices of one parameter. Counts are of statements and leave out the facet's own choice."""

    parameter: str
    label: str
    choices: tuple[Choice, ...]


@dataclasses.dataclass
class Timeline:
    """A page of the timeline and what stands around it. Counts are worked out when asked for.

    ``own`` are the parameters that narrow what the page is about.
    """

    question: dict[str, list[str]]
    bound: filters.TimelineFilter
    statements: list[Statement]
    older: str | None
    newer: str | None
    own: Collection[str] = ()

    @property
    def canonical(self) -> str:
        """The one query string of this question."""
        return filters.canonical(self.question)

    @functools.cached_property
    def pills(self) -> list[filters.Pill]:
        """The active filters, in words."""
        return filters.pills(self.question, bound=self.bound)

    @functools.cached_property
    def counts(self) -> dict[tuple[str, str], int]:
        """Statements by facet and key, under ("total", "") all of them; one query."""
        return count_choices(self.bound, self.own)

    @property
    def total(self) -> int:
        """How many statements answer the question."""
        return self.counts.get(("total", ""), 0)

    @property
    def whole(self) -> int:
        """How many statements there are without the parameters in ``own``."""
        return self.counts.get(("whole", ""), 0)

    def without(self, parameter: str) -> int:
        """Return how many statements would answer without one parameter."""
        return filters.counted_only(filters.narrowed(self.bound, leave_out={parameter})).count()

    @property
    def facets(self) -> list[Facet]:
        """The choices of every facet, zeros included, in the order of the codebook."""
        return [
            Facet(
                name,
                str(filters.TimelineFilter.base_filters[name].label),
                tuple(
                    Choice(
                        key,
                        str(label),
                        self.counts.get((name, key), 0),
                        key in self.question.get(name, []),
                        filters.toggled(self.question, name, key),
                    )
                    for key, label in choices.choices
                ),
            )
            for name, choices in FACETS.items()
        ]


def timeline(
    params: Mapping[str, Any],
    *,
    also: Iterable[str] = (),
    own: Collection[str] = (),
    cursor: str = "",
    size: int = SIZE,
) -> Timeline:
    """Return the page of the timeline that answers these parameters; ``also`` names the caller's own ones.

    Raises ``FilterError`` for anything it does not understand, a damaged cursor included.
    """
    question = filters.read(params, also=also)
    if not 1 <= size <= MAX_SIZE:
        raise FilterError(Problem("size", f"A page holds between 1 and {MAX_SIZE} statements."))
    bound = filters.cleaned(question)
    queryset = filters.narrowed(bound)
    backwards, at = _place(cursor)
    if at is not None:
        queryset = queryset.filter(_beyond(at, backwards=backwards))
    order = [name.removeprefix("-") for name in ORDER] if backwards else list(ORDER)
    rows = list(_without_voices(queryset).order_by(*order)[: size + 1])
    linked = [link.to_statement for row in rows for link in row.links.all()]
    models.prefetch_related_objects([*rows, *linked], _voices())  # one query for both
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    newer = older = None
    if rows:
        newer = _cursor(rows[0], backwards=True) if (more if backwards else at is not None) else None
        older = _cursor(rows[-1], backwards=False) if (at is not None if backwards else more) else None
    return Timeline(question, bound, rows, older, newer, own)


def with_evidence(queryset: QuerySet[Statement]) -> QuerySet[Statement]:
    """Load with each statement what its entry and its JSON show: voices, evidence without texts, positions, links."""
    return _without_voices(queryset).prefetch_related(
        _voices(), Prefetch("links__to_statement__voices", Voice.objects.select_related("company", "person"))
    )


def _voices() -> Prefetch[Any]:
    return Prefetch("voices", Voice.objects.select_related("company", "person"))


def _without_voices(queryset: QuerySet[Statement]) -> QuerySet[Statement]:
    return queryset.select_related("event", "event__parent", "event__parent__parent", "merged_into").prefetch_related(
        Prefetch(
            "citations",
            Citation.objects.select_related("report__outlet", "credits_outlet", "credits_report__outlet"),
        ),
        Prefetch("citations__report__captures", Capture.objects.defer("text")),
        Prefetch("citations__quotes", Quote.objects.select_related("speaker")),
        Prefetch("positions", Position.objects.select_related("target", "quote")),
        Prefetch("asks", StatementAsk.objects.select_related("ask")),
        Prefetch("links", StatementLink.objects.select_related("to_statement__event")),
        Prefetch("signature_counts", SignatureCount.objects.select_related("company", "citation__report")),
    )


def count_choices(bound: filters.TimelineFilter, own: Collection[str] = ()) -> dict[tuple[str, str], int]:
    """Count the statements behind every choice of every facet, each without its own choice, and all of them.

    Under ("whole", "") stands the count without the parameters in ``own``.
    """
    parts: list[QuerySet[Any, Any]] = [
        filters.counted_only(filters.narrowed(bound, leave_out=left_out))
        .order_by()
        .values(key=Value(""))
        .annotate(n=Count("pk"))
        for left_out in ((), own)
    ]
    for name in FACETS:
        base = filters.counted_only(filters.narrowed(bound, leave_out={name})).order_by()
        if name in {"capacity", "sector"}:
            column = "company__sector" if name == "sector" else "capacity"
            voices = Voice.objects.filter(statement__in=base.values("pk")).exclude(**{f"{column}__isnull": True})
            parts.append(voices.order_by().values(key=F(column)).annotate(n=Count("statement", distinct=True)))
        else:
            parts.append(base.values(key=F(name)).annotate(n=Count("pk")))
    rows = [
        part.annotate(dimension=Value(name, models.CharField())).values_list("dimension", "key", "n")
        for name, part in zip(["total", "whole", *FACETS], parts, strict=True)
    ]
    return {(dimension, key): n for dimension, key, n in rows[0].union(*rows[1:], all=True)}


def _cursor(row: Statement, *, backwards: bool) -> str:
    told = ["n" if backwards else "o", str(row.sort_date), str(row.sort_earliest), row.public_id]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[bool, tuple[dt.date, dt.date, str] | None]:
    """Read a cursor back; anything that is none is refused."""
    if not cursor:
        return False, None
    try:
        if len(cursor) > 200:
            raise ValueError("too long")
        way, last, first, public_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if way not in ("n", "o") or not isinstance(public_id, str) or "\x00" in public_id or len(public_id) > 16:
            raise ValueError("not ours")
        return way == "n", (dt.date.fromisoformat(last), dt.date.fromisoformat(first), public_id)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise FilterError(Problem("cursor", "This cursor is damaged. Start again without it.")) from error


def _beyond(at: tuple[dt.date, dt.date, str], *, backwards: bool) -> Q:
    last, first, public_id = at
    way = "gt" if backwards else "lt"
    beyond = Q(**{f"sort_date__{way}": last}) | Q(sort_date=last) & (
        Q(**{f"sort_earliest__{way}": first}) | Q(sort_earliest=first, **{f"public_id__{way}": public_id})
    )
    # Follows from the rest; said by itself it lets the database begin at the place in its index.
    return Q(**{f"sort_date__{way}e": last}) & beyond
