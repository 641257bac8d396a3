"""Acts of saying put together into statements: same speaker, same channel, one occasion.

A letter of four workforces is one statement with four voices; three companies that
“issued statements” are three. A company that was asked and kept silent is an inquiry
of its own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find import channel
from tracker.ingest.find.names import PERSON, Name, Names
from tracker.ingest.find.speech import (
    DECLINED,
    NO_RESPONSE,
    OFFICER,
    OPEN_LETTER,
    SPOKESPERSON,
    STATEMENT,
    WORKFORCE,
    Party,
    Saying,
)

_JOINT = re.compile(r"\bjoint(?:ly)?\b|\btogether (?:said|issued|wrote)\b", re.IGNORECASE)
_TURNS_FROM_WORDS = re.compile(
    r"\b(?:comments?|remarks?|words|posts?|tweets?|statements?|views?|claims?|opinions?|message|essay)\b", re.IGNORECASE
)
_NOT_FOR_US = re.compile(
    r"\b(?:does|do|did)(?: not|n't) (?:speak|represent|reflect)\w* (?:for |the views? of )?(?:me|us|our|"
    r"the (?:firm|company|partnership))\b",
    re.I,
)
_DISAVOWS = frozenset({"distance", "disavow", "repudiate"})
_REBUKES = frozenset({"denounce", "criticize", "criticise", "condemn", "rebuke", "reject", "disagree", "dispute"})


@dataclasses.dataclass
class Statement:
    """One statement or inquiry as the article tells it."""

    kind: str
    parties: list[Party]
    sayings: list[Saying]
    top: str = ""  # internal, public, or empty where its own sentences do not say
    disavows: Name | None = None

    @property
    def place(self) -> int:
        """Where it is first told."""
        return min(saying.own[0] for saying in self.sayings)


def gather(plain: str, sayings: Sequence[Saying], names: Names) -> list[Statement]:
    """Put acts of saying together into statements and inquiries, in the order of the article."""
    found: list[Statement] = []
    for saying in sayings:
        if saying.kind in {DECLINED, NO_RESPONSE}:
            _inquiries(found, saying)
        elif saying.kind == OPEN_LETTER or (len(saying.parties) > 1 and _one_voice(plain, saying)):
            _joint(found, saying)
        else:
            for party in saying.parties:
                _single(found, plain, saying, party, names)
    return sorted(_with_their_officers(found), key=lambda one: one.place)


def _with_their_officers(found: list[Statement]) -> list[Statement]:
    """Join a company's unquoted words to those its officer speaks beside them: a deed and the remark on it."""
    kept: list[Statement] = []
    lede = min((saying.paragraph for one in found for saying in one.sayings), default=0) + 1
    for one in found:
        bare = (
            one.kind == STATEMENT and len(one.parties) == 1 and _who(one.parties[0]) == "company" and not one.disavows
        )
        if bare and not any(saying.quotes or saying.document for saying in one.sayings):
            officer = next(
                (
                    other
                    for other in found
                    if other.kind == STATEMENT
                    and other.parties[0].organisation.key == one.parties[0].organisation.key
                    and other.parties[0].person is not None
                    and other.parties[0].standing in {OFFICER, SPOKESPERSON}
                    and other.top != "internal" != one.top
                    and not other.disavows
                    and _beside(one, other, lede)
                ),
                None,
            )
            if officer is not None:
                officer.sayings += one.sayings
                officer.sayings.sort(key=lambda saying: saying.own)
                continue
        kept.append(one)
    return kept


def _beside(one: Statement, other: Statement, lede: int) -> bool:
    """Say whether two are told together: in neighbouring paragraphs, or the one sums up the other at the top."""
    if all(saying.paragraph <= lede for saying in one.sayings):
        return True
    return all(any(abs(saying.paragraph - near.paragraph) <= 2 for near in other.sayings) for saying in one.sayings)


def _inquiries(found: list[Statement], saying: Saying) -> None:
    for party in saying.parties:
        same = next(
            (
                one
                for one in found
                if one.kind == saying.kind and one.parties[0].organisation.key == party.organisation.key
            ),
            None,
        )
        if same is not None:
            same.sayings.append(saying)
        else:
            found.append(Statement(saying.kind, [party], [saying]))


