"""What stands in quotation marks. Pure.

Outlets set quotations in every way: curly or straight marks, single or double, over
several paragraphs that each open and only the last of which closes. A mark that never
finds its partner must not swallow the rest of the article, so a quotation ends at the
latest with its paragraph, unless the next one opens with the same mark.
"""

from __future__ import annotations

import dataclasses
import re

MAX_MARKS = 20_000
OPENING = "“„«"
CLOSING = {"“": "”", "„": "“”", "«": "»"}
# After these a straight mark opens; before them, or after a letter or a stop, it closes.
_BEFORE_OPENING = re.compile(r"[\s(\[—–-]$")
_NAME_LIKE = re.compile(
    r"^(?:[A-Z0-9][\w'’.&-]*|of|the|and|for|in|on|to|a|an)(?:\s+(?:[A-Z0-9][\w'’.&-]*|of|the|and|for|in|on|to|a|an)){0,7}$"
)
_END_OF_PARAGRAPH = re.compile(r"\n+")
MAX_SCARE_WORDS = 3


@dataclasses.dataclass(frozen=True)
class Quoted:
    """Words between marks, offsets without the marks; ``closed`` is False where the closing mark is missing."""

    text: str
    start: int
    end: int
    closed: bool = True

    @property
    def spoken(self) -> str:
        """The words without the comma that American typesetting puts before the closing mark."""
        return self.text.rstrip().removesuffix(",")


def quoted(text: str) -> list[Quoted]:
    """Return every quotation, in order. Linear in the text; at most ``MAX_MARKS`` marks are looked at."""
    found: list[Quoted] = []
    marks = [place for place, letter in enumerate(text) if letter in '“”„«»"'][:MAX_MARKS]
    paragraphs = _paragraph_ends(text)
    at = 0
    while at < len(marks):
        place = marks[at]
        mark = text[place]
        if not _opens(text, place):
            at += 1
            continue
        stop = _end_of_paragraph(paragraphs, place, len(text))
        closing = CLOSING.get(mark, '"')
        end = at + 1
        while end < len(marks) and marks[end] < stop and not _closes(text, marks[end], closing):
            end += 1
        if end < len(marks) and marks[end] < stop:
            found.append(_trimmed(text, place + 1, marks[end], closed=True))
            at = end + 1
            continue
        # No partner in this paragraph: speech that runs on if the next paragraph opens too, a stray mark otherwise.
        following = marks[at + 1 : at + 2]
        runs_on = bool(following) and text[following[0]] == mark and not text[stop : following[0]].strip()
        if runs_on:
            found.append(_trimmed(text, place + 1, stop, closed=False))
        at = _first_at_or_after(marks, at + 1, stop) if runs_on else at + 1
    return [one for one in found if one.text.strip()]


def is_name(text: str, one: Quoted) -> bool:
    """Say whether a quotation is a title or a name set in marks, not speech: "Operation Clear Water"."""
    words = one.spoken.split()
    if one.spoken.endswith((".", "!", "?")) or not words:
        return False
    capitals = sum(word[0].isupper() or word[0].isdigit() for word in words)
    return bool(_NAME_LIKE.match(one.spoken)) and capitals >= max(1, len(words) - 2) and len(words) > 1


def is_fragment(one: Quoted) -> bool:
    """Say whether a quotation is a word or three: speech only where a speech verb leads to it."""
    return len(one.spoken.split()) <= MAX_SCARE_WORDS and not one.spoken.endswith((".", "!", "?"))


def _opens(text: str, place: int) -> bool:
    if text[place] in OPENING:
        return True
    if text[place] != '"':
        return False
    before = text[place - 1 : place]
    after = text[place + 1 : place + 2]
    return (not before or bool(_BEFORE_OPENING.search(before))) and bool(after) and not after.isspace()


def _closes(text: str, place: int, closing: str) -> bool:
    if text[place] not in closing:
        return False
    return text[place] != '"' or not _opens(text, place)


def _trimmed(text: str, start: int, end: int, *, closed: bool) -> Quoted:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Quoted(text[start:end], start, end, closed)


def _paragraph_ends(text: str) -> list[int]:
    return [one.start() for one in _END_OF_PARAGRAPH.finditer(text)]


def _end_of_paragraph(ends: list[int], place: int, length: int) -> int:
    at = _first_at_or_after(ends, 0, place)
    return ends[at] if at < len(ends) else length


def _first_at_or_after(places: list[int], low: int, wanted: int) -> int:
    """Bisect: the index of the first place that is not before the wanted one."""
    high = len(places)
    while low < high:
        middle = (low + high) // 2
        if places[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low
