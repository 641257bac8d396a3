"""Who spoke when, on which side: where every mark of the chart stands. Pure; the template draws it.

One mark is one statement, on the day it was said. A day not known is a mark stretched
over the days it may cover; "said by" is a mark at its last day with a dotted tail. A
lane grows with its tallest day. Time ends at the day of asking, never later; a quiet
stretch is drawn smaller as a panel of its own, and the note gives the ratio.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import fractions
from collections.abc import Sequence

from tracker.models.choices import Capacity, Stance
from tracker.pages import words

LANES = (
    Stance.CRITICAL,
    Stance.MIXED,
    Stance.CALLS_FOR_CALM,
    Stance.NEUTRAL,
    Stance.NO_POSITION,
    Stance.SUPPORTIVE,
)
WIDE, NARROW = 1180, 358
MARK, STEP = 13.0, 14.0
MOST_LABELS = 8
MOST_LEVELS = 16
NARROW_DAYS = 9
LEAST_DAYS = 21  # of the panel at full scale: fewer would make one afternoon look like an era
ONE_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Item:
    """One statement as the chart needs it. ``said_by``: the first possible day is not known."""

    public_id: str
    href: str
    who: str
    short: str
    stance: str
    shape: str
    capacity: str
    earliest: dt.date
    latest: dt.date
    said_by: bool = False
    words: str = ""
    telling: bool = False


@dataclasses.dataclass(frozen=True)
class Happening:
    """One event of the tree, as a line or a bracket over the lanes."""

    name: str
    when: str
    earliest: dt.date
    latest: dt.date


@dataclasses.dataclass(frozen=True)
class Panel:
    """A stretch of days drawn at one scale."""

    first: dt.date
    last: dt.date
    left: float
    right: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def per_day(self) -> float:
        return (self.right - self.left) / self.days


@dataclasses.dataclass(frozen=True)
class Mark:
    """One drawn statement. ``form`` is dot or span; a span's outline is ``path``."""

    item: Item
    form: str
    x: float
    y: float
    path: str = ""
    halves: tuple[str, str] = ("", "")
    tail_from: float | None = None
    tail_to: float = 0.0
    label_x: float | None = None

    @property
    def left(self) -> float:
        return round(self.x - MARK / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - MARK / 2, 1)

    @property
    def text_y(self) -> float:
        return round(self.y + 4, 1)

    @property
    def hollow(self) -> bool:
        return self.item.capacity != Capacity.OFFICIAL


@dataclasses.dataclass(frozen=True)
class Lane:
    """The statements of one stance."""

    stance: str
    label: str
    top: float
    bottom: float
    marks: tuple[Mark, ...]
    n: int
    company: int
    earlier: int = 0
    unseen: tuple[tuple[float, float, int], ...] = ()

    @property
    def other(self) -> int:
        return self.n - self.company

    @property
    def middle(self) -> float:
        return round((self.top + self.bottom) / 2, 1)


@dataclasses.dataclass(frozen=True)
class Sign:
    """An event's name over the lanes, with its line (one day) or bracket (several)."""

    name: str
    when: str
    x: float
    anchor: str
    y: float
    left: float
    right: float
    is_line: bool


@dataclasses.dataclass(frozen=True)
class Tick:
    """A mark of the time axis."""

    x: float
    text: str = ""
    anchor: str = "middle"


@dataclasses.dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    width: int
    height: float
    plot: float
    top: float
    bottom: float
    panels: tuple[Panel, ...]
    lanes: tuple[Lane, ...]
    signs: tuple[Sign, ...]
    ticks: tuple[Tick, ...]
    notes: tuple[str, ...]
    narrow: bool = False


def draw(
    items: Sequence[Item], happenings: Sequence[Happening], *, as_of: dt.date, has_target: bool = True
) -> Chart | None:
    """Lay out the wide chart, or None when there is nothing to show."""
    shown = [item for item in items if item.earliest <= as_of]
    if not shown:
        return None
    began = [happening for happening in happenings if happening.earliest <= as_of]
    first = min([item.earliest for item in shown] + [happening.earliest for happening in began])
    panels = _panels(shown, began, first=first, last=as_of, left=190.0, right=float(WIDE))
    signs, head = _signs(began, panels, as_of=as_of, right=WIDE)
    lanes, bottom = _lanes(shown, panels, top=head, title=0.0, has_target=has_target)
    return Chart(
        width=WIDE,
        height=bottom + 26,
        plot=190.0,
        top=head,
        bottom=bottom,
        panels=tuple(panels),
        lanes=tuple(lanes),
        signs=tuple(signs),
        ticks=tuple(_ticks(panels)),
        notes=tuple(_notes(panels)),
    )


