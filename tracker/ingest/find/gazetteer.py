"""The names we know: companies, people and outlets, found in a text in one pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

import ahocorasick

from tracker.core.drafts import KnownCompany, KnownOutlet, KnownPerson

_LEGAL_END = re.compile(
    r",? (?:Inc\.?|Incorporated|Corp\.?|Corporation|Company|Co\.?|plc|PLC|Ltd\.?|Limited|LLC|L\.P\.|LP|N\.V\.|"
    r"S\.A\.|SE|AG)$"
)
_BRACKETS = re.compile(r" \([^)]*\)$")


@dataclasses.dataclass(frozen=True)
class Hit:
    """A known name standing in a text. One name may be a company's and an outlet's at once."""

    start: int
    end: int
    companies: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    ambiguous: bool = False


class Gazetteer:
    """Known names with their owners. Built once, read-only afterwards, fit for pickling.

    Matching is case-sensitive and on whole words; of overlapping names the longest wins.
    """

    def __init__(
        self,
        companies: Sequence[KnownCompany],
        people: Sequence[KnownPerson],
        outlets: Sequence[KnownOutlet],
    ) -> None:
        self.companies = {company.slug: company for company in companies}
        self.people = {person.slug: person for person in people}
        self.outlets = {outlet.slug: outlet for outlet in outlets}
        entries: dict[str, dict[str, set[str]]] = {}
        sure: set[str] = set()
        for company in companies:
            for name in _names(company.name, company.aliases):
                entries.setdefault(name, {}).setdefault("companies", set()).add(company.slug)
                if name not in company.ambiguous:
                    sure.add(name)
            for name in company.ambiguous:
                entries.setdefault(_straight(name), {}).setdefault("companies", set()).add(company.slug)
        for person in people:
            entries.setdefault(_straight(person.name), {}).setdefault("people", set()).add(person.slug)
            sure.add(_straight(person.name))
        for outlet in outlets:
            for name in _outlet_names(outlet.name):
                entries.setdefault(name, {}).setdefault("outlets", set()).add(outlet.slug)
                sure.add(name)
        self._words = ahocorasick.Automaton()
        for name, owners in entries.items():
            if len(name) > 1:
                self._words.add_word(
                    name,
                    (
                        len(name),
                        tuple(sorted(owners.get("companies", ()))),
                        tuple(sorted(owners.get("people", ()))),
                        tuple(sorted(owners.get("outlets", ()))),
                        name not in sure or len(owners.get("companies", ())) > 1,
                    ),
                )
        self._empty = not entries
        if entries:
            self._words.make_automaton()

    @classmethod
    def build(
        cls,
        companies: Iterable[KnownCompany],
        people: Iterable[KnownPerson] = (),
        outlets: Iterable[KnownOutlet] = (),
    ) -> Gazetteer:
        """Make a gazetteer of these companies, people and outlets."""
        return cls(tuple(companies), tuple(people), tuple(outlets))

    def hits(self, plain: str) -> list[Hit]:
        """Return the known names in a text with straight apostrophes, in order, none overlapping."""
        if self._empty:
            return []
        found: list[Hit] = []
        for last, (length, companies, people, outlets, ambiguous) in self._words.iter(plain):
            start, end = last - length + 1, last + 1
            if start and (plain[start - 1].isalnum() or plain[start - 1] in "@#_") or plain[end : end + 1].isalnum():
                continue
            if plain[end : end + 1] == "-" and plain[end + 1 : end + 2].isupper():
                continue  # half of a double name
            found.append(Hit(start, end, companies, people, outlets, ambiguous))
        found.sort(key=lambda hit: (hit.start - hit.end, hit.start))
        taken: set[int] = set()
        kept = []
        for hit in found:
            if hit.start in taken or hit.end - 1 in taken:
                continue
            taken.update(range(hit.start, hit.end))
            kept.append(hit)
        return sorted(kept, key=lambda hit: hit.start)

    def owner(self, slug: str) -> str | None:
        """Return the slug of the company a brand speaks for, at the top of its chain; None if it is no brand."""
        seen = {slug}
        company = self.companies.get(slug)
        while company is not None and company.parent and company.parent not in seen and company.parent_kind == "brand":
            seen.add(company.parent)
            company = self.companies.get(company.parent)
        return company.slug if company is not None and company.slug != slug else None


def _straight(name: str) -> str:
    return name.replace("’", "'").replace("‘", "'").strip()


def _names(name: str, aliases: Iterable[str]) -> set[str]:
    found = {_straight(each) for each in (name, *aliases)}
    found |= {_BRACKETS.sub("", each) for each in found}
    # "Sanofi SA" may be written of "Sanofi", and "Hexlow Inc" where only "Hexlow Inc." is known.
    return {
        each.strip() for each in found | {_LEGAL_END.sub("", each) for each in found if " " in each} if each.strip()
    }


def _outlet_names(name: str) -> set[str]:
    plain = _BRACKETS.sub("", _straight(name))
    found = {plain}
    if plain.startswith("The ") and " " in plain[4:]:
        found.add(plain[4:])
    return found
