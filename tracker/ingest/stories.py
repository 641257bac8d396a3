"""The same story elsewhere: whether one text carries another. Pure.

Copies of a story are cut short, edited and framed with other words, so it is
*containment* that is measured, not likeness: how much of the shorter text stands in the
longer one, by runs of five words. One run in four is kept, by its hash, which finds the
same copies at a quarter of the cost.
"""

from __future__ import annotations

import re
import zlib

WORDS = 5
KEEP_ONE_IN = 4
LEAST_SHARED = 4
LEAST_CONTAINED = 0.30
NEARLY_ALL = 0.80
MAX_TEXT = 200_000

_WORD = re.compile(r"\w+(?:['’]\w+)?")


def shingles(text: str) -> frozenset[int]:
    """Return the kept hashes of a text's runs of five words: 32 bits each, the same on every machine."""
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text[:MAX_TEXT])]
    runs = (" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
    return frozenset(hashed for run in runs if (hashed := zlib.crc32(run.encode())) % KEEP_ONE_IN == 0)


def containment(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the shorter text that stands in the other, 0 to 1."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def same_story(one: frozenset[int], other: frozenset[int]) -> bool:
    """Say whether two texts carry one story: a few runs shared, and a good part of the shorter one."""
    return len(one & other) >= LEAST_SHARED and containment(one, other) >= LEAST_CONTAINED


def copies(hashes: frozenset[int], other: frozenset[int]) -> bool:
    """Say whether nearly all of one text stands in the other, which may be longer."""
    shared = len(hashes & other)
    return shared >= LEAST_SHARED and shared / len(hashes) >= NEARLY_ALL


def of_its_own(text: str, other: str) -> str:
    """Return the paragraphs of a text that do not stand in the other one."""
    held = {_plain(line) for line in other.splitlines()}
    return "\n".join(line for line in text.splitlines() if _plain(line) not in held)


def _plain(line: str) -> str:
    return " ".join(_WORD.findall(line.casefold().replace("’", "'")))
