"""The organisations, people and outlets we know, found in a text in one pass. Pure.

Names are matched in their own case, as whole words, longest first. A name that is also a
word, a surname or a place (``ambiguous``) counts only where the text bears it out: the
company's full name stands elsewhere in it, or company words stand right beside it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

import ahocorasick

from tracker.core.drafts import KnownCompany, KnownOutlet, KnownPerson

COMPANY, PERSON, OUTLET = "company", "person", "outlet"
_SUFFIX = re.compile(
    r",?\s+(?:Inc|Incorporated|Corp|Corporation|Co|Company|Companies|Ltd|Limited|LLC|L\.L\.C|PLC|plc|N\.V|S\.A|AG|SE|"
    r"Group Holdings|Holdings?)\.?$"
)
# Beside a company's name these say that it is one.
_ROLE = r"(?:chief executive|chief \w+ officer|CEO|CFO|COO|CTO|chairman|chairwoman|chair|president|founder|co-founder)"
_CONTEXT_AFTER = re.compile(
    rf"^(?:['’]s?)?,?\s+(?:{_ROLE}\b|(?:spokes(?:man|woman|person)|executives?|employees|workers|staff|shares|stock|"
    r"Inc\b|Corp\b|said in a statement|declined to comment|did not (?:immediately )?respond))",
    re.IGNORECASE,
)
_CONTEXT_BEFORE = re.compile(
    rf"(?:{_ROLE}(?: \w+){{0,1}} (?:of|at|for)|companies (?:including|like|such as)|(?:retailer|airline|bank|automaker|"
    r"carmaker|chain|giant|maker|company|startup|firm|insurer|tech company)) (?:the )?$",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Mention:
    """A known name in a text: which kind of row, which one, and where."""

    kind: str
    slug: str
    text: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class _Entry:
    kind: str
    slug: str
    ambiguous: bool


class Gazetteer:
    """Known names, built once and used for every article. Picklable, so that workers need not build it again."""

    def __init__(
        self,
        entries: dict[str, list[_Entry]],
        companies: dict[str, KnownCompany],
        people: dict[str, KnownPerson],
        outlets: dict[str, KnownOutlet],
    ) -> None:
        self.companies = companies
        self.people = people
        self.outlets = outlets
        self._automaton = ahocorasick.Automaton()
        for name, held in entries.items():
            self._automaton.add_word(name, (len(name), held))
        if entries:
            self._automaton.make_automaton()
        self._empty = not entries

    @classmethod
    def build(
        cls, companies: Iterable[KnownCompany], people: Iterable[KnownPerson] = (), outlets: Iterable[KnownOutlet] = ()
    ) -> Gazetteer:
        """Make a gazetteer; a name shared by two companies is ambiguous for both."""
        known = {one.slug: one for one in companies}
        persons = {one.slug: one for one in people}
        papers = {one.slug: one for one in outlets}
        entries: dict[str, list[_Entry]] = {}
        for company in known.values():
            for name in {company.name, _SUFFIX.sub("", company.name), *company.aliases}:
                if len(name) > 1:
                    entries.setdefault(name, []).append(_Entry(COMPANY, company.slug, name in company.ambiguous))
        for person in persons.values():
            entries.setdefault(person.name, []).append(_Entry(PERSON, person.slug, ambiguous=False))
        for outlet in papers.values():
            entries.setdefault(outlet.name, []).append(_Entry(OUTLET, outlet.slug, ambiguous=False))
        # Curly and straight apostrophes are the same letter in a name.
        for name in [name for name in entries if "'" in name]:
            entries.setdefault(name.replace("'", "’"), entries[name])
        return cls(entries, known, persons, papers)

    def mentions(self, text: str) -> list[Mention]:
        """Return every name found, in order; the longest wins where names overlap.

        One name may stand for a company and an outlet at once (a news company); then there
        is a mention of each.
        """
        if self._empty:
            return []
        found: list[tuple[int, int, list[_Entry]]] = []
        for last, (length, held) in self._automaton.iter(text):
            start, end = last - length + 1, last + 1
            if _is_whole(text, start, end):
                found.append((start, end, held))
        found.sort(key=lambda one: (one[0], -(one[1] - one[0])))
        kept: list[tuple[int, int, list[_Entry]]] = []
        for start, end, held in found:
            if not kept or start >= kept[-1][1]:
                kept.append((start, end, held))
        return self._borne_out(text, kept)

    def _borne_out(self, text: str, found: Sequence[tuple[int, int, list[_Entry]]]) -> list[Mention]:
        """Leave out ambiguous names that the text does not bear out."""
        sure = {entry.slug for _, _, held in found for entry in held if not entry.ambiguous and len(held) == 1}
        mentions: list[Mention] = []
        for start, end, held in found:
            companies = [entry for entry in held if entry.kind == COMPANY]
            for entry in held:
                doubtful = entry.ambiguous or (entry.kind == COMPANY and len(companies) > 1)
                if doubtful and entry.slug not in sure and not _has_context(text, start, end):
                    continue
                mentions.append(Mention(entry.kind, entry.slug, text[start:end], start, end))
        return mentions


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the span is a name of its own, not part of a longer word or of a hyphenated or dotted one."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or before == "@" or (before in {"-", "."} and text[start - 2 : start - 1].isalnum()):
        return False
    return not (after.isalnum() or (after in {".", "-", "@"} and text[end + 1 : end + 2].isalnum()))


def _has_context(text: str, start: int, end: int) -> bool:
    return bool(_CONTEXT_AFTER.match(text[end : end + 60]) or _CONTEXT_BEFORE.search(text[max(0, start - 60) : start]))
