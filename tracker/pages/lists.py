"""A filtered list of statements on any page: the timeline, an event, a company, a person, a sector, an outlet.

A page may be about something already ("/companies/apple/"): that part of the question is
fixed, said by the path, and neither a pill nor a parameter.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from tracker.models.choices import Stance
from tracker.pages import entries, marks, words
from tracker.reading import filters
from tracker.reading.errors import FilterError, Problem
from tracker.reading.timeline import Choice, Facet, Timeline, timeline

CURSOR = "cursor"
OWN = (CURSOR,)
SHOWN_CHOICES = 8
PAGE = 25
# The shape beside a facet's choice; the colour is the stance's, the ink otherwise.
CHANNEL_SHAPES = {"public": "circle", "internal": "square", "unknown": "door"}
CAPACITY_SHAPES = {"official": "circle", "personal": "diamond", "staff": "triangle", "unclear": "hollow-circle"}
HINTS = {"sector": "of the speaker"}


@dataclasses.dataclass(frozen=True)
class ChoiceRow:
    """One choice of a facet, with the mark it wears in the list."""

    value: str
    label: str
    count: int
    chosen: bool
    shape: str = ""
    stance: str = "ink"


@dataclasses.dataclass(frozen=True)
class FacetRow:
    """A facet: what is shown at once, and what is behind "more"."""

    field: str
    label: str
    hint: str
    shown: tuple[ChoiceRow, ...]
    more: tuple[ChoiceRow, ...]


@dataclasses.dataclass(frozen=True)
class PillRow:
    """An active filter; following it removes it."""

    label: str
    value: str
    url: str


@dataclasses.dataclass(frozen=True)
class Drop:
    """A filter that could be dropped, and how many statements that would leave."""

    label: str
    value: str
    url: str
    count: int | None


@dataclasses.dataclass
class Listing:
    """Everything the list and its facets show."""

    path: str
    query: str
    question: dict[str, list[str]]
    total: int
    shown: int
    days: list[entries.Day]
    facets: list[FacetRow]
    pills: list[PillRow]
    drops: list[Drop]
    kept: list[tuple[str, str]]
    clear_url: str
    newer_url: str
    older_url: str
    date_from: str
    date_to: str
    dates: str
    q: str
    whole: int | None = None
    events: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether fewer statements are shown than the page has."""
        return bool(self.pills) and self.whole is not None

    @property
    def url(self) -> str:
        """The one address of this view."""
        return address(self.path, self.query)


def address(path: str, query: str) -> str:
    """Join a path and a query."""
    return f"{path}?{query}" if query else path


def listing(request: HttpRequest, *, fixed: Mapping[str, Sequence[str]] | None = None) -> Listing:
    """Answer the question in the address, together with what the page is about. Raises ``FilterError``."""
    about = {name: list(values) for name, values in (fixed or {}).items()}
    for name in about:
        if name in request.GET:
            raise FilterError(
                Problem(name, f"This page is about one {name.replace('_', ' ')} already. Use the timeline to combine.")
            )
    own = filters.read(request.GET, also=OWN)
    found = timeline(
        {**own, **about, CURSOR: request.GET.get(CURSOR, "")},
        also=OWN,
        own=frozenset(own),
        cursor=request.GET.get(CURSOR, ""),
        size=PAGE,
    )
    query = filters.canonical(own)
    pills = [_pill(pill, request.path) for pill in filters.pills(own, bound=found.bound)] if own else []
    facets = [_facet(facet) for facet in found.facets]
    return Listing(
        path=request.path,
        query=query,
        question={**own, **about},
        total=found.total,
        shown=len(found.statements),
        days=entries.days(found.statements),
        facets=facets,
        pills=_dates_together(pills, own, request.path),
        drops=[] if found.statements else _drops(found, own, request.path),
        kept=_kept(own, {facet.field for facet in facets}),
        clear_url=request.path,
        newer_url=_paged(request.path, query, found.newer),
        older_url=_paged(request.path, query, found.older),
        date_from="".join(own.get("from", [])),
        date_to="".join(own.get("to", [])),
        dates="".join(own.get("dates", [])) or "overlaps",
        q="".join(own.get("q", [])),
        whole=found.whole if pills else None,
        events=tuple({**own, **about}.get("event", [])),
    )


