"""The typed form of what the machine proposes: the JSON in ``Candidate.draft``.

The finder makes drafts, ``decide`` compares them, the review desk prefills its form
from them. One schema, so that none of the three guesses. Offsets are Unicode code
points into the article text the finder was given, end exclusive. Keys may be added
under a new ``SCHEMA`` number; none is renamed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA = 1

Span = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class DraftVoice:
    """One organisation and/or speaker behind a proposed statement.

    ``organization`` is the canonical name when the gazetteer knows it, otherwise the
    words of the article; ``company`` is the gazetteer's slug, or None for a new one.
    ``person`` likewise. ``speaker`` is None for a group or an unnamed spokesperson.
    """

    organization: str | None
    speaker: str | None = None
    role: str | None = None
    capacity: str = "unclear"
    company: str | None = None
    person: str | None = None
    organization_as_written: str | None = None
    is_new_organization: bool = False


@dataclasses.dataclass(frozen=True)
class DraftQuote:
    """Words in the article, with the offsets at which they stand."""

    text: str
    start: int
    end: int
    kind: str = "verbatim"
    attribution: str | None = None


@dataclasses.dataclass(frozen=True)
class DraftDate:
    """An honest date: ISO days or None for an open bound. Empty ``as_written`` means inferred."""

    earliest: str | None
    latest: str | None
    precision: str
    as_written: str = ""


@dataclasses.dataclass(frozen=True)
class DraftPosition:
    """A side taken toward something other than the stance target of the tree."""

    target: str
    stance: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class DraftAsk:
    """What the statement asks for."""

    ask: str
    basis: str
    start: int
    end: int
    addressee: str | None = None


@dataclasses.dataclass(frozen=True)
class Draft:
    """One proposed statement (with its voices) or one proposed inquiry.

    ``spans`` is the evidence of the whole, ``evidence`` that of each field,
    ``reasons`` one sentence per field that an editor reads word for word.
    """

    kind: str
    voices: tuple[DraftVoice, ...]
    channel: str
    medium: str
    disclosure: str
    stance: str | None
    quotes: tuple[DraftQuote, ...]
    said: DraftDate
    reported_by: str | None
    attribution: str | None
    confidence: float
    reasons: dict[str, str]
    evidence: dict[str, tuple[Span, ...]]
    spans: tuple[Span, ...]
    claims_first: bool = False
    basis: str = "outlets_assertion"
    asks: tuple[DraftAsk, ...] = ()
    positions: tuple[DraftPosition, ...] = ()
    signature_count: int | None = None
    signature_comparator: str | None = None
    disavows: str | None = None
    operations_only: bool = False
    summary: str = ""

    def key(self) -> str:
        """Name the draft by what it rests on, so that finding it twice in one report is one candidate."""
        organizations = sorted({voice.company or (voice.organization or "").casefold() for voice in self.voices})
        speakers = sorted({(voice.speaker or "").casefold() for voice in self.voices})
        told = json.dumps([self.kind, organizations, speakers, sorted(self.spans)], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; ``from_json`` is the inverse."""
        return {"schema": SCHEMA, **json.loads(json.dumps(dataclasses.asdict(self)))}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Draft:
        """Read a stored draft; raises ValueError when it is of another schema."""
        if stored.get("schema") != SCHEMA:
            raise ValueError(f"draft schema {stored.get('schema')!r} is not {SCHEMA}")
        fields = {key: value for key, value in stored.items() if key != "schema"}
        return cls(
            **{
                **fields,
                "voices": tuple(DraftVoice(**voice) for voice in fields["voices"]),
                "quotes": tuple(DraftQuote(**quote) for quote in fields["quotes"]),
                "said": DraftDate(**fields["said"]),
                "evidence": {name: _spans(spans) for name, spans in fields["evidence"].items()},
                "spans": _spans(fields["spans"]),
                "asks": tuple(DraftAsk(**ask) for ask in fields.get("asks", ())),
                "positions": tuple(DraftPosition(**position) for position in fields.get("positions", ())),
            }
        )


@dataclasses.dataclass(frozen=True)
class KnownCompany:
    """A company as the finder needs it: names to look for, and which of them are ambiguous."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    kind: str = "company"
    parent: str | None = None
    parent_kind: str = ""


@dataclasses.dataclass(frozen=True)
class KnownPerson:
    """A person as the finder needs it, with the roles held: (company slug, title)."""

    slug: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class KnownOutlet:
    """An outlet whose name may stand in a credit line."""

    slug: str
    name: str
    domain: str = ""


@dataclasses.dataclass(frozen=True)
class KnownEvent:
    """An event as match and find need it: the bounds of its start, and the watch terms of its tree."""

    slug: str
    title: str
    root: str
    parent: str | None = None
    began_earliest: dt.date | None = None
    began_latest: dt.date | None = None
    stance_target: str = ""
    terms: tuple[str, ...] = ()
    place: str = ""


def _spans(stored: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple((int(start), int(end)) for start, end in stored)
