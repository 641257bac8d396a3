"""When two spellings mean the same organisation, person, office or outlet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LEGAL = frozenset(
    {"inc", "incorporated", "corp", "corporation", "company", "co", "plc", "ltd", "limited", "llc", "lp", "nv", "sa"}
    | {"se", "ag"}
)
_AFTER_A_NAME = frozenset({"jr", "sr", "ii", "iii", "iv"})
_BEFORE_A_NAME = frozenset({"mr", "mrs", "ms", "dr", "sir", "dame"})
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_OFFICES = (
    (re.compile(r"\bchief executive(?: officer)?\b"), "ceo"),
    (re.compile(r"\bchief financial officer\b|\bfinance chief\b"), "cfo"),
    (re.compile(r"\bchief operating officer\b"), "coo"),
    (re.compile(r"\bchief technology officer\b"), "cto"),
    (re.compile(r"\b(?:spokesman|spokeswoman|spokespeople|spokespersons)\b"), "spokesperson"),
    (re.compile(r"\b(?:chairman|chairwoman|chairperson|chairs)\b"), "chair"),
    (re.compile(r"\bco ?founder\b"), "cofounder"),
    (re.compile(r"\b(?:vice president|vp)\b"), "vicepresident"),
)
_WORKFORCE = re.compile(
    r"\b(?:employees?|workers?|staff(?:ers?)?|workforce|members?|union|engineers|drivers|crews?|nurses|pilots|clerks)\b"
)
_FILLERS = frozenset({"the", "a", "an", "of", "and", "its", "at", "for", "s"})


def plain(name: str) -> str:
    """Fold letters, quotation marks and punctuation: what is left is words and single spaces."""
    folded = unicodedata.normalize("NFKD", name).casefold().replace("’", "'").replace("'s ", " ")
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w&+]+", " ", folded.removesuffix("'s")).split())


def organization(name: str) -> str:
    """Return a name of an organisation without article, legal form and bracketed remark."""
    words = plain(_BRACKETS.sub("", name)).split()
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words)


def organizations(names: Iterable[str | None]) -> frozenset[str]:
    """Return the comparable forms of several names."""
    return frozenset(organization(name) for name in names if name and organization(name))


def outlet(name: str | None) -> str:
    """Return a comparable name of an outlet; empty for none."""
    return plain(name or "").removeprefix("the ")


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two names are one person's: the same first and last name, middle names and honours aside.

    A bare surname is a name only where both are bare: an editor cannot tell which Okafor.
    """
    if one is None or other is None:
        return one is other
    first, second = _person(one), _person(other)
    if not first or not second:
        return first == second
    return first[-1] == second[-1] and first[0] == second[0]


def same_role(one: str | None, other: str | None) -> bool:
    """Whether two descriptions name one office: all words of the shorter stand in the longer, or both a workforce."""
    if one is None or other is None:
        return one is other
    first, second = _role(one), _role(other)
    if _WORKFORCE.search(plain(one)) and _WORKFORCE.search(plain(other)):
        return True
    return bool(first and second) and (first <= second or second <= first) and _former(first) == _former(second)


def _person(name: str) -> list[str]:
    words = plain(name).split()
    while len(words) > 1 and words[-1] in _AFTER_A_NAME:
        words.pop()
    while len(words) > 1 and words[0] in _BEFORE_A_NAME:
        words.pop(0)
    return words


def _role(name: str) -> set[str]:
    told = plain(name)
    for pattern, short in _OFFICES:
        told = pattern.sub(short, told)
    return {word for word in told.split() if word not in _FILLERS}


def _former(words: set[str]) -> bool:
    return bool(words & {"former", "ex", "onetime"})
