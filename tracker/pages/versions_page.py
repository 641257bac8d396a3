"""Earlier versions of a statement, from the public ledger: what each change made of which field."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tracker.pages import changes, words
from tracker.reading.changes import Change

UNTOLD = {"published_at", "url", "state"}


@dataclasses.dataclass(frozen=True)
class Version:
    """One line of the ledger, numbered from the first publication."""

    number: int
    when: str
    kind: str
    changed: tuple[tuple[str, str, str], ...]


def versions(lines: Sequence[Change]) -> list[Version]:
    """Return the versions newest first, each with what differs from the one before. Lines come oldest first."""
    found: list[Version] = []
    before: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        after = line.body or {}
        told = [
            (
                name.replace("_", " ").capitalize(),
                changes.value(before.get(name), name),
                changes.value(after.get(name), name),
            )
            for name in line.changed
            if name not in UNTOLD and before and line.body is not None
        ]
        found.append(Version(number, words.moment(line.at), words.label("ReleaseKind", line.kind), tuple(told)))
        before = after or before
    return found[::-1]
