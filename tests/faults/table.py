"""What a run prints at its end: one line for each kind of fault."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Line:
    """One kind of fault: how often it was given, what was lost or doubled, how long the slowest recovery took."""

    fault: str
    given: int
    lost: int
    doubled: int
    slowest: float | None = None
    remark: str = ""


LINES: list[Line] = []


def record(fault: str, *, given: int, lost: int, doubled: int, slowest: float | None = None, remark: str = "") -> None:
    """Note a line; a test asserts what must hold."""
    LINES.append(Line(fault, given, lost, doubled, slowest, remark))


def rendered() -> str:
    """Return the table."""
    width = max((len(line.fault) for line in LINES), default=5)
    rows = [f"{'fault':<{width}}  {'given':>6}  {'lost':>5}  {'doubled':>7}  {'slowest':>9}"]
    for line in LINES:
        took = "" if line.slowest is None else f"{line.slowest:.1f} s"
        row = f"{line.fault:<{width}}  {line.given:>6}  {line.lost:>5}  {line.doubled:>7}  {took:>9}  {line.remark}"
        rows.append(row.rstrip())
    return "\n".join(rows)