def draw_narrow(
    items: Sequence[Item], happenings: Sequence[Happening], *, as_of: dt.date, has_target: bool = True
) -> Chart | None:
    """Lay out the chart of a phone: the last nine days with statements, and a column of counts before them."""
    shown = [item for item in items if item.earliest <= as_of]
    if not shown:
        return None
    last = min(as_of, max(item.latest for item in shown))
    first = last - (NARROW_DAYS - 1) * ONE_DAY
    recent = [item for item in shown if item.latest >= first]
    panel = Panel(first, last, 52.0, float(NARROW))
    near = [happening for happening in happenings if first <= happening.earliest <= last]
    signs, head = _signs(near, [panel], as_of=last, right=NARROW, per_letter=6.3)
    lanes, bottom = _lanes(recent, [panel], top=head, title=22.0, has_target=has_target, every=shown, first=first)
    ticks = [Tick(_middle(day, [panel]), str(day.day)) for day in _days(first, last)]
    month = f"{first:%B %Y}" if first.month == last.month else f"{first:%B} – {last:%B %Y}"
    notes = [f"“Earlier” counts statements said before {words.day(first)}."]
    if last < as_of:
        notes.append(f"None found from {words.day(last + ONE_DAY)} on.")
    return Chart(
        width=NARROW,
        height=bottom + 42,
        plot=panel.left,
        top=head,
        bottom=bottom,
        panels=(panel,),
        lanes=tuple(lanes),
        signs=tuple(signs),
        ticks=(*ticks, Tick(panel.left + (panel.right - panel.left) / 2, month, "month")),
        notes=tuple(notes),
        narrow=True,
    )


def _panels(
    items: Sequence[Item],
    happenings: Sequence[Happening],
    *,
    first: dt.date,
    last: dt.date,
    left: float,
    right: float,
    most_days: int = 42,
) -> list[Panel]:
    if (last - first).days < most_days:
        return [Panel(first, last, left, right)]
    days = sorted(min(item.latest, last) for item in items)
    window = dt.timedelta(days=most_days - 7)
    start = max(days, key=lambda day: (sum(day <= other <= day + window for other in days), day))
    inside = [day for day in days if start <= day <= start + window]
    inside += [item.earliest for item in items if start - window / 2 <= item.earliest <= start and not item.said_by]
    inside += [one.earliest for one in happenings if start - window / 2 <= one.earliest <= start + window]
    end = min(last, max(inside) + 2 * ONE_DAY)
    begin = max(first, min(min(inside) - 2 * ONE_DAY, end - (LEAST_DAYS - 1) * ONE_DAY))
    begin = first if (begin - first).days < 14 else begin
    end = last if (last - end).days < 14 else end
    before, after = begin > first, end < last
    gap = 22.0
    left_of_middle = left + (138.0 + gap if before else 0.0)
    right_of_middle = right - (118.0 + gap if after else 0.0)
    panels = []
    if before:
        panels.append(Panel(first, begin - ONE_DAY, left, left_of_middle - gap))
    panels.append(Panel(begin, end, left_of_middle, right_of_middle))
    if after:
        panels.append(Panel(end + ONE_DAY, last, right_of_middle + gap, right))
    return panels


def _signs(
    happenings: Sequence[Happening],
    panels: Sequence[Panel],
    *,
    as_of: dt.date,
    right: float,
    per_letter: float = 6.6,
) -> tuple[list[Sign], float]:
    rows: list[list[tuple[float, float]]] = []
    signs = []
    for one in sorted(happenings, key=lambda happening: (happening.earliest, happening.latest)):
        start, end = _left(one.earliest, panels), _right(min(one.latest, as_of), panels)
        is_line = one.earliest == one.latest
        x = start
        long = max(len(one.name), len(one.when)) * per_letter
        anchor = "start"
        if x + long > right:
            x, anchor = (right, "end") if not is_line or x - long < 0 else (x, "end")
        taken = (x, max(x + long, end)) if anchor == "start" else (min(x - long, start), max(x, end))
        row = next(
            (n for n, held in enumerate(rows) if all(taken[1] + 12 < a or taken[0] - 12 > b for a, b in held)),
            len(rows),
        )
        if row == len(rows):
            rows.append([])
        rows[row].append(taken)
        signs.append((one, x, anchor, row, start, end, is_line))
    head = 44.0 * len(rows) + 2
    return [
        Sign(one.name, one.when, round(x, 1), anchor, 12 + 44.0 * row, round(start, 1), round(end, 1), is_line)
        for one, x, anchor, row, start, end, is_line in signs
    ], head


