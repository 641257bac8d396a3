"""What a language model answers about an article, held against the article before anybody sees it. Pure.

Nothing is taken on the model's word. Quotations, names, offices and sources must stand
in the text, quotations in its body and between quotation marks; organisations must be
ones we know and the article names; a view needs the words that carry it. What fails is
dropped from its draft, and a draft without a passage or an organisation is dropped whole;
the notes say so in sentences an editor reads.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice, Span
from tracker.core.text import clean_name, fold
from tracker.ingest.find.article import Article
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.find.quotes import quotations
from tracker.models.choices import (
    INQUIRY_KINDS,
    MEDIA_OF_CHANNEL,
    Basis,
    CandidateKind,
    Capacity,
    Channel,
    Disclosure,
    Medium,
    Precision,
    Stance,
)

MOST_STATEMENTS = 40
MOST_QUOTES = 20
MOST_VOICES = 40
MOST_REASON = 200
SURE, LESS_FOR_EACH_LOSS, LEAST = 0.6, 0.1, 0.1
# These say that words carry a view, so the words are asked for.
_VIEWS = frozenset({Stance.CRITICAL, Stance.SUPPORTIVE, Stance.MIXED, Stance.CALLS_FOR_CALM, Stance.NEUTRAL})


class NoAnswer(Exception):
    """What the model sent cannot be read. The message is for the model, and for the log."""


@dataclasses.dataclass(frozen=True)
class Grounded:
    """The drafts that stand, and what was dropped on the way."""

    drafts: tuple[Draft, ...]
    notes: tuple[str, ...]


def parse(content: str) -> list[Mapping[str, Any]]:
    """Return the statements of an answer, whatever stands around its JSON; raises ``NoAnswer``."""
    start = content.find("{")
    if start < 0:
        raise NoAnswer("There is no JSON object in the answer.")
    try:
        answer, _ = json.JSONDecoder().raw_decode(content, start)
    except (ValueError, RecursionError) as error:
        raise NoAnswer("The answer is not valid JSON, or was cut off.") from error
    statements = answer.get("statements") if isinstance(answer, dict) else None
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        raise NoAnswer('The answer has no list of objects under "statements".')
    return statements


def ground(
    statements: Iterable[Mapping[str, Any]],
    article: Article,
    *,
    gazetteer: Gazetteer,
    stance_target: str,
    published: dt.date | None,
) -> Grounded:
    """Make drafts of an answer: only of what the article bears out."""
    text = _Text(article, gazetteer)
    drafts: dict[str, Draft] = {}
    notes: collections.Counter[str] = collections.Counter()
    listed = list(statements)
    if len(listed) > MOST_STATEMENTS:
        notes[f"Only the first {MOST_STATEMENTS} statements of the model were read."] += 1
    for one in listed[:MOST_STATEMENTS]:
        draft = _Reading(one, text, notes).draft(stance_target, published)
        if draft is not None:
            drafts.setdefault(draft.key(), draft)
    ordered = sorted(drafts.values(), key=lambda draft: min(draft.spans))
    return Grounded(
        tuple(ordered), tuple(f"{note}" + (f" ({times} times)" if times > 1 else "") for note, times in notes.items())
    )


class _Text:
    """An article to look words up in."""

    def __init__(self, article: Article, gazetteer: Gazetteer) -> None:
        self.article = article
        self.gazetteer = gazetteer
        self.folded = fold(article.text)
        self.body = [(part.start, part.end) for part in article.paragraphs if part.kind in {"body", "list"}]
        self.quoted = [quote.outer for quote in quotations(article.plain, article.paragraphs)]
        self.companies: dict[str, Span] = {}
        for hit in gazetteer.hits(article.plain):
            for slug in hit.companies:
                self.companies.setdefault(slug, (hit.start, hit.end))

    def places(self, words: object) -> list[Span]:
        """Return every place at which words stand, as whole words, quotation marks and spaces aside."""
        wanted = fold(words).text.strip(" \"'") if isinstance(words, str) else ""
        found: list[Span] = []
        held = self.folded.text
        at = held.find(wanted) if wanted else -1
        while at != -1 and len(found) < 50:
            after = at + len(wanted)
            if not (held[at - 1 : at].isalnum() and wanted[0].isalnum()) and not (
                held[after : after + 1].isalnum() and wanted[-1].isalnum()
            ):
                found.append((self.folded.places[at], self.folded.places[after - 1] + 1))
            at = held.find(wanted, at + 1)
        return found

    def passage(self, words: object) -> Span | None:
        """Return where words stand in one paragraph of the body; a headline is no evidence."""
        return next((place for place in self.places(words) if _inside(place, self.body)), None)

    def quotation(self, words: object) -> Span | None:
        """Return where words stand in the body, between quotation marks."""
        spoken = (place for place in self.places(words) if _inside(place, self.quoted) and _inside(place, self.body))
        return next(spoken, None)

    def company(self, name: str) -> str | None:
        """Return the known company of that name, if the article names it."""
        plain = name.replace("’", "'").strip()
        for hit in self.gazetteer.hits(plain):
            if hit.start == 0 and hit.end == len(plain) and len(hit.companies) == 1:
                (slug,) = hit.companies
                return slug if slug in self.companies else None
        return None


class _Reading:
    """One statement of an answer, read field by field; ``losses`` counts what did not stand."""

    def __init__(self, told: Mapping[str, Any], text: _Text, notes: collections.Counter[str]) -> None:
        self.told = told
        self.text = text
        self.notes = notes
        self.losses = 0
        self.evidence: dict[str, tuple[Span, ...]] = {}

    def draft(self, target: str, published: dt.date | None) -> Draft | None:
        kind = self.told.get("kind")
        if kind not in CandidateKind.values:
            self._lose("A statement of an unknown kind was dropped.")
            return None
        silent = kind in INQUIRY_KINDS
        quotes = () if silent else self._quotes()
        passage = self.text.passage(self.told.get("passage"))
        if not quotes and passage is None:
            self._lose("A statement was dropped: the model gave no words for it that stand in the article.")
            return None
        spans = tuple(sorted({*((quote.start, quote.end) for quote in quotes), *([passage] if passage else [])}))
        voices = self._voices(silent)
        if not voices:
            self._lose("A statement was dropped: no organisation that we know and the article names was given for it.")
            return None
        channel, medium = self._channel(silent)
        stance = None if silent or not target else self._stance(spans)
        credit = self._in_text("reported_by", "An outlet that the article does not name was dropped.")
        attribution = self._in_text("attribution", "Words of attribution that are not in the article were dropped.")
        self.evidence["kind"] = spans
        if quotes:
            self.evidence["quotes"] = tuple((quote.start, quote.end) for quote in quotes)
        disclosure = self._listed("disclosure", Disclosure, Disclosure.REPORTED)
        return Draft(
            kind=str(kind),
            voices=voices,
            channel=channel,
            medium=medium,
            disclosure=str(Disclosure.REPORTED) if silent else disclosure,
            stance=stance,
            quotes=quotes,
            said=self._said(published),
            reported_by=credit,
            attribution=attribution,
            confidence=round(max(LEAST, SURE - LESS_FOR_EACH_LOSS * self.losses), 2),
            reasons=self._reasons(),
            evidence=self.evidence,
            spans=spans,
            claims_first=self.told.get("claims_first") is True and credit is not None,
            basis=str(Basis.OTHER_MEDIA if credit else Basis.OUTLETS_ASSERTION),
            summary="",
        )

    def _lose(self, note: str) -> None:
        self.losses += 1
        self.notes[note] += 1

    def _listed(self, field: str, choices: type[Any], otherwise: str) -> str:
        value = self.told.get(field)
        if value in choices.values:
            return str(value)
        if value is not None:
            self._lose(f"A {field} that is not in the codebook was dropped.")
        return str(otherwise)

    def _quotes(self) -> tuple[DraftQuote, ...]:
        given = self.told.get("quotes")
        found: list[DraftQuote] = []
        for words in (given if isinstance(given, list) else [])[:MOST_QUOTES]:
            place = self.text.quotation(words)
            if place is None:
                self._lose("A quotation was dropped: it does not stand in the article between quotation marks.")
                continue
            start, end = place
            if self.text.article.text[end - 1] == ",":
                end -= 1
            if start < end and all(end <= quote.start or start >= quote.end for quote in found):
                exact = self.text.article.text[start:end]
                whole = exact[:1].isupper() and len(exact.split()) > 5
                found.append(DraftQuote(exact, start, end, "verbatim" if whole else "partial"))
        return tuple(sorted(found, key=lambda quote: quote.start))

    def _voices(self, silent: bool) -> tuple[DraftVoice, ...]:
        given = self.told.get("organizations")
        capacity = self._listed("capacity", Capacity, Capacity.UNCLEAR)
        speaker, role = (None, None) if silent else self._speaker(capacity)
        found: dict[str, DraftVoice] = {}
        for name in (given if isinstance(given, list) else [])[:MOST_VOICES]:
            slug = self.text.company(name) if isinstance(name, str) else None
            if slug is None:
                self._lose("An organisation was dropped: it is not one we know, or the article does not name it.")
                continue
            start, end = self.text.companies[slug]
            self.evidence["voices"] = (*self.evidence.get("voices", ()), (start, end))
            found[slug] = DraftVoice(
                organization=self.text.gazetteer.companies[slug].name,
                speaker=speaker,
                role=role,
                capacity=str(Capacity.OFFICIAL) if silent else capacity,
                company=slug,
                person=self._person(speaker, slug),
                organization_as_written=self.text.article.text[start:end],
            )
        return tuple(found.values())

    def _speaker(self, capacity: str) -> tuple[str | None, str | None]:
        speaker = self._in_text("speaker", "A speaker whom the article does not name was dropped.")
        role = self._in_text("role", "An office that the article does not give was dropped.")
        return (None if capacity == Capacity.STAFF else speaker), role

    def _person(self, speaker: str | None, company: str) -> str | None:
        for person in self.text.gazetteer.people.values():
            if person.name == speaker and any(slug == company for slug, _ in person.roles):
                return person.slug
        return None

    def _channel(self, silent: bool) -> tuple[str, str]:
        if silent:
            return str(Channel.PUBLIC), str(Medium.UNSPECIFIED)
        channel = self._listed("channel", Channel, Channel.UNKNOWN)
        medium = self._listed("medium", Medium, Medium.UNSPECIFIED)
        if medium not in MEDIA_OF_CHANNEL[channel]:
            self._lose("A medium that does not belong to its channel was dropped.")
            medium = str(Medium.UNSPECIFIED)
        return channel, medium

    def _stance(self, spans: tuple[Span, ...]) -> str:
        stance = self._listed("stance", Stance, Stance.UNCLEAR)
        if stance not in _VIEWS:
            return stance
        given = self.told.get("stance_words")
        places = [
            place
            for words in (given if isinstance(given, list) else [given])
            for place in self.text.places(words)
            if _inside(place, self.text.body)
        ]
        held = [place for place in places if _near(place, spans, self.text.body)]
        if not held:
            self._lose("A stance was set to unclear: the words given for it are not the statement's in the article.")
            return str(Stance.UNCLEAR)
        self.evidence["stance"] = tuple(sorted(set(held))[:5])
        return stance

    def _in_text(self, field: str, note: str) -> str | None:
        value = self.told.get(field)
        if not isinstance(value, str) or not value.strip():
            return None
        places = self.text.places(value)
        if len(value) > 200 or not places:
            self._lose(note)
            return None
        start, end = places[0]
        self.evidence.setdefault(field, ((start, end),))
        return " ".join(self.text.article.text[start:end].split())

    def _said(self, published: dt.date | None) -> DraftDate:
        inferred = DraftDate(None, published.isoformat() if published else None, str(Precision.BEFORE))
        told = self.told.get("said")
        if not isinstance(told, dict) or not told.get("as_written"):
            return inferred
        place = self.text.passage(told.get("as_written"))
        try:
            earliest, latest = (dt.date.fromisoformat(str(told.get(bound))) for bound in ("earliest", "latest"))
        except ValueError:
            place = None
        if place is None or earliest > latest or (published is not None and latest > published):
            self._lose("A date was dropped: its words are not in the article, or it cannot be.")
            return inferred
        self.evidence["said"] = (place,)
        precision = told.get("precision")
        if precision not in {Precision.DAY, Precision.WEEKEND, Precision.WEEK, Precision.MONTH}:
            precision = Precision.DAY if earliest == latest else Precision.RANGE
        words = self.text.article.text[place[0] : place[1]]
        return DraftDate(earliest.isoformat(), latest.isoformat(), str(precision), words)

    def _reasons(self) -> dict[str, str]:
        """Say what each field rests on; a sentence of the model's own is marked as its own."""
        given = self.told.get("reasons")
        told = given if isinstance(given, dict) else {}
        reasons = {}
        for field in ("voices", "capacity", "kind", "channel", "stance", "said", "reported_by", "quotes"):
            words = [f"It rests on “{self._words(place)}”." for place in self.evidence.get(field, ())[:1]]
            if isinstance(said := told.get(field), str) and clean_name(said):
                words.append(f"The language model says: {clean_name(said)[:MOST_REASON]}")
            reasons[field] = " ".join(words) or "The language model proposes it; the article shows no words for it."
        return reasons

    def _words(self, place: Span) -> str:
        words = " ".join(self.text.article.text[place[0] : place[1]].split())
        return words if len(words) <= MOST_REASON else words[:MOST_REASON] + " …"


def _inside(place: Span, spans: Iterable[Span]) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in spans)


def _near(place: Span, spans: Iterable[Span], paragraphs: Iterable[Span]) -> bool:
    """Whether a place is in the same paragraph as one of the passages."""
    return any(
        start <= place[0] and place[1] <= end and any(start <= first and last <= end for first, last in spans)
        for start, end in paragraphs
    )
