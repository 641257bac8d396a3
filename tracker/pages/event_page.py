"""The page of an event: its tree, its figures with their denominators, and the chart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from tracker.models import Event, Statement
from tracker.models.choices import Capacity, Channel
from tracker.pages import chart, contrasts, entries, event_chart, marks, words
from tracker.pages.entries import Brief, Name
from tracker.reading import responses
from tracker.reading.lookups import Branch, EventPage

MOST_FIRST = 6


@dataclasses.dataclass(frozen=True)
class TreeRow:
    """One event in the small table of the tree."""

    title: str
    href: str
    when: str
    depth: int
    n: int
    first: str
    here: bool


@dataclasses.dataclass(frozen=True)
class Figure:
    """A key figure with its denominator and what it leaves out."""

    n: int
    words: str
    note: str
    of: int | None = None
    href: str = ""
    link: str = ""


@dataclasses.dataclass(frozen=True)
class Sides:
    """What one company told its staff and what it told the public, on this event."""

    name: str
    href: str
    internal: tuple[Brief, ...]
    public: tuple[Brief, ...]


def today(event: Event) -> dt.date:
    """Return the day it is where the event's days are counted."""
    return dt.datetime.now(zoneinfo.ZoneInfo(event.root.time_zone)).date()


def context(page: EventPage, statements: Sequence[Statement], *, board: Any, as_of: dt.date) -> dict[str, Any]:
    """Return what the page shows beside its list."""
    event, root = page.event, page.root
    here = {branch.event.pk for branch in below(page)}
    events = [branch.event for branch in page.tree if branch.event.pk in here or branch.event.pk == root.pk]
    items = event_chart.items(statements)
    happened = event_chart.happenings(events)
    has_target = bool(root.stance_target)
    drawn = chart.draw(items, happened, as_of=as_of, has_target=has_target)
    return {
        "section": "events",
        "title": event.title,
        "picture_href": reverse("pages:share-event", args=[event.slug]),
        "embed_href": reverse("pages:embed-event", args=[event.slug]),
        "oembed_href": entries.oembed(reverse("pages:event", args=[event.slug])),
        "description": event.description,
        "event": event,
        "root": root,
        "trail": page.trail,
        "tree": tree(page, statements),
        "figures": figures(statements, board=board, root=root),
        "chart": drawn,
        "chart_narrow": chart.draw_narrow(items, happened, as_of=as_of, has_target=has_target),
        "chart_words": chart_words(statements, page),
        "left_out": left_out(statements, items),
        "firsts": firsts(statements),
        "sides": both_sides(statements),
        "staff": contrasts.staff_and_company(statements),
        "disagreements": contrasts.disagreements(statements),
        "as_of_words": words.day(as_of),
        "is_sample": root.is_sample,
    }


def below(page: EventPage) -> list[Branch]:
    """Return the event and everything below it, from the whole tree."""
    found: list[Branch] = []
    for branch in page.tree:
        if branch.event.pk == page.event.pk or (found and branch.depth > found[0].depth and not _closed(found, branch)):
            found.append(branch)
    return found


def _closed(found: Sequence[Branch], branch: Branch) -> bool:
    above = {one.event.pk for one in found}
    return branch.event.parent_id not in above


def tree(page: EventPage, statements: Sequence[Statement]) -> list[TreeRow]:
    """Return the rows of the tree, each with its first company response where this page has loaded it."""
    loaded = {branch.event.pk for branch in below(page)}
    return [
        TreeRow(
            title=branch.event.title,
            href=reverse("pages:event", args=[branch.event.slug]),
            when=when(branch.event),
            depth=min(branch.depth, 3),
            n=branch.statements,
            first=_first(branch.event, page, statements) if branch.event.pk in loaded else "",
            here=branch.event.pk == page.event.pk,
        )
        for branch in page.tree
    ]


def rows(branches: Sequence[Branch]) -> list[TreeRow]:
    """Return the rows of a tree for the list of events."""
    return [
        TreeRow(
            title=branch.event.title,
            href=reverse("pages:event", args=[branch.event.slug]),
            when=when(branch.event),
            depth=min(branch.depth, 3),
            n=branch.statements,
            first="",
            here=False,
        )
        for branch in branches
    ]


def when(event: Event) -> str:
    """Write when an event was: a day with its weekday, a range, or since when."""
    began, ended = event.began, event.ended
    if not began:
        return "day not known"
    one_day = began.earliest == began.latest and began.earliest
    first = words.long_day(began.earliest) if one_day else began.words()
    if ended and ended.words() != began.words():
        return f"{first} – {ended.words()}"
    return first


def _first(event: Event, page: EventPage, statements: Sequence[Statement]) -> str:
    own = {branch.event.pk for branch in below(dataclasses.replace(page, event=event))}
    fit = [row for row in statements if row.event_id in own and is_response(row)]
    began = event.began
    if not fit or not began:
        return "–"
    row = min(fit, key=lambda one: (one.sort_date, one.sort_earliest))
    assert row.sort_date is not None and row.sort_earliest is not None
    anchor = (began.earliest or began.latest, began.latest or began.earliest)
    days = responses.days_from(anchor, (row.sort_earliest, row.sort_date))
    if days.before:
        return "before"
    if days.most - days.least > 10:
        return row.said.words(year=False) if row.said else words.day(row.sort_date, year=False)
    return f"{days.words()} {'day' if days.words() == '1' else 'days'}"


