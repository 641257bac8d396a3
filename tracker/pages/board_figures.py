"""The curves and squares of a silence board, and what is told beside them. Asks the database for nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tracker.models import Event
from tracker.models.choices import Asked, Found
from tracker.pages import curve, event_chart, words
from tracker.reading.board import Board, Figures, Group
from tracker.reading.silence import Silence

SQUARE, PER_LINE = 13, 20


@dataclasses.dataclass(frozen=True)
class Squares:
    """One square a company; filled: has spoken in public."""

    label: str
    words: str
    share: str
    cells: tuple[tuple[int, int, bool], ...]
    width: int
    height: int


def last_day(board: Board) -> int:
    """Return the last day worth drawing: nobody is watched, and nothing was found, after it."""
    seen = [(one.checked - board.anchor[0]).days for one in board.rows if one.checked]
    said = [one.days.most for one in board.rows if one.days and not one.before]
    return max(1, min(board.horizon, max([*seen, *said], default=0)))


def later(found: Silence, last: int) -> list[tuple[Event, int]]:
    """Return the events of the tree that began after the anchor, with the day each may first have begun."""
    assert found.board is not None
    start = found.board.anchor[0]
    days = [
        (one, ((one.began.earliest or one.began.latest) - start).days)
        for one in found.anchors
        if one.pk != found.question.anchor.pk
    ]
    return [(one, day) for one, day in days if 0 < day <= last]


def curves(found: Silence, board: Board) -> dict[str, Any]:
    """Return the curves of the frame, their words and their table."""
    figures, last = board.figures, last_day(board)
    late, early = board.public.at_end
    internal = sum(
        any(one.said.found == Found.INTERNAL_ONLY and one.said.latest <= board.until for one in row.member.spoken)
        for row in board.rows
        if row.counts
    )
    told: dict[str, Any] = {
        "early": [(step.day, step.share) for step in board.public.early],
        "late": [(step.day, step.share) for step in board.public.late],
        "second": [(step.day, step.share) for step in board.internal.late] if internal else (),
        "censored": [step.day for step in board.public.late if step.censored and step.day < last],
        "signs": [(day, event_chart.clipped(one.title), f"day {day}") for one, day in later(found, last)],
        "label": (f"{figures.public} of {figures.counted} in public", f"{_per_cent(late, early)} estimated"),
        "second_label": (f"{internal} of {figures.counted} to staff", "in internal words, first or not"),
        "horizon": last,
    }
    censored = sum(step.censored for step in board.public.late)
    anchor = found.question.anchor.title
    before = figures.public_before
    left_out = f" {words.article_number(before)} that had spoken before {anchor} left out." if before else ""
    return {
        "curve": curve.draw(**told),
        "curve_narrow": curve.draw(**{**told, "signs": _short(told["signs"])}, width=358),
        "curve_title": f"Share of {figures.counted} watched companies that had spoken in public, "
        f"by days since {anchor}, per cent",
        "curve_words": f"{figures.public} of {figures.counted} companies had spoken in public, "
        f"{_per_cent(late, early)} estimated, by day {last} after {anchor}. The same as a table below.",
        "curve_note": "Thin line: every response at the earliest day it can have been; thick line: at the latest. "
        f"Kaplan–Meier estimate with late entry, n = {figures.counted}, {censored} censored: upright ticks mark days "
        "after which a company was not checked. What was found later than a company’s last check is on the board, "
        f"not in the curve.{left_out}",
        "curve_rows": _curve_rows(board, last),
    }


def _short(signs: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Return what a phone has room for: the last event, its name in a few words."""
    return [(day, name[:30], when) for day, name, when in signs[-1:]]


def _curve_rows(board: Board, last: int) -> list[tuple[int, str, int, str, int]]:
    early, late = list(board.public.early), list(board.public.late)
    days = sorted({0, last} | {step.day for step in [*early, *late] if step.spoke and step.day <= last})
    rows = []
    for day in days:
        one = [step for step in early if step.day <= day][-1]
        two = [step for step in late if step.day <= day][-1]
        rows.append((day, f"{one.share:.0%}", one.at_risk, f"{two.share:.0%}", two.at_risk))
    return rows


def all_squares(board: Board) -> dict[str, Any]:
    """Return the squares of the frame, where no share is given."""
    figures = board.figures
    if not figures.counted:
        return {}
    one = Group("", figures.counted, figures.public, None)
    return {
        "squares": squares(one, ""),
        "squares_title": f"{figures.counted} watched companies that were checked, and which had spoken in public",
        "squares_note": figures.why_no_share,
    }


def squares(group: Group, label: str) -> Squares:
    """Draw a group, a share beside it where it is large enough."""
    cells = tuple((n % PER_LINE * SQUARE, n // PER_LINE * SQUARE, n < group.public) for n in range(group.n))
    share = f"{_per_cent(*group.curves.at_end)} estimated" if group.curves else ""
    lines = (max(group.n, 1) - 1) // PER_LINE + 1
    return Squares(
        label,
        f"{group.public} of {group.n}",
        share,
        cells,
        max(min(group.n, PER_LINE), 1) * SQUARE - 3,
        lines * SQUARE - 3,
    )


def pairs(found: Figures) -> list[tuple[str, list[int], int]]:
    """Return what was found, by what came of asking; rows without a company are left out."""
    rows = []
    for status in reversed(Found):
        numbers = [found.pairs.get((status, asked), 0) for asked in Asked]
        if sum(numbers):
            rows.append((words.label("Found", status), numbers, sum(numbers)))
    return rows


def _per_cent(least: float, most: float) -> str:
    first, last = f"{least * 100:.0f}", f"{most * 100:.0f}"
    return f"{first}%" if first == last else f"{first}–{last}%"
