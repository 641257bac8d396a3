"""Quoted words in their context: the words and at most one sentence on either side, at most 300 words a report.

Pure. The captured text itself is never public; only what comes out of ``passages`` is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

MOST_WORDS = 300
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9À-Þ])")


@dataclasses.dataclass(frozen=True)
class Span:
    """Where words stand in a text, and the number they are given on the page."""

    start: int
    end: int
    ref: int


@dataclasses.dataclass(frozen=True)
class Segment:
    """A piece of a passage; with a number if it is the words in question."""

    text: str
    ref: int | None = None


@dataclasses.dataclass(frozen=True)
class Passage:
    """Neighbouring words of one paragraph. ``skipped`` paragraphs lie between it and the passage before."""

    segments: tuple[Segment, ...]
    skipped: int = 0


def passages(text: str, spans: Sequence[Span], *, most_words: int = MOST_WORDS) -> list[Passage]:
    """Cut the passages out of a text, in the order they stand there.

    When the limit is reached context goes first, then the last of the words themselves;
    a limit is no reason to show the wrong words.
    """
    kept = _within([span for span in spans if 0 <= span.start < span.end <= len(text)], text, most_words)
    if not kept:
        return []
    windows = [(*_window(text, span), [span]) for span in kept]
    while True:
        merged = _merged(windows)
        if sum(len(text[start:end].split()) for start, end, _ in merged) <= most_words:
            break
        for n in reversed(range(len(windows))):
            start, end, (span,) = windows[n]
            if (start, end) != (span.start, span.end):
                windows[n] = (span.start, span.end, [span])
                break
        else:
            break
    found: list[Passage] = []
    last_end: int | None = None
    for start, end, held in merged:
        skipped = 0 if last_end is None else _paragraphs_between(text, last_end, start)
        found.append(Passage(tuple(_segments(text, start, end, held)), skipped))
        last_end = end
    return found


def _within(spans: Sequence[Span], text: str, most_words: int) -> list[Span]:
    kept: list[Span] = []
    words = 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if kept and span.start < kept[-1].end:
            continue  # lies inside words already marked
        words += len(text[span.start : span.end].split())
        if words > most_words:
            break
        kept.append(span)
    return kept


def _window(text: str, span: Span) -> tuple[int, int]:
    """Return the bounds of the words with the rest of their sentence, or the sentence next to them, on each side."""
    begin = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.end)
    stop = len(text) if stop < 0 else stop
    breaks = [begin, *(begin + found.end() for found in _SENTENCE_END.finditer(text[begin:stop])), stop]
    before = [at for at in breaks if at <= span.start]
    after = [at for at in breaks if at >= span.end]
    start = before[-1]
    if not text[start : span.start].strip(" \"“‘'([") and len(before) > 1:
        start = before[-2]
    end = after[0]
    if not text[span.end : end].strip(" \"”’').,;:!?]") and len(after) > 1:
        end = after[1]
    while end > span.end and text[end - 1].isspace():
        end -= 1
    return start, end


def _merged(windows: Sequence[tuple[int, int, list[Span]]]) -> list[tuple[int, int, list[Span]]]:
    merged: list[tuple[int, int, list[Span]]] = []
    for start, end, held in sorted(windows, key=lambda one: one[0]):
        if merged and start <= merged[-1][1] + 1:
            before = merged[-1]
            merged[-1] = (before[0], max(before[1], end), [*before[2], *held])
        else:
            merged.append((start, end, [*held]))
    return merged


def _segments(text: str, start: int, end: int, held: Sequence[Span]) -> list[Segment]:
    found, at = [], start
    for span in sorted(held, key=lambda one: one.start):
        if span.start > at:
            found.append(Segment(text[at : span.start]))
        found.append(Segment(text[span.start : span.end], span.ref))
        at = span.end
    if at < end:
        found.append(Segment(text[at:end]))
    return found


def _paragraphs_between(text: str, end: int, start: int) -> int:
    between = [part for part in text[end:start].split("\n")[1:-1] if part.strip()]
    return len(between)