def is_response(statement: Statement) -> bool:
    """Whether a statement can be a company's first response: its own voice, and not about operations only."""
    return not statement.operations_only and marks.whose_voice(statement) == Capacity.OFFICIAL


def official_companies(statements: Sequence[Statement]) -> dict[int, list[Statement]]:
    """Return the companies that spoke in their own voice, with what they said."""
    found: dict[int, list[Statement]] = {}
    for row in statements:
        for pk in {v.company_id for v in row.voices.all() if v.company_id and v.capacity == Capacity.OFFICIAL}:
            found.setdefault(pk, []).append(row)
    return found


def figures(statements: Sequence[Statement], *, board: Any, root: Event) -> list[Figure]:
    """Return the key figures, each with what it is out of."""
    own = [row for row in statements if marks.whose_voice(row) == Capacity.OFFICIAL]
    others = len(statements) - len(own)
    companies = official_companies(statements)
    joint_only = sum(all(marks.is_joint(row) for row in rows) for rows in companies.values())
    internal = [row for row in own if row.channel != Channel.PUBLIC]
    leaked = sum(row.disclosure != "issued" for row in internal)
    joint_note = (
        f"{joint_only} of them only by signing with others" if joint_only else "in their own voice, in any channel"
    )
    internal_note = ""
    if internal:
        internal_note = (
            "all reached us as leaks or reports of leaks"
            if leaked == len(internal)
            else f"{leaked} reached us as leaks or reports of leaks"
        )
    found = [
        Figure(
            len(statements),
            "statement" if len(statements) == 1 else "statements",
            f"{len(own)} by companies, {others} by staff or individuals",
        ),
        Figure(
            len(companies), "company has responded" if len(companies) == 1 else "companies have responded", joint_note
        ),
    ]
    if board is not None:
        found.append(board)
    found.append(
        Figure(
            len(internal),
            "company statement was internal" if len(internal) == 1 else "company statements were internal",
            internal_note,
            of=len(own),
        )
    )
    return found


def chart_words(statements: Sequence[Statement], page: EventPage) -> str:
    """Say in a sentence what the chart shows; a computed one, so that it cannot lag behind the marks."""
    said = "One mark is one statement, placed on the day it was said."
    last = [branch.event for branch in below(page) if branch.event.began and branch.event.pk != page.event.pk]
    if not last or not statements:
        return said
    latest = max(last, key=lambda event: event.began.earliest or event.began.latest)
    begin = latest.began.earliest or latest.began.latest
    after = [row for row in statements if row.sort_date and row.sort_date >= begin]
    by_stance: dict[str, int] = {}
    for row in after:
        by_stance[row.stance] = by_stance.get(row.stance, 0) + 1
    counted = words.counted(len(statements), "statement", "statements")
    said += f" {len(after)} of the {counted} may have come on or after {words.day(begin)} ({latest.title})"
    common = max(by_stance, key=lambda key: by_stance[key], default="")
    if common and by_stance[common] > 1:
        said += f"; of these, {by_stance[common]} {words.STANCE_VERBS[common]}"
    return said + "."


def left_out(statements: Sequence[Statement], items: Sequence[chart.Item]) -> str:
    """Say what the chart does not show."""
    missing = len(statements) - len(items)
    return f"{words.counted(missing, 'statement', 'statements')} without any day left out." if missing else ""


def firsts(statements: Sequence[Statement]) -> list[Brief]:
    """Return the first responses, by the last day on which each may have been."""
    fit = sorted((row for row in statements if is_response(row)), key=lambda row: (row.sort_date, row.sort_earliest))
    return [entries.brief(row) for row in fit[:MOST_FIRST]]


def both_sides(statements: Sequence[Statement]) -> list[Sides]:
    """Return the companies with something internal on record, beside what they said in public."""
    by_company: dict[int, list[Statement]] = official_companies(statements)
    found = []
    for pk, rows in by_company.items():
        internal = [row for row in rows if row.channel != Channel.PUBLIC]
        if not internal:
            continue
        company = next(v.company for row in rows for v in row.voices.all() if v.company_id == pk and v.company)
        ordered = sorted(rows, key=lambda row: (row.sort_date, row.sort_earliest))
        name = entries.company_name(company)
        found.append(
            Sides(
                name.text,
                name.href,
                tuple(entries.brief(row) for row in ordered if row.channel != Channel.PUBLIC),
                tuple(entries.brief(row) for row in ordered if row.channel == Channel.PUBLIC),
            )
        )
    return sorted(found, key=lambda one: one.name.casefold())


def event_name(event: Event) -> Name:
    """Return an event's title with its page."""
    return Name(event.title, reverse("pages:event", args=[event.slug]))
