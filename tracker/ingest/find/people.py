"""Who a person is: office and organisation, gathered over the whole article.

A person introduced once as a company's officer speaks for it to the end of the article;
one introduced as a senator, an analyst or a former employee speaks for nobody here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.article import Article, Sentence
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.find.names import COMPANY, OUTLET, PERSON, PUBLIC, Mention, Name, Names
from tracker.ingest.find.words import COMPANY_NOUN, OFFICE, SPOKES, STAFF, foreign

_T = rf"(?P<title>{OFFICE}|{SPOKES})"
_SOFT = r"(?:[\w&'/-]+ ){0,4}?"
_AT = r"(?:of|at|for|with|from|in charge of|on behalf of|and [a-z-]+ of)"
_O = r"§O(?P<org>\d+)§"
_P = r"§P(?P<person>\d+)§"
_AND = rf"(?: (?:and|&) {_SOFT}(?:{OFFICE}))?"

# Each pattern is read over a sentence in which names are numbered marks.
_INTRODUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_O}(?:'s?)? {_SOFT}{_T}s?{_AND}(?: (?:for|of) [\w' &-]{{3,50}}?)?,? {_P}",
        rf"{_P}(?:, \d\d)?, (?:who (?:is|was|serves as) )?(?:the |a |an |its |his |her )?{_SOFT}{_T}{_AND}"
        rf"(?: [\w' ,&-]{{0,60}}?)?,? {_AT} (?:the |its |their )?(?:[\w'&-]+ ){{0,6}}?{_O}",
        rf"{_P},? (?:who (?:is|was|serves as) |is |as )?(?:the |a |an |its )?{_O}(?:'s?)? {_SOFT}{_T}",
        rf"{_T}{_AND} {_AT} (?:the )?{_O},? {_P}",
        rf"\b[Aa]t {_O}, (?:its |the )?{_T}{_AND},? {_P}",
        rf"{_T}{_AND}(?:,? {_AT} (?:the )?{_O})?,? {_P}",
    )
)
_BARE_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_P}(?:, \d\d)?, (?:who (?:is|was|serves as) )?(?:the |its |their |"
        rf"this )?(?:{COMPANY_NOUN}'s )?(?:the |a |an |its |his |her |their )?{_SOFT}{_T}\b",
        rf"\b(?:{COMPANY_NOUN}'s |its |their )?{_SOFT}{_T}{_AND}(?: (?:of|for) [a-z][a-z &-]{{2,30}})?,? {_P}",
    )
)
_OF_A_COMPANY = tuple(re.compile(pattern) for pattern in (rf"{_O}'s? {_P}", rf"{_P} of {_O}", rf"{_P} \({_O}\)"))
_STAFF_MEMBER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:(?:software|current|senior|junior|warehouse|longtime|company|staff) )+(?P<title>{STAFF}),? {_P}",
        rf"{_P}, (?:an? |the )?{_SOFT}(?P<title>{STAFF})\b",
        rf"{_O}(?:'s?)? {_SOFT}(?P<title>{STAFF}) {_P}",
        rf"{_P}, an? (?P<title>[a-z][a-z -]{{3,50}}?) (?:at|for|with) (?:the )?{_O}",
    )
)
_WHO_LEADS = re.compile(
    rf"{_P}, who (?P<title>leads|heads|runs|oversees|chairs|founded|co-founded|owns) (?:[a-z' -]{{0,50}}(?:at|"
    rf"of|for) )?(?:the )?{_O}"
)
_HIS_COMPANY = re.compile(rf"{_P}[^§]{{0,40}}?\b(?:his|her) (?:own )?(?:{COMPANY_NOUN}),? (?:the )?{_O}", re.IGNORECASE)
_PARTY = re.compile(r"§P\d+§ (?:[\w.() ]{0,40})?\((?:[RDI]-[A-Z]|D|R)", re.IGNORECASE)


_SPOKEN_TO = re.compile(
    r"\b(?:told|tells|interview with|speaking (?:to|on|with)|appear\w* on|statement to|said on|according to|"
    r"by) (?:the )?$"
)
# “the council's director”: of the council, not of the company next to it.
_OF_A_BODY = re.compile(
    r"\b(?:the|The) (council|authority|ministry|agency|chamber|association|federation|union|league|club|fund|"
    r"board|court|city|county|"
    r"university|museum|hospital|party|charity|magazine|paper|newspaper|foundation|institute)'s "
)
# “President X” with nobody's president before it is a country's.
_OF_A_COUNTRY = re.compile(
    r"(?<!§ )(?<!'s )(?<!vice )(?<!Vice )(?<!company )\b(?:President|Governor|Gov\.|Senator|Sen\.|Rep\.|Mayor|"
    r"Chancellor|Secretary|"
    r"Justice|Judge|Minister) $"
)


@dataclasses.dataclass
class Role:
    """What the article says a person is."""

    title: str | None = None
    organisation: Name | None = None
    foreign: bool = False
    staff: bool = False
    spokesperson: bool = False
    evidence: tuple[int, int] | None = None


def read(
    article: Article, sentences: Sequence[Sentence], names: Names, gazetteer: Gazetteer, companies: Sequence[Name]
) -> dict[str, Role]:
    """Return the role of each person named, by the key of the name."""
    roles: dict[str, Role] = {}
    last_company: Name | None = None
    for sentence in sentences:
        inside = names.within(sentence.start, sentence.end)
        if any(mention.name.kind == PERSON for mention in inside):
            _sentence(article.plain, sentence, inside, roles, last_company)
        for mention in inside:
            if mention.name.kind == COMPANY or mention.name.kind == OUTLET and last_company is None:
                last_company = mention.name
                break
    _from_the_record(roles, names, gazetteer)
    return roles


def _sentence(
    plain: str, sentence: Sentence, inside: Sequence[Mention], roles: dict[str, Role], nearby: Name | None
) -> None:
    text, origins = _marked(plain, sentence, inside)
    told: set[str] = set()
    for pattern in _INTRODUCTIONS:
        for match in pattern.finditer(text):
            organisation = match.groupdict().get("org")
            if organisation is None:
                continue
            person = inside[int(match["person"])].name
            owner = inside[int(organisation)].name
            between = match.group().count("§P")
            if person.key in told or between > 1:
                continue
            described = text[max(0, match.start() - 24) : match.end()]
            if _OF_A_COUNTRY.search(text[: text.find(f"§P{match['person']}§")]):
                roles.setdefault(person.key, Role()).foreign = True
                told.add(person.key)
                continue
            role = roles.setdefault(person.key, Role())
            foreign = _foreign(described) or owner.kind == PUBLIC
            if role.organisation is not None and not role.foreign:
                told.add(person.key)
                continue
            told.add(person.key)
            roles[person.key] = Role(
                _title(match["title"], match.group()),
                None if foreign else owner,
                foreign,
                spokesperson=bool(re.fullmatch(SPOKES, match["title"], re.I)),
                evidence=(origins(match.start()), origins(match.end())),
            )
    for match in (found for pattern in _STAFF_MEMBER for found in pattern.finditer(text)):
        person = inside[int(match["person"])].name
        if person.key not in told and person.key not in roles and not _foreign(match.group()):
            org = match.groupdict().get("org")
            house = inside[int(org)].name if org else _first_company(inside, plain) or nearby
            roles[person.key] = Role(match["title"], house, staff=True)
            told.add(person.key)
    for match in _WHO_LEADS.finditer(text):
        person, owner = inside[int(match["person"])].name, inside[int(match["org"])].name
        if person.key not in told and person.key not in roles and owner.kind == COMPANY:
            roles[person.key] = Role("founder" if "founded" in match["title"] else "head", owner)
            told.add(person.key)
    for match in _HIS_COMPANY.finditer(text):
        person, owner = inside[int(match["person"])].name, inside[int(match["org"])].name
        if person.key not in told and owner.kind == COMPANY and person.key not in roles:
            roles[person.key] = Role("owner", owner)
            told.add(person.key)
    for index, mention in enumerate(inside):
        if mention.name.kind != PERSON or mention.name.key in told:
            continue
        mark = f"§P{index}§"
        at = text.find(mark)
        before, after = text[max(0, at - 40) : at], text[at + len(mark) : at + len(mark) + 90]
        if _OF_A_COUNTRY.search(before):
            roles[mention.name.key] = Role(foreign=True)
            continue
        if re.match(r",? \((?:[RDI]-)|[^§,]{0,50}\((?:[RDI]-[A-Z])", after) or _foreign(
            re.split(r"[,;:—–(]| and ", before)[-1]
        ):
            known = roles.setdefault(mention.name.key, Role())
            known.foreign = known.foreign or known.organisation is None
            continue
        apposition = re.match(
            r"(?:, \d\d)?, (?:who (?:is|was) )?((?:an?|the|his|her|one of)? ?[^,;.]{3,80})[,.;]", after
        )
        if apposition and _foreign(apposition.group(1)) and not re.search(rf"\b(?:{SPOKES})\b", apposition.group(1)):
            known = roles.setdefault(mention.name.key, Role())
            if known.organisation is None:
                known.foreign = True
            continue
        if mention.name.key in roles and roles[mention.name.key].organisation is not None:
            continue
        for pattern in _BARE_PATTERNS:
            bare = next((m for m in pattern.finditer(text) if f"§P{m['person']}§" == mark), None)
            body = _OF_A_BODY.search(bare.group()) if bare else None
            if bare and not _foreign(text[max(0, bare.start() - 12) : bare.end()]):
                owner_here = _first_company(inside, plain) or nearby
                if body and (owner_here is None or body[1].lower() not in owner_here.name.lower()):
                    roles[mention.name.key] = Role(foreign=True)
                    break
                roles[mention.name.key] = Role(
                    _title(bare["title"], bare.group()),
                    _first_company(inside, plain) or nearby,
                    spokesperson=bool(re.fullmatch(SPOKES, bare["title"], re.I)),
                    evidence=(origins(bare.start()), origins(bare.end())),
                )
                break
        else:
            beside = next((m for pattern in _OF_A_COMPANY for m in pattern.finditer(text) if mark in m.group()), None)
            if beside and mention.name.key not in roles and inside[int(beside["org"])].name.kind == COMPANY:
                roles[mention.name.key] = Role(None, inside[int(beside["org"])].name)


def _first_company(inside: Sequence[Mention], plain: str) -> Name | None:
    """Return the first company of a sentence that is not merely the outlet spoken to."""
    for mention in inside:
        asked = mention.name.also_outlet and _SPOKEN_TO.search(plain[max(0, mention.start - 24) : mention.start])
        if mention.name.kind == COMPANY and not asked:
            return mention.name
    return None


def _foreign(text: str) -> bool:
    return foreign(re.sub(r"§[OP]\d+§", "", text)) is not None


def _title(title: str, whole: str) -> str:
    words = re.sub(r"§[OP]\d+§('s?)?", "", whole)
    at = words.find(title)
    tail = re.match(r" (?:of|for) (?!the )([a-z]+(?: [a-z]+)?)(?= (?:at|for|of)\b)", words[at + len(title) :])
    return (title + (tail.group(0) if tail else "")).strip()


def _marked(plain: str, sentence: Sentence, inside: Sequence[Mention]) -> tuple[str, _Origins]:
    """Write the sentence with numbered marks for its names: §O0§, §P1§."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    length, at = 0, sentence.start
    for number, mention in enumerate(inside):
        if mention.start < at:
            continue
        piece = plain[at : mention.start]
        mark = f"§{'P' if mention.name.kind == PERSON else 'O'}{number}§"
        places.append((length, at))
        parts += [piece, mark]
        length += len(piece)
        places.append((length, mention.start))
        length += len(mark)
        at = mention.end
    places.append((length, at))
    parts.append(plain[at : sentence.end])
    return "".join(parts), _Origins(places, sentence.end)


@dataclasses.dataclass(frozen=True)
class _Origins:
    places: list[tuple[int, int]]
    last: int

    def __call__(self, place: int) -> int:
        found = max((each for each in self.places if each[0] <= place), default=self.places[0])
        return min(found[1] + place - found[0], self.last)


def _from_the_record(roles: dict[str, Role], names: Names, gazetteer: Gazetteer) -> None:
    """Fill in what the record knows of people whom the article does not introduce."""
    companies = {mention.name.slug: mention.name for mention in names.mentions if mention.name.kind == COMPANY}
    for mention in names.mentions:
        if mention.name.kind != PERSON or mention.name.slug is None:
            continue
        role = roles.get(mention.name.key)
        if role is not None and (role.organisation is not None or role.foreign):
            continue
        for slug, title in gazetteer.people[mention.name.slug].roles:
            if slug in companies:
                roles[mention.name.key] = Role(title or None, companies[slug])
                break
