"""What a run prints at its end: one line for each kind of attack."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Line:
    """One kind of attack: how often it was tried, how often it got through, and what else is worth saying."""

    attack: str
    tried: int
    through: int
    remark: str = ""


LINES: list[Line] = []


def record(attack: str, *, tried: int, through: int, remark: str = "") -> None:
    """Note a line; a test asserts what must hold."""
    LINES.append(Line(attack, tried, through, remark))


def rendered() -> str:
    """Return the table."""
    width = max((len(line.attack) for line in LINES), default=6)
    head = f"{'attack':<{width}}  {'tried':>7}  {'through':>7}"
    rows = [f"{line.attack:<{width}}  {line.tried:>7,}  {line.through:>7,}  {line.remark}".rstrip() for line in LINES]
    return "\n".join([head, *rows])
