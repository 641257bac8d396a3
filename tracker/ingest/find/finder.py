"""The finder: one article in, its drafts and what must be said about the reading out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from tracker.core.drafts import Draft, KnownEvent
from tracker.ingest.find import article as articles
from tracker.ingest.find import blocks, channel, dates, drafting, people, sourcing, speech, stance, statements
from tracker.ingest.find import matter as matters
from tracker.ingest.find import names as naming
from tracker.ingest.find import parse as parsing
from tracker.ingest.find import quotes as quoting
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.find.speech import DECLINED, NO_RESPONSE
from tracker.models.choices import Channel, Disclosure, Medium

FINDER_VERSION = "rules-1"
MOST_DRAFTS = 60


@dataclasses.dataclass(frozen=True)
class Found:
    """The drafts of an article, and notes on the reading in sentences an editor reads."""

    drafts: tuple[Draft, ...]
    notes: tuple[str, ...] = ()


def find(
    text: str,
    *,
    gazetteer: Gazetteer,
    event: KnownEvent | None = None,
    stance_target: str = "",
    published: dt.date | None = None,
    outlet: str = "",
    events: Sequence[KnownEvent] = (),
) -> Found:
    """Find the statements and inquiries in an article.

    Reads at most the first 100,000 characters and says so; proposes nothing in a
    language it does not read. Never raises for anything a text may hold.
    """
    article = articles.read(text)
    notes: list[str] = []
    if not article.plain.strip():
        return Found((), ("The text is empty.",))
    if article.cut:
        notes.append(f"Only the first {articles.MAX_LETTERS:,} characters were read.")
    if not article.english:
        return Found((), (*notes, "The text is not in English, which is all the finder reads."))
    quotes = quoting.quotations(article.plain, article.paragraphs)
    sentences = articles.sentences(article, parsing.mask(article.plain, quotes))
    parsed, unread = parsing.parse(article, sentences, quotes)
    if unread:
        notes.append("The text is so long that its last part was not read.")
    names = naming.read(article, parsed, gazetteer)
    roles = people.read(article, sentences, names, gazetteer, ())
    sayings = speech.listen(article, sentences, parsed, quotes, names, roles)
    set_off = blocks.blocks(article, sentences, names, roles)
    inside = [quote.outer for saying in set_off for quote in saying.quotes]
    # What stands inside a printed statement is its own words, not the outlet's report of them.
    sayings = [one for one in sayings if not any(start <= one.own[0] < end for start, end in inside)]
    sayings = sorted([*sayings, *set_off], key=lambda one: one.own)
    blocks.after_colons(article, sayings)
    credits = sourcing.credits(article, sentences, names)
    target = stance_target or (event.stance_target if event is not None else "")
    about = matters.matter(
        article,
        target=target,
        title=event.title if event is not None else "",
        terms=event.terms if event is not None else (),
    )
    day = published or article.day
    found = statements.gather(article.plain, sayings, names)
    drafts = []
    for statement in found[:MOST_DRAFTS]:
        if not about.concerns(article.plain, drafting.spans(statement)):
            continue
        drafts.append(
            _draft(
                article,
                sentences,
                statement,
                sayings,
                names,
                roles,
                credits,
                target=target,
                day=day,
                event=event,
                events=events,
                outlet=outlet,
            )
        )
    if len(found) > MOST_DRAFTS:
        notes.append(f"Only the first {MOST_DRAFTS} statements are proposed; the text holds more.")
    return Found(tuple(drafts), tuple(notes))


def _draft(
    article: articles.Article,
    sentences: Sequence[articles.Sentence],
    statement: statements.Statement,
    sayings: Sequence[speech.Saying],
    names: naming.Names,
    roles: dict[str, people.Role],
    credits: Sequence[sourcing.Credit],
    *,
    target: str,
    day: dt.date | None,
    event: KnownEvent | None,
    events: Sequence[KnownEvent],
    outlet: str,
) -> Draft:
    plain = article.plain
    silent = statement.kind in {DECLINED, NO_RESPONSE}
    back = sourcing.looking_back(article, sentences, statement.sayings, sayings)
    told = channel.tell(plain, statement.sayings, more=back)
    words = drafting.said_words(plain, statement)
    spoken = drafting.quoted_words(plain, statement)
    made, capacity = drafting.voices(statement, statement.sayings, told, spoken)
    quoted = drafting.quotes(article, statement.sayings)
    said, why_said, said_span = dates.said(
        plain,
        statement.sayings,
        published=day,
        event=event,
        events=events,
        every=sayings,
        more=back,
        before=_follows_on(statement, sentences, sayings, names),
    )
    origin = sourcing.source(article, statement.sayings, sayings, credits, medium=told.medium)
    own = any(
        party.standing != speech.WORKFORCE and stance.is_own(target, party.organisation.name)
        for party in statement.parties
    )
    view = (
        None
        if silent or not target
        else stance.judge(
            plain, statement.sayings, names, target=target, disavowal=statement.disavows is not None, own=own
        )
    )
    signed, comparator, signed_span = drafting.signatures(plain, statement)
    evidence: dict[str, tuple[tuple[int, int], ...]] = {
        "voices": tuple(dict.fromkeys(party.span for party in statement.parties)),
        "kind": tuple(dict.fromkeys(saying.own for saying in statement.sayings)),
        "channel": told.spans,
        "said": (said_span,) if said_span else (),
        "source": origin.spans,
        "stance": view.spans if view else (),
        "quotes": tuple((quote.start, quote.end) for quote in quoted),
        "signature_count": (signed_span,) if signed_span else (),
    }
    asked = drafting.asks(plain, statement) if not silent else ()
    reasons = {
        "voices": _who(statement, roles, plain),
        "capacity": capacity,
        "kind": _kind(statement, plain),
        "channel": "A company that was asked speaks, or keeps silent, in public." if silent else told.why_channel,
        "medium": "The report does not say in which form." if silent else told.why_medium,
        "disclosure": "Known from the report." if silent else told.why_disclosure,
        "stance": view.reason
        if view
        else ("Silence is not a stance." if silent else "No stance target is given: the stance stays empty."),
        "said": why_said,
        "reported_by": origin.reason,
    }
    if quoted:
        reasons["quotes"] = "In quotation marks, beside the words that say who speaks."
    if signed:
        reasons["signature_count"] = "The report gives the number of signatures."
    if statement.disavows is not None:
        reasons["disavows"] = f"It turns away from words of {statement.disavows.name}."
    if silent:
        asker = outlet if origin.reported_by is None else origin.reported_by
        reasons["asked_by"] = f"Asked by {asker}." if asker else "The report does not say who asked."
    stance_word = view.stance.replace("_", " ") if view else "no stance"
    draft_words = {"medium": f"{told.channel} {told.medium.replace('_', ' ')}", "stance": stance_word}
    return Draft(
        kind=statement.kind,
        voices=made,
        channel=str(Channel.PUBLIC) if silent else told.channel,
        medium=str(Medium.UNSPECIFIED) if silent else told.medium,
        disclosure=str(Disclosure.REPORTED) if silent else told.disclosure,
        stance=view.stance if view else None,
        quotes=() if silent else quoted,
        said=said,
        reported_by=origin.reported_by,
        attribution=origin.attribution,
        confidence=drafting.confidence(statement, view, quoted),
        reasons=reasons,
        evidence={field: spans for field, spans in evidence.items() if spans},
        spans=drafting.spans(statement),
        claims_first=origin.claims_first,
        basis=origin.basis,
        asks=asked,
        positions=drafting.positions(article, statement, names, roles, target),
        signature_count=signed,
        signature_comparator=comparator,
        disavows=statement.disavows.name if statement.disavows is not None else None,
        operations_only=drafting.only_operations(words, view, quoted),
        summary=drafting.summary(statement, made, draft_words),
    )


def _follows_on(
    statement: statements.Statement,
    sentences: Sequence[articles.Sentence],
    sayings: Sequence[speech.Saying],
    names: naming.Names,
) -> list[articles.Sentence]:
    """Return the sentences before a statement that are about its speaker, nearest first."""
    first = min(statement.sayings, key=lambda saying: saying.own)
    keys = {party.organisation.key for party in statement.parties}
    found = []
    for sentence in reversed(sentences[max(0, first.number - 3) : first.number]):
        if first.paragraph - sentence.paragraph > 1:
            break
        named = {one.name.key for one in names.within(sentence.start, sentence.end) if one.name.kind == naming.COMPANY}
        others = [
            one
            for one in sayings
            if one.sentence == sentence and not keys & {party.organisation.key for party in one.parties}
        ]
        if others or not (keys & named or sentence.paragraph == first.paragraph and not named):
            break
        found.append(sentence)
    return found


def _who(statement: statements.Statement, roles: dict[str, people.Role], plain: str) -> str:
    parts = []
    for party in statement.parties[:6]:
        words = " ".join(plain[party.span[0] : party.span[1]].split())[:90]
        new = "" if party.organisation.slug else ", which is new to us"
        named = party.person.name if party.person is not None else None
        title = f", {party.title}" if party.title else ""
        parts.append(
            f"“{words}” is {named}{title} of {party.organisation.name}{new}."
            if named
            else f"“{words}”: {party.organisation.name}{new}."
        )
    return " ".join(parts)


def _kind(statement: statements.Statement, plain: str) -> str:
    start, end = statement.sayings[0].own
    words = " ".join(plain[start:end].split())
    what = {
        "declined_to_comment": "says that it would not comment",
        "no_response": "says that it did not answer",
        "open_letter": "says that several signed",
        "statement": "tells of something said or done",
    }[statement.kind]
    return f"“{words}” {what}."