def _one_voice(plain: str, saying: Saying) -> bool:
    if all(party.standing == WORKFORCE for party in saying.parties):
        return True
    return bool(_JOINT.search(plain[saying.sentence.start : saying.sentence.end]))


def _joint(found: list[Statement], saying: Saying) -> None:
    mine = {party.organisation.key for party in saying.parties}
    for one in reversed(found):
        theirs = {party.organisation.key for party in one.parties}
        alike = one.kind in {OPEN_LETTER, saying.kind} and one.parties[0].standing == saying.parties[0].standing
        if alike and len(theirs) > 1 and (mine <= theirs or theirs <= mine):
            one.sayings.append(saying)
            one.parties += [party for party in saying.parties if party.organisation.key not in theirs]
            one.kind = OPEN_LETTER if OPEN_LETTER in {one.kind, saying.kind} else one.kind
            return
    unique = list({(party.organisation.key, _who(party)): party for party in saying.parties}.values())
    found.append(Statement(saying.kind, unique, [saying], top="public" if saying.kind == OPEN_LETTER else ""))


def _who(party: Party) -> str:
    if party.standing == WORKFORCE:
        return "staff"
    return party.person.key if party.person is not None else "company"


def _same_office(one: Party, other: Party) -> bool:
    """Say whether “the chief executive” and a person of that title are one speaker."""
    unnamed = [party for party in (one, other) if party.person is None]
    if len(unnamed) != 1 or not (one.title and other.title) or one.standing != other.standing:
        return False
    return bool(set(one.title.lower().split()) & set(other.title.lower().split()) - {"vice", "senior", "of"})


def _single(found: list[Statement], plain: str, saying: Saying, party: Party, names: Names) -> None:
    told = channel.top(plain, saying)
    away = _disavowed(plain, saying, party, names)
    for one in reversed(found):
        if one.kind not in {STATEMENT, OPEN_LETTER} or (one.disavows is None) != (away is None):
            continue
        if one.kind == OPEN_LETTER or len(one.parties) > 1:
            if (
                party.standing == WORKFORCE
                and saying.document in {"letter", "petition", None}
                and any(other.organisation.key == party.organisation.key for other in one.parties)
                and one.parties[0].standing == WORKFORCE
            ):
                one.sayings.append(saying)
                return
            continue
        other = one.parties[0]
        if other.organisation.key != party.organisation.key:
            continue
        if _who(other) != _who(party) and not _same_office(other, party):
            continue
        if one.top and told and one.top != told:
            continue
        # A memo spoken of later is another occasion than words of no stated place before it.
        if told == "internal" and not one.top and saying.paragraph - one.sayings[-1].paragraph > 1:
            continue
        one.sayings.append(saying)
        one.top = one.top or told
        if other.person is None and party.person is not None:
            one.parties[0] = party
        return
    found.append(Statement(STATEMENT, [party], [saying], top=told, disavows=away))


def _disavowed(plain: str, saying: Saying, party: Party, names: Names) -> Name | None:
    """Return whose words a speaker turns away from: those of somebody of the same house, or anybody's by that verb."""
    spoken = " ".join(plain[quote.start : quote.end] for quote in saying.quotes)
    if _NOT_FOR_US.search(spoken):
        nearby = names.within(max(0, saying.sentence.start - 600), saying.span[1])
        others = [
            m.name for m in nearby if m.name.kind == PERSON and (party.person is None or m.name.key != party.person.key)
        ]
        return others[-1] if others else None
    if saying.verb not in _DISAVOWS | _REBUKES or saying.clause is None:
        return None
    clause = plain[saying.clause[0] : saying.clause[1]]
    people = [
        mention.name
        for mention in names.within(*saying.clause)
        if mention.name.kind == PERSON and (party.person is None or mention.name.key != party.person.key)
    ]
    if not people or not _TURNS_FROM_WORDS.search(clause):
        return None
    if saying.verb in _DISAVOWS or (party.standing == OFFICER and f"{people[0].name.split()[-1]}'s" in clause):
        return people[0]
    return None
