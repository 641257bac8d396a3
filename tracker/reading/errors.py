"""What a reader can be told when a question cannot be answered."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong with a question: which parameter, what about it, and the nearest right word."""

    parameter: str
    message: str
    suggestion: str = ""


class FilterError(Exception):
    """The filter cannot be applied as asked. A misspelt filter that returns everything would be a wrong answer."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Missing(Exception):
    """There is no such public row."""


class Gone(Exception):
    """The row was public and is not any more; ``tombstone`` is all that may be said of it."""

    def __init__(self, tombstone: dict[str, object]) -> None:
        super().__init__(str(tombstone.get("id", "")))
        self.tombstone = tombstone


class Moved(Exception):
    """The row has another address now."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like this one, or the empty string when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""
