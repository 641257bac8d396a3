"""The share of a frame that had spoken, by day: two step curves and the band between. Pure; the template draws it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

LEFT, TOP = 46.0, 46.0
HEIGHT = 190.0  # from 0 to 100 per cent

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

    def x(day: float) -> float:
        return round(LEFT + min(max(day, 0), days) / days * (right - LEFT), 1)

    def y(share: float) -> float:
        return round(TOP + (1 - share) * HEIGHT, 1)

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
            Sign(x(day), name, when, "end" if x(day) > LEFT + 190 else "start")
            for day, name, when in signs
            if 0 < day <= horizon
        ),
        labels=tuple(labels),
    )


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
