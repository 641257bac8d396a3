"""Text at the door: what may enter the record, and where quoted words stand in it.

Everything that comes from outside passes ``clean`` (or ``clean_name``) once. Offsets
count Unicode code points, end exclusive. A verbatim check folds what typesetters change
(compatibility forms, quotation marks, dashes, white space) and nothing else.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from urllib.parse import urlsplit

# C0 controls but tab, line feed and carriage return; C1 controls; surrogates; non-characters.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Bidirectional controls, zero-width marks, soft hyphen, byte-order mark: invisible in a name.
# U+200C and U+200D stay out of this list; Persian and Indic names need them (see clean_name).
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_JOINERS = re.compile("[\u200c\u200d]")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-Z0-9])|\n\s*\n|\n")

_FOLDED = {
    **dict.fromkeys("“”„‟«»″‶＂", '"'),
    **dict.fromkeys("‘’‚‛′‵＇`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
MAX_COMBINING = 3  # marks on one letter; more is ornament that hides a name


def clean(text: str) -> str:
    """Return the text in NFC without what is no text: NUL and other controls, surrogates, non-characters.

    Idempotent. Line ends become line feeds. What it strips is what PostgreSQL refuses,
    what XML cannot carry, and what no reader could see.
    """
    normal = unicodedata.normalize("NFC", _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _NOT_TEXT.sub("", normal)


def clean_name(name: str) -> str:
    """Return a name on one line, without invisible characters and stacked ornaments.

    Joiners stay between letters of scripts that need them and go everywhere else.
    """
    visible = _INVISIBLE.sub("", clean(name))
    if not any(unicodedata.category(letter) == "Lo" for letter in visible):
        visible = _JOINERS.sub("", visible)
    kept: list[str] = []
    marks = 0
    for letter in visible:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MAX_COMBINING:
            kept.append(letter)
    return _SPACE.sub(" ", "".join(kept)).strip()


def mixed_scripts(name: str) -> bool:
    """Say whether one word of a name mixes Latin with Greek or Cyrillic letters: a sign of a look-alike."""
    for word in name.split():
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
        if "LATIN" in scripts and scripts & {"GREEK", "CYRILLIC"}:
            return True
    return False


@dataclasses.dataclass(frozen=True)
class Folded:
    """A text as the verbatim check sees it; ``places[i]`` is where character ``i`` came from."""

    text: str
    places: tuple[int, ...]


def fold(text: str) -> Folded:
    """Fold compatibility forms, quotation marks, dashes and white space, keeping where each character came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for folded in unicodedata.normalize("NFKC", _FOLDED.get(letter, letter)):
            folded = _FOLDED.get(folded, folded)
            if folded.isspace():
                if not letters or letters[-1] == " ":
                    continue
                folded = " "
            elif folded in "\u00ad\u200b\ufeff":
                continue
            letters.append(folded)
            places.append(place)
    return Folded("".join(letters), tuple(places))


def find_quote(text: str, quote: str, *, start: int = 0) -> tuple[int, int] | None:
    """Return the offsets at which the quote first stands at or after ``start``, or None.

    The words must be there in order and unbroken; only what ``fold`` folds may differ.
    """
    wanted = fold(quote).text.strip()
    if not wanted:
        return None
    held = fold(text)
    at = held.text.find(wanted)
    while at != -1:
        first, last = held.places[at], held.places[at + len(wanted) - 1]
        if first >= start:
            return first, last + 1
        at = held.text.find(wanted, at + 1)
    return None


def occurs_at(text: str, quote: str, start: int, end: int) -> bool:
    """Say whether exactly these words, folded, stand between these offsets."""
    if not 0 <= start < end <= len(text):
        return False
    wanted = fold(quote).text.strip()
    return bool(wanted) and fold(text[start:end]).text.strip() == wanted


@dataclasses.dataclass(frozen=True)
class Excerpt:
    """Words in their context: at most a sentence before, the words, at most a sentence after."""

    before: str
    words: str
    after: str


def context(text: str, start: int, end: int) -> Excerpt:
    """Cut the words out with what their own sentences hold beside them, and no more.

    Raises ValueError when the offsets do not lie in the text.
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"{start}–{end} does not lie in a text of {len(text)} characters")
    begin = 0
    for stop in _SENTENCE_END.finditer(text, 0, start):
        begin = stop.end()
    finish = _SENTENCE_END.search(text, end)
    # A quote that ends its own sentence brings no words of the next one with it.
    ended = re.match(r"[\"'”’»)\],]*", text[end:])
    closed = end + (ended.end() if ended else 0)
    if text[start:end].rstrip()[-1:] in {".", "!", "?", "…"} and (closed >= len(text) or text[closed].isspace()):
        return Excerpt(text[begin:start].lstrip(), text[start:end], text[end:closed])
    after = text[end : finish.end() if finish else len(text)].rstrip()
    return Excerpt(text[begin:start].lstrip(), text[start:end], after)


def around(text: str, start: int, end: int, *, letters: int = 32) -> tuple[str, str]:
    """Return what stands just before and just after: prefix and suffix of a W3C TextQuoteSelector."""
    return text[max(0, start - letters) : start], text[end : end + letters]


def safe_link(url: str) -> str:
    """Return an absolute http or https address fit for an ``href``, or the empty string.

    Refused: other schemes, addresses without a host or with credentials, controls and
    spaces, and backslashes, which browsers read as slashes.
    """
    candidate = url.strip()
    if not candidate or re.search(r"[\x00-\x20\x7f-\x9f\\<>\"]", candidate):
        return ""
    try:
        parts = urlsplit(candidate)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc:
        return ""
    return candidate
