"""The share of a frame that had spoken, by day: two step curves and the band between. Pure; the template draws it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

LEFT, TOP = 46.0, 46.0
HEIGHT = 190.0  # from 0 to 100 per cent
ROW, LETTER = 34.0, 6.9  # of a label above the curve: height with its second line, width of a letter in bold

Step = tuple[int, float]
Scale = Callable[[float], float]


@dataclasses.dataclass(frozen=True)
class Words:
    """A direct label at the end of a series."""

    y: float
    strong: str
    small: str


@dataclasses.dataclass(frozen=True)
class Sign:
    """A later event of the tree, as a line over the curve."""

    x: float
    name: str
    when: str
    anchor: str
    y: float = 14.0


@dataclasses.dataclass(frozen=True)
class Curve:
    """Everything the template draws."""

    width: int
    height: float
    left: float
    right: float
    bottom: float
    grid: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    band: str
    early: str
    late: str
    second: str
    censored: tuple[tuple[float, float], ...]
    signs: tuple[Sign, ...]
    labels: tuple[Words, ...]


def draw(
    early: Sequence[Step],
    late: Sequence[Step],
    *,
    horizon: int,
    second: Sequence[Step] = (),
    censored: Sequence[int] = (),
    signs: Sequence[tuple[int, str, str]] = (),
    label: tuple[str, str] = ("", ""),
    second_label: tuple[str, str] = ("", ""),
    width: int = 1180,
) -> Curve:
    """Lay out the curves. ``early`` and ``late`` are (day, share from 0 to 1), the share from that day on.

    The last day is the horizon: nothing is drawn after the day of asking.
    """
    right = width - (170.0 if width > 700 else 6.0)
    days = max(horizon, 1)

    rows = _levels([LEFT + min(max(day, 0), days) / days * (right - LEFT) for day, _, _ in signs], signs)
    top = TOP + ROW * max(rows, default=0)

    def x(day: float) -> float:
        return round(LEFT + min(max(day, 0), days) / days * (right - LEFT), 1)

    def y(share: float) -> float:
        return round(top + (1 - share) * HEIGHT, 1)

    bottom = y(0)
    end_early, end_late = _at(early, horizon), _at(late, horizon)
    labels = []
    if label[0]:
        labels.append(Words(min(y((end_early + end_late) / 2), bottom - 20), *label))
    if second and second_label[0]:
        at = y(_at(second, horizon))
        if labels and abs(at - labels[0].y) < 36:
            at = labels[0].y + 36 if at >= labels[0].y and labels[0].y + 50 < bottom else labels[0].y - 36
        labels.append(Words(at, *second_label))
    return Curve(
        width=width,
        height=bottom + 30,
        left=LEFT,
        right=right,
        bottom=bottom,
        grid=tuple((y(share / 100), f"{share}%" if share == 100 else str(share)) for share in (100, 75, 50, 25, 0)),
        ticks=tuple(
            (x(day), f"day {day}" if not day else str(day)) for day in _ticks(days, most=12 if width > 700 else 6)
        ),
        band=_band(early, late, horizon, x, y),
        early=_steps(early, horizon, x, y),
        late=_steps(late, horizon, x, y),
        second=_steps(second, horizon, x, y) if second else "",
        censored=tuple((x(day), y(_at(late, day))) for day in sorted(set(censored)) if 0 <= day <= horizon),
        signs=tuple(
            Sign(x(day), name, when, _anchor(x(day)), 14 + ROW * row)
            for (day, name, when), row in zip(signs, rows, strict=True)
            if 0 < day <= horizon
        ),
        labels=tuple(labels),
    )


def _anchor(x: float) -> str:
    return "end" if x > LEFT + 190 else "start"


def _levels(places: Sequence[float], signs: Sequence[tuple[int, str, str]]) -> list[int]:
    """Return the row of each label above the curve: the lowest in which it runs into no other."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for x, (_, name, when) in zip(places, signs, strict=True):
        wide = LETTER * max(len(name), len(when)) + 12
        left = x - wide if _anchor(x) == "end" else x
        row = 0
        while row < len(taken) and any(left < end and start < left + wide for start, end in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append((left, left + wide))
        found.append(row)
    return found


def _at(steps: Sequence[Step], day: int) -> float:
    """Return the share on a day: the last step not after it."""
    return max(((at, share) for at, share in steps if at <= day), default=(0, 0.0))[1]


def _corners(steps: Sequence[Step], horizon: int) -> list[tuple[int, float]]:
    corners = [(0, 0.0)]
    for day, share in sorted(steps):
        if day > horizon:
            break
        corners.append((day, corners[-1][1]))
        corners.append((day, share))
    corners.append((horizon, corners[-1][1]))
    return corners


def _steps(steps: Sequence[Step], horizon: int, x: Scale, y: Scale) -> str:
    path = ""
    for n, (day, share) in enumerate(_corners(steps, horizon)):
        path += f"{'L' if n else 'M'}{x(day)} {y(share)}"
    return path


def _band(early: Sequence[Step], late: Sequence[Step], horizon: int, x: Scale, y: Scale) -> str:
    over = [f"{x(day)} {y(share)}" for day, share in _corners(early, horizon)]
    under = [f"{x(day)} {y(share)}" for day, share in reversed(_corners(late, horizon))]
    return "M" + "L".join([*over, *under]) + "Z"


def _ticks(days: int, *, most: int) -> list[int]:
    for step in (1, 2, 7, 14, 28, 91, 182, 364):
        if days / step <= most:
            break
    ticks = list(range(0, days + 1, step))
    if days - ticks[-1] < step / 2 and len(ticks) > 1:
        ticks.pop()
    return [*ticks, days] if ticks[-1] != days else ticks
