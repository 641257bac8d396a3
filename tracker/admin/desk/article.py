"""A stored text cut into numbered paragraphs and marked pieces. Pure.

Offsets are Unicode code points into the whole text, end exclusive, as everywhere in
the record; the browser counts UTF-16 units and converts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence


@dataclasses.dataclass(frozen=True)
class Mark:
    """Words that bear out a candidate. ``number`` is its place on this screen; ``current`` the one being decided."""

    start: int
    end: int
    number: int
    candidate: int = 0
    current: bool = False


@dataclasses.dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph under the same marks. ``ends`` are the marks of which it is the last stretch."""

    text: str
    current: bool = False
    other: bool = False
    first_of_current: bool = False
    quoted: bool = False
    ends: tuple[Mark, ...] = ()


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """One non-empty line of the text. Headline matter stands before the body and has no number."""

    number: int | None
    start: int
    pieces: tuple[Piece, ...]
    current: bool


def paragraphs(
    text: str, marks: Iterable[Mark], *, body_start: int = 0, quotes: Iterable[tuple[int, int]] = ()
) -> list[Paragraph]:
    """Cut the text at its line ends and at the edges of the marks and of the words that are quoted.

    Marks outside the text are left out rather than moved: an offset that does not fit
    is somebody's error, and a mark in the wrong place would hide it.
    """
    known = sorted((mark for mark in marks if 0 <= mark.start < mark.end <= len(text)), key=lambda one: one.start)
    words = [(start, end) for start, end in quotes if 0 <= start < end <= len(text)]
    shown_current = False
    found: list[Paragraph] = []
    number = 0
    for start, end in _lines(text):
        here = [mark for mark in known if mark.start < end and mark.end > start]
        quoted = [span for span in words if span[0] < end and span[1] > start]
        pieces = _pieces(text, start, end, here, quoted, first=not shown_current)
        current = any(piece.current for piece in pieces)
        shown_current = shown_current or current
        in_body = end > body_start  # a dateline and the first words of the body share a line
        number += in_body
        found.append(Paragraph(number if in_body else None, start, pieces, current))
    return found


def place_of(paragraphs_shown: Sequence[Paragraph], offset: int) -> int | None:
    """Return the number of the paragraph in which an offset stands."""
    inside = [shown for shown in paragraphs_shown if shown.start <= offset]
    return inside[-1].number if inside else None


def _lines(text: str) -> Iterable[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _pieces(
    text: str, start: int, end: int, marks: Sequence[Mark], quotes: Sequence[tuple[int, int]], *, first: bool
) -> tuple[Piece, ...]:
    spans = [*((mark.start, mark.end) for mark in marks), *quotes]
    edges = sorted({start, end, *(max(span[0], start) for span in spans), *(min(span[1], end) for span in spans)})
    found = []
    for left, right in zip(edges, edges[1:], strict=False):
        over = [mark for mark in marks if mark.start <= left and mark.end >= right]
        current = any(mark.current for mark in over)
        ends = {(mark.number, mark.candidate): mark for mark in over if mark.end == right}
        found.append(
            Piece(
                text[left:right],
                current=current,
                other=bool(over) and not current,
                first_of_current=current and first,
                quoted=any(span[0] <= left and span[1] >= right for span in quotes),
                ends=tuple(sorted(ends.values(), key=lambda mark: mark.number)),
            )
        )
        first = first and not current
    return tuple(found)