def answer(request: HttpRequest, template: str, context: dict[str, Any], made: Listing) -> HttpResponse:
    """Render the page, or only the list and its facets when htmx asks for them.

    An address with empty parameters, as a form without a script sends it, is redirected
    to the one without.
    """
    if any(not value for name, values in request.GET.lists() for value in values) and not request.htmx:  # type: ignore[attr-defined]
        cursor = request.GET.get(CURSOR, "")
        return HttpResponseRedirect(_paged(request.path, made.query, cursor) or made.url)
    context = {"list": made, "canonical": made.url, "alternates": exports(made), **context}
    partial = request.htmx and request.htmx.target == "results" and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "tracker/_partials/results.html" if partial else template, context)
    if request.htmx:  # type: ignore[attr-defined]
        cursor = request.GET.get(CURSOR, "")
        response["HX-Push-Url"] = _paged(made.path, made.query, cursor) or made.url
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def exports(made: Listing) -> list[dict[str, str]]:
    """Return the same question as files and as feeds to follow."""
    whole = filters.canonical({name: list(values) for name, values in made.question.items()})
    has_feed = re.fullmatch(r"/((events|companies|people)/[^/]+/)?", made.path) is not None
    feed, query = (made.path, made.query) if has_feed else ("/", whole)
    rows = [
        ("text/csv", "CSV", "/api/v1/timeline.csv", whole),
        ("application/json", "JSON", "/api/v1/timeline/", whole),
        ("application/atom+xml", "Atom", f"{feed}feed.atom", query),
        ("application/feed+json", "JSON Feed", f"{feed}feed.json", query),
    ]
    return [
        {"type": kind, "short": short, "title": f"This list as {short}", "href": address(path, asked)}
        for kind, short, path, asked in rows
    ]


def _paged(path: str, query: str, cursor: str | None) -> str:
    if not cursor:
        return ""
    return address(path, "&".join(part for part in (query, f"{CURSOR}={cursor}") if part))


def _pill(pill: filters.Pill, path: str) -> PillRow:
    label = words.FIELDS.get(pill.parameter, pill.label)
    value = words.day(pill.value) if pill.parameter in ("from", "to") else pill.words
    return PillRow(label, f"not {value}" if pill.excluded else value, address(path, pill.without))


def _dates_together(pills: list[PillRow], own: Mapping[str, list[str]], path: str) -> list[PillRow]:
    """Show "from" and "to" as one range that goes as one."""
    if "from" not in own or "to" not in own:
        return pills
    rest = filters.canonical({name: values for name, values in own.items() if name not in ("from", "to")})
    both = {words.FIELDS["from"], words.FIELDS["to"]}
    value = words.span_words(own["from"][0], own["to"][0])
    return [PillRow("Said", value, address(path, rest)), *(pill for pill in pills if pill.label not in both)]


def _facet(facet: Facet) -> FacetRow:
    rows = [_choice(facet.parameter, choice) for choice in facet.choices]
    if facet.parameter == "stance":
        order = {key: n for n, key in enumerate(entries.STANCE_ORDER)}
        rows.sort(key=lambda row: order.get(Stance(row.value), 99))
    elif facet.parameter == "verification":
        rows.sort(key=lambda row: -marks.CELLS.get(row.value, 0))  # type: ignore[call-overload]
    elif facet.parameter in ("sector", "event", "company"):
        rows.sort(key=lambda row: (-row.count, row.label))
    shown = [row for n, row in enumerate(rows) if n < SHOWN_CHOICES or row.chosen]
    return FacetRow(
        facet.parameter,
        words.FIELDS.get(facet.parameter, facet.label),
        HINTS.get(facet.parameter, ""),
        tuple(shown),
        tuple(row for row in rows if row not in shown),
    )


def _choice(parameter: str, choice: Choice) -> ChoiceRow:
    shape, stance = "", "ink"
    if parameter == "stance":
        shape, stance = "circle", choice.key
    elif parameter == "channel":
        shape = CHANNEL_SHAPES.get(choice.key, "")
    elif parameter == "capacity":
        shape = CAPACITY_SHAPES.get(choice.key, "")
    label = words.VERIFICATION_SHORT.get(choice.key, choice.label) if parameter == "verification" else choice.label  # type: ignore[call-overload]
    return ChoiceRow(choice.key, label, choice.count, choice.selected, shape, stance)


def _kept(own: Mapping[str, list[str]], in_form: set[str]) -> list[tuple[str, str]]:
    """Return what the form must carry along: filters that have no box of their own, and exclusions."""
    boxes = {"from", "to", "q"}
    return [
        (name, value)
        for name, values in own.items()
        if name not in boxes
        for value in values
        if name not in in_form or value.startswith("!")
    ]


def _drops(found: Timeline, own: Mapping[str, list[str]], path: str) -> list[Drop]:
    """Say what dropping each filter would leave, the most first: an empty list should not be a dead end."""
    drops = []
    for name in own:
        if name in ("dates", "include_children"):
            continue
        rest = {key: values for key, values in own.items() if key != name}
        held = filters.pills({name: own[name]}, bound=found.bound)
        value = " or ".join(_pill(pill, path).value for pill in held)
        label = words.FIELDS.get(name, name)
        drops.append(Drop(label, value, address(path, filters.canonical(rest)), found.without(name)))
    return sorted(drops, key=lambda drop: -(drop.count or 0))[:6]
