"""Where quotation marks open and close, paragraph by paragraph.

Finds marks, not speech: whether a quotation is anybody's words is decided by ``speech``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.article import Paragraph

MAX_QUOTES = 400
_OPENS_AFTER = " \t\n([{—–-/\u00a0\u2009"
_LETTERS = re.compile(r"\w+(?:['’-]\w+)*")


@dataclasses.dataclass(frozen=True)
class Quotation:
    """Text between quotation marks; ``start`` and ``end`` leave the marks out, ``outer`` takes them in."""

    start: int
    end: int
    outer: tuple[int, int]
    paragraph: int
    continues: bool = False  # a multi-paragraph quotation: the paragraph before left it open
    block: bool = False  # set off as a paragraph of its own, without marks
    words: int = 0


def quotations(text: str, paragraphs: Sequence[Paragraph]) -> list[Quotation]:
    """Return the quotations of the body in order; at most ``MAX_QUOTES`` of them."""
    found: list[Quotation] = []
    single = not any(mark in text for mark in '“”"') and "‘" in text
    left_open = False
    for number, paragraph in enumerate(paragraphs):
        if paragraph.kind not in {"body", "list"}:
            continue
        in_here = _single(text, paragraph, number) if single else _double(text, paragraph, number, left_open)
        left_open = bool(in_here) and in_here[-1].outer[1] == in_here[-1].end
        found.extend(quote for quote in in_here if quote.words)
        if len(found) >= MAX_QUOTES:
            return found[:MAX_QUOTES]
    return found


def _double(text: str, paragraph: Paragraph, number: int, left_open: bool) -> list[Quotation]:
    found: list[Quotation] = []
    opened: int | None = None
    for place in range(paragraph.start, paragraph.end):
        letter = text[place]
        if letter not in '“”"«»„':
            continue
        before = text[place - 1] if place > paragraph.start else " "
        after = text[place + 1] if place + 1 < paragraph.end else " "
        opens = letter in "“«„" or (
            letter == '"' and opened is None and (before in _OPENS_AFTER or not after.isspace())
        )
        if opens and opened is None:
            opened = place
        elif opens and letter in "“«„":
            opened = place  # the mark before never closed
        elif opened is not None:
            continues = left_open and not found and not text[paragraph.start : opened].strip()
            found.append(_quotation(text, opened + 1, place, (opened, place + 1), number, continues))
            opened = None
    if opened is not None and (opened == paragraph.start or text[opened] in "“«„" or not found):
        rest = text[opened + 1 : paragraph.end]
        if len(_LETTERS.findall(rest[:400])) > 6:
            continues = left_open and not found
            found.append(_quotation(text, opened + 1, paragraph.end, (opened, paragraph.end), number, continues))
    return found


def _single(text: str, paragraph: Paragraph, number: int) -> list[Quotation]:
    """Read British single marks: an opening mark after a space, a closing one before a space or stop."""
    found = []
    inside = text[paragraph.start : paragraph.end]
    for match in re.finditer(r"(?:(?<=[\s(—–])|^)‘(?=\S)([^‘\n]{2,2000}?[^\s])’(?=[\s.,;:!?)—–]|$)", inside):
        begin, end = paragraph.start + match.start(1), paragraph.start + match.end(1)
        found.append(_quotation(text, begin, end, (begin - 1, end + 1), number, False))
    return found


def _quotation(
    text: str, start: int, end: int, outer: tuple[int, int], number: int, continues: bool, block: bool = False
) -> Quotation:
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
        end -= 1
    if outer[1] > end and outer[1] == outer[0]:
        outer = (start, end)
    words = len(_LETTERS.findall(text[start : min(end, start + 2000)]))
    closed = outer if text[outer[1] - 1 : outer[1]] in '“”"«»„’' and outer[1] > end else (outer[0], end)
    return Quotation(start, end, closed, number, continues, block, words)


def block(text: str, paragraph: Paragraph, number: int) -> Quotation:
    """Read a whole paragraph as a quotation set off without marks."""
    return _quotation(text, paragraph.start, paragraph.end, (paragraph.start, paragraph.end), number, False, block=True)