def _lanes(
    items: Sequence[Item],
    panels: Sequence[Panel],
    *,
    top: float,
    title: float,
    has_target: bool,
    every: Sequence[Item] | None = None,
    first: dt.date | None = None,
) -> tuple[list[Lane], float]:
    whole = items if every is None else every
    stances: list[str] = [*LANES] if has_target else []
    if any(item.stance not in LANES for item in whole):
        stances.append(Stance.UNCLEAR if has_target else "")
    named = _named(items)
    lanes = []
    for stance in stances:
        here = [item for item in items if item.stance == stance or (item.stance not in LANES and stance not in LANES)]
        total = [item for item in whole if item.stance == stance or (item.stance not in LANES and stance not in LANES)]
        marks, levels, unseen = _place(here, panels, named)
        height = max(40.0 if not title else 20.0, levels * STEP + 14.0) + title
        bottom = top + height
        lanes.append(
            Lane(
                stance=stance,
                label=words.label("Stance", stance) if stance else "Statements",
                top=top,
                bottom=bottom,
                marks=tuple(_at(mark, bottom) for mark in marks),
                n=len(total),
                company=sum(item.capacity == Capacity.OFFICIAL for item in total),
                earlier=sum(item.latest < first for item in total) if first else 0,
                unseen=tuple((x, round(bottom - 14 - (level + 0.6) * STEP, 1), n) for x, level, n in unseen),
            )
        )
        top = bottom
    return lanes, top


def _named(items: Sequence[Item]) -> set[str]:
    """Choose the statements named in words: those the picture says least about by itself."""
    worth = [item for item in items if item.telling or item.earliest != item.latest]
    worth.sort(
        key=lambda item: (
            item.stance not in LANES,
            not item.telling,
            item.capacity != Capacity.OFFICIAL,
            item.latest,
            item.public_id,
        )
    )
    return {item.public_id for item in worth[:MOST_LABELS]}


def _place(
    items: Sequence[Item], panels: Sequence[Panel], named: set[str]
) -> tuple[list[Mark], int, list[tuple[float, int, int]]]:
    """Give every mark the lowest level at which it touches no other; stretched ones first, at the bottom."""
    taken: list[list[tuple[float, float]]] = []
    marks: list[Mark] = []
    over: dict[float, int] = {}
    start_of_all, edge = panels[0].first, panels[0].left - (0 if panels[0].left > 100 else 40)

    def rank(item: Item) -> tuple[int, int, dt.date, str]:
        stretched = item.earliest != item.latest
        return (
            0 if stretched and not item.said_by else 1 if stretched else 2,
            -len(item.short),
            item.latest,
            item.public_id,
        )

    for item in sorted(items, key=rank):
        earliest = max(item.earliest, start_of_all)
        middle = _middle(item.latest, panels)
        width = len(item.short) * 6.3 + 10 if item.public_id in named else 0.0
        if item.earliest == item.latest:
            low, high = middle - MARK / 2, middle + MARK / 2
        elif item.said_by:
            low, high = _left(earliest, panels), middle + MARK / 2
        else:
            low, high = _left(earliest, panels), max(_right(item.latest, panels), _left(earliest, panels) + MARK)
        label_at, tail_to = low - 7, middle - MARK / 2
        if width and label_at - width < edge:
            if item.said_by and tail_to - width > low + 20:
                label_at, tail_to = tail_to - 5, tail_to - width  # no room before the tail: the words stand on it
            width = 0.0
            inside = label_at != low - 7
        else:
            inside = False
        level = _free(taken, low - width, high)
        if level is None:
            level, width, inside = _free(taken, low, high), 0.0, False
            tail_to = middle - MARK / 2
        if level is None:
            over[round(middle, 1)] = over.get(round(middle, 1), 0) + 1
            continue
        while len(taken) <= level:
            taken.append([])
        taken[level].append((low - width, high))
        label_x = round(label_at, 1) if width or inside else None
        if item.earliest == item.latest:
            marks.append(Mark(item, "dot", round(middle, 1), level, label_x=label_x))
        elif item.said_by:
            marks.append(
                Mark(
                    item,
                    "dot",
                    round(middle, 1),
                    level,
                    tail_from=round(low, 1),
                    tail_to=round(tail_to, 1),
                    label_x=label_x,
                )
            )
        else:
            marks.append(Mark(item, "span", round(low, 1), level, path=f"{low:.1f} {high:.1f}", label_x=label_x))
    return marks, len(taken), [(x, MOST_LEVELS, n) for x, n in over.items()]


def _free(taken: Sequence[Sequence[tuple[float, float]]], low: float, high: float) -> int | None:
    for level in range(MOST_LEVELS):
        if level >= len(taken) or all(high + 1 <= a or low - 1 >= b for a, b in taken[level]):
            return level
    return None


