"""What the figures of a folder must not fall below: floors go up by a command, down only by a decision record."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from tracker.ingest.scoring.figures import COUNTS, SHARES, Figures

SLACK = 0.01  # below what was measured: another processor may round a parse the other way


def read(file: Path) -> dict[str, Any]:
    """Return a floor file; without one nothing is held."""
    if not file.exists():
        return {"articles": "", "at_least": {}, "at_most": {}}
    stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return stored


def below(figures: Figures, floors: dict[str, Any]) -> list[str]:
    """Return a sentence for every figure that is worse than its floor."""
    told = []
    for name, floor in floors["at_least"].items():
        share = figures.share(name)
        if share is None or share < floor:
            told.append(f"{name} is {'not measured' if share is None else f'{share:.3f}'}, the floor is {floor}.")
    for name, ceiling in floors["at_most"].items():
        value = getattr(figures, name)
        if value > ceiling:
            told.append(f"{name} is {value}, at most {ceiling} is allowed.")
    return told


def other_articles(digest: str, floors: dict[str, Any]) -> bool:
    """Whether the floors were set on other articles than these."""
    return bool(floors["articles"]) and floors["articles"] != digest


def raised(figures: Figures, floors: dict[str, Any], *, digest: str) -> dict[str, Any]:
    """Return the floors after this measurement; none is lower than it was."""
    at_least = {}
    for name in SHARES:
        share, held = figures.share(name), floors["at_least"].get(name)
        if share is not None or held is not None:
            measured = math.floor((share - SLACK) * 100 + 1e-9) / 100 if share is not None else 0.0
            at_least[name] = max(measured, held or 0.0, 0.0)
    at_most = {
        name: min(value for value in (getattr(figures, name), floors["at_most"].get(name)) if value is not None)
        for name in COUNTS
    }
    return {"articles": digest, "at_least": at_least, "at_most": at_most}


def write(file: Path, floors: dict[str, Any]) -> None:
    """Write a floor file."""
    file.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
