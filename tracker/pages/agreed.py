"""Agreement between coders in words: two digits, an interval, and "tentative" where it is low."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.pages import words
from tracker.reading.agreement import Agreement, Alpha


def lines(found: Iterable[Agreement]) -> list[dict[str, Any]]:
    """Put every table of figures into words."""
    return [
        {
            "field": one.field,
            "codebook": one.codebook,
            "n": one.n,
            "figures": [_line(row, one.field) for row in one.figures],
        }
        for one in found
    ]


def _line(row: Alpha, field: str) -> dict[str, Any]:
    list_name = "Stance" if field == "stance" else "Capacity"
    return {
        "words": words.label(list_name, row.value) if row.value else "All values",
        "n": row.n,
        "same": f"{row.same:.0%}",
        "alpha": "not defined" if row.alpha is None else f"{row.alpha:.2f}",
        "interval": "–" if row.least is None or row.most is None else f"{row.least:.2f} to {row.most:.2f}",
        "tentative": row.tentative,
    }