def _at(mark: Mark, bottom: float) -> Mark:
    """Turn a level into a height, and a stretched mark's bounds into its outline."""
    y = round(bottom - 14.0 - mark.y * STEP, 1)
    if mark.form != "span":
        return dataclasses.replace(mark, y=y)
    low, high = (float(part) for part in mark.path.split())
    low, high = low + 0.8, high - 0.8
    middle = (low + high) / 2
    return dataclasses.replace(
        mark,
        y=y,
        path=outline(mark.item.shape, low, high, y),
        halves=(
            outline(mark.item.shape, low, high, y, end=middle - 0.7),
            outline(mark.item.shape, low, high, y, start=middle + 0.7),
        ),
    )


def outline(
    shape: str, low: float, high: float, y: float, *, start: float | None = None, end: float | None = None
) -> str:
    """Return the path of a mark stretched from ``low`` to ``high``; with ``start`` or ``end``, only one half of it."""
    h = 5.0
    up, down = y - h, y + h
    if shape in ("square", "joint-square", "hollow-square"):
        ends = (f"V{down:.1f}", f"V{up:.1f}", 0.0)
    elif shape in ("diamond",):
        ends = (f"L{high:.1f} {y:.1f} {high - h:.1f} {down:.1f}", f"L{low:.1f} {y:.1f} {low + h:.1f} {up:.1f}", h)
    elif shape == "triangle":
        ends = (f"L{high:.1f} {down:.1f}", f"L{low + h:.1f} {up:.1f}", h)
    elif shape == "door":
        ends = (f"A{h} {h} 0 0 1 {high - h:.1f} {down:.1f}", f"V{up:.1f}", h)
    else:
        ends = (f"A{h} {h} 0 0 1 {high - h:.1f} {down:.1f}", f"A{h} {h} 0 0 1 {low + h:.1f} {up:.1f}", h)
    right_end, left_end, inset = ends
    left_inset = 0.0 if shape == "door" else inset
    low_at = low if shape == "triangle" else low + left_inset
    if end is not None:
        return f"M{end:.1f} {down:.1f}H{low_at:.1f}{left_end}H{end:.1f}"
    if start is not None:
        return f"M{start:.1f} {up:.1f}H{high - inset:.1f}{right_end}H{start:.1f}"
    return f"M{low + left_inset:.1f} {up:.1f}H{high - inset:.1f}{right_end}H{low_at:.1f}{left_end}Z"


def _panel_of(day: dt.date, panels: Sequence[Panel]) -> tuple[Panel, dt.date]:
    for panel in panels:
        if day <= panel.last:
            return panel, max(day, panel.first)
    return panels[-1], panels[-1].last


def _left(day: dt.date, panels: Sequence[Panel]) -> float:
    panel, at = _panel_of(day, panels)
    return panel.left + (at - panel.first).days * panel.per_day


def _right(day: dt.date, panels: Sequence[Panel]) -> float:
    panel, at = _panel_of(day, panels)
    return panel.left + ((at - panel.first).days + 1) * panel.per_day


def _middle(day: dt.date, panels: Sequence[Panel]) -> float:
    return (_left(day, panels) + _right(day, panels)) / 2


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def _ticks(panels: Sequence[Panel]) -> list[Tick]:
    ticks: list[Tick] = []
    widest = max(panel.per_day for panel in panels)
    for panel in panels:
        if panel.per_day < widest:
            text = _range_words(panel.first, panel.last)
            ticks.append(Tick(round(panel.left, 1), text, "start"))
            continue
        ticks.append(Tick(round(panel.left, 1), f"{panel.first.day} {panel.first:%B %Y}", "start"))
        every_day = panel.per_day >= 22
        clear = panel.left + 8 * len(f"{panel.first.day} {panel.first:%B %Y}")
        for day in _days(panel.first + ONE_DAY, panel.last):
            x = round(_middle(day, [panel]), 1)
            if day.day == 1:
                text = f"{day.day} {day:%b}"
            elif every_day:
                text = str(day.day)
            elif day.weekday() == 0:
                text = f"{day.day} {day:%b}"
            else:
                text = ""
            ticks.append(Tick(x, text if x > clear else ""))
    return ticks


def _range_words(first: dt.date, last: dt.date) -> str:
    if first.year != last.year:
        return f"{first.day} {first:%b %Y} – {last.day} {last:%b}"
    return (
        f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
        if first.month != last.month
        else (f"{first.day}–{last.day} {last:%b %Y}")
    )


def _notes(panels: Sequence[Panel]) -> list[str]:
    widest = max(panel.per_day for panel in panels)
    notes = []
    for panel in panels:
        if panel.per_day < widest * 0.95:
            part = fractions.Fraction(1, max(2, round(widest / panel.per_day)))
            notes.append(f"{_range_words(panel.first, panel.last)} is drawn at 1/{part.denominator} of the scale.")
    return notes
