"""How a statement reads on a page: one entry with its mark, its words and its evidence beside it.

Everything here is worked out from rows that ``reading`` has already loaded
(``core.public.STATEMENT_RELATIONS``); nothing here asks the database.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from tracker.core import verification
from tracker.models import Citation, Company, Outlet, Person, Quote, Statement, Voice
from tracker.models.choices import (
    Audience,
    Capacity,
    Channel,
    Comparator,
    Form,
    LinkKind,
    Medium,
    Precision,
    QuoteKind,
    Stance,
    StatementState,
)
from tracker.pages import marks, words

LONGEST_QUOTE = 320
FEWEST_WORDS = 5  # a shorter quotation says too little to stand for the statement; our summary does
FOLD_FROM = 6

LINK_WORDS = {
    LinkKind.SAME_AS: ("Same statement as", "Also known from"),
    LinkKind.DISAVOWS: ("Disavows", "Disavowed by"),
    LinkKind.CONTRADICTS: ("Contradicts", "Contradicted by"),
    LinkKind.SUPERSEDES: ("Supersedes", "Superseded by"),
    LinkKind.REITERATES: ("Reiterates", "Reiterated by"),
    LinkKind.REPLIES_TO: ("Replies to", "Replied to by"),
    LinkKind.WALKS_BACK: ("Walks back", "Walked back by"),
}
COMPARATORS = {
    Comparator.EXACTLY: "",
    Comparator.MORE_THAN: "more than ",
    Comparator.AT_LEAST: "at least ",
    Comparator.ABOUT: "about ",
    Comparator.NEARLY: "nearly ",
}


@dataclasses.dataclass(frozen=True)
class Name:
    """A name with its page, if it has one."""

    text: str
    href: str = ""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What stands at the reader's right hand, on every row in the same order."""

    level: str
    level_words: str
    first: str
    first_name: str
    attribution: str
    reports: int
    independent: int
    credited: str
    denied: bool


@dataclasses.dataclass(frozen=True)
class Brief:
    """One statement in a line: for links between statements, and lists that only point. Needs its voices alone."""

    public_id: str
    href: str
    shape: str
    stance: str
    stance_words: str
    kicker: tuple[str, ...]
    heading: str
    role: str
    summary: str
    said: str
    asks: str = ""
    links: tuple[Linked, ...] = ()


@dataclasses.dataclass(frozen=True)
class Linked:
    """Another statement that this one disavows, contradicts, reiterates …, with its own mark."""

    words: str
    entry: Brief
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One statement as readers see it in a list."""

    public_id: str
    href: str
    shape: str
    stance: str
    stance_words: str
    kicker: tuple[str, ...]
    capacity: str
    names: tuple[Name, ...]
    folded: tuple[Name, ...]
    role: str
    role_names: tuple[Name, ...]
    lead: str
    quote: str
    quote_language: str
    summary: str
    foot: tuple[str, ...]
    evidence: Evidence
    said: str
    event: Name
    event_slug: str
    target: str = ""
    links: tuple[Linked, ...] = ()
    sub: str = ""
    not_counted: str = ""

    @property
    def heading(self) -> str:
        """The names as plain text, for titles and labels."""
        return words.listed([name.text for name in self.names], most=3)


@dataclasses.dataclass(frozen=True)
class Group:
    """Several companies in one sentence of one report: shown once, a row each."""

    entries: tuple[Entry, ...]
    title: str
    note: str

    @property
    def first(self) -> Entry:
        return self.entries[0]


@dataclasses.dataclass(frozen=True)
class Aside:
    """A lighter entry beside the statements: an event, an inquiry, a correction. It stands in no count."""

    kind: str
    shape: str
    text: str
    href: str
    note: str


@dataclasses.dataclass(frozen=True)
class Day:
    """The entries of a day, a range of days, or "By …"; ``latest`` is its last day, ``single`` if it has no other."""

    head: str
    doubt: str
    blocks: tuple[Entry | Group, ...]
    latest: dt.date | None = None
    single: bool = False
    asides: tuple[Aside, ...] = ()


def days(statements: Sequence[Statement]) -> list[Day]:
    """Group statements by their honest date, in the order given."""
    found = []
    for _, rows in itertools.groupby(statements, key=_span):
        held = list(rows)
        first, last, precision = _span(held[0])
        head, doubt = words.day_head(first, last, precision)
        found.append(Day(head, doubt, tuple(_blocks(held)), latest=last, single=first == last))
    return found


def brief(statement: Statement) -> Brief:
    """Put one statement into a line."""
    capacity = marks.whose_voice(statement)
    names, _, role, _, _ = _who(statement, list(statement.voices.all()), capacity)
    return Brief(
        public_id=statement.public_id,
        href=reverse("pages:statement", args=[statement.public_id]),
        shape=marks.shape_of(statement),
        stance=statement.stance,
        stance_words=_stance(statement),
        kicker=tuple(kicker(statement)),
        heading=words.listed([name.text for name in names], most=3),
        role=role,
        summary=statement.summary,
        said=statement.said.words(),
    )


def entry(statement: Statement) -> Entry:
    """Put one statement into words."""
    voices = list(statement.voices.all())
    capacity = marks.whose_voice(statement)
    names, folded, role, role_names, sub = _who(statement, voices, capacity)
    quote = best_quote(statement)
    short = quote is None or len(quote.text.split()) < FEWEST_WORDS
    target = statement.event.root.stance_target
    return Entry(
        public_id=statement.public_id,
        href=reverse("pages:statement", args=[statement.public_id]),
        shape=marks.shape_of(statement),
        stance=statement.stance,
        stance_words=_stance(statement),
        kicker=tuple(kicker(statement)),
        capacity=capacity,
        names=names,
        folded=folded,
        role=role,
        role_names=role_names,
        lead=_lead(capacity, voices, statement),
        quote="" if quote is None or (short and statement.summary) else trimmed(quote.text),
        quote_language=quote.language if quote else "en",
        summary=statement.summary if short else "",
        foot=tuple(_foot(statement)),
        evidence=evidence(statement),
        said=statement.said.words(),
        event=Name(statement.event.title, reverse("pages:event", args=[statement.event.slug])),
        event_slug=statement.event.slug,
        target=target,
        links=tuple(_links(statement)),
        sub=sub,
        not_counted=_not_counted(statement),
    )


def kicker(statement: Statement) -> Iterator[str]:
    """Yield channel, medium and disclosure in words, joint statements first."""
    joint = marks.is_joint(statement) and marks.whose_voice(statement) == Capacity.OFFICIAL
    if joint:
        yield "Joint open letter" if statement.form == Form.OPEN_LETTER else "Joint statement"
    if statement.channel == Channel.UNKNOWN:
        yield "Channel unknown, ranked as internal"
    else:
        yield words.label("Channel", statement.channel)
        if not (joint and statement.medium == Medium.OPEN_LETTER):
            yield words.label("Medium", statement.medium).lower()
    yield words.DISCLOSURE_WORDS[statement.disclosure]  # type: ignore[index]
    if statement.operations_only:
        yield "about operations only"


def evidence(statement: Statement) -> Evidence:
    """Say how well a statement is borne out, and who had it first."""
    citations = list(statement.citations.all())
    assessed = verification.assess(statement)
    first = next((one for one in citations if one.claims_first and _credited(one)), None)
    credits_any = first or next((one for one in citations if _credited(one)), None)
    own = next((one.report.outlet for one in citations if one.report.outlet), None)
    issuer = next(
        (
            one.report.outlet
            for one in citations
            if one.report.outlet and one.report.outlet.kind in verification.OWN_PUBLICATION
        ),
        None,
    )
    if first:
        head, name = "First reported by", _credited(first)
    elif issuer:
        head, name = "Published by", issuer.name
    elif credits_any:
        head, name = "Credits", _credited(credits_any)
    elif len(citations) == 1 and own and citations[0].own_access:
        head, name = "Reported by", own.name
    else:
        head, name = "First outlet not stated", ""
    attribution = next((one.attribution for one in citations if one.attribution), "")
    seen = {one.report.outlet_id for one in citations if one.report.outlet_id}
    unseen = [one for one in citations if one.credits_outlet_id and one.credits_outlet_id not in seen]
    return Evidence(
        level=statement.verification,
        level_words=words.VERIFICATION_SHORT[statement.verification],  # type: ignore[index]
        first=head,
        first_name=name,
        attribution=attribution,
        reports=len(citations),
        independent=assessed.independent,
        credited="credited, not seen by us" if unseen and credits_any else "",
        denied=any(one.stand == "denies" for one in citations),
    )


def best_quote(statement: Statement) -> Quote | None:
    """Choose the words that stand for the statement: verbatim before partial, never a headline or a paraphrase."""
    held = [
        quote
        for citation in statement.citations.all()
        if citation.stand == "supports"
        for quote in citation.quotes.all()
        if quote.kind in (QuoteKind.VERBATIM, QuoteKind.PARTIAL)
    ]
    rank = {QuoteKind.VERBATIM: 0, QuoteKind.PARTIAL: 1}
    return min(
        held, key=lambda quote: (rank[QuoteKind(quote.kind)], -min(len(quote.text), 160), quote.start), default=None
    )


def trimmed(text: str, most: int = LONGEST_QUOTE) -> str:
    """Take the quotation marks off and shorten at a word, saying so; and end a sentence cut short by its marks."""
    text = text.strip().strip('“”"').strip().rstrip(",")
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " […]"


def company_name(company: Company, *, then: str = "") -> Name:
    """Return a company's name with its page; the name at the time, if it was another."""
    return Name(then or company.name, reverse("pages:company", args=[company.slug]))


def person_name(person: Person) -> Name:
    """Return a person's name, with a page unless the person speaks for others by profession."""
    return Name(person.name, "" if person.is_spokesperson else reverse("pages:person", args=[person.slug]))


def outlet_name(outlet: Outlet) -> Name:
    """Return an outlet's name with its page."""
    return Name(outlet.name, reverse("pages:outlet", args=[outlet.slug]))


def oembed(path: str) -> str:
    """Return the address that tells other sites how to embed one of our pages."""
    return f"{settings.SITE_URL}{reverse('pages:oembed')}?{urlencode({'url': settings.SITE_URL + path})}"


def signatures(statement: Statement) -> str:
    """Write the latest count of signatures: "more than 450 signatures as of 28 Jan 2026"."""
    counts = [one for one in statement.signature_counts.all() if one.company_id is None]
    if not counts:
        return ""
    last = max(counts, key=lambda one: (one.as_of, one.pk))
    count = words.counted(last.count, "signature", "signatures")
    return f"{COMPARATORS[Comparator(last.comparator)]}{count} as of {words.day(last.as_of)}"


def _who(
    statement: Statement, voices: Sequence[Voice], capacity: str
) -> tuple[tuple[Name, ...], tuple[Name, ...], str, tuple[Name, ...], str]:
    own = [voice for voice in voices if voice.capacity == capacity]
    companies = _unique(company_name(voice.company, then=voice.name_then) for voice in own if voice.company)
    people = [voice for voice in own if voice.person]
    sector = next(
        (words.label("Sector", voice.company.sector) for voice in own if voice.company and voice.company.sector), ""
    )
    addressed = audience(statement)
    if capacity == Capacity.PERSONAL:
        titles = _unique_text(voice.title_then for voice in people)
        at = " and ".join(name.text for name in companies[:3])
        role = ", ".join(part for part in (" and ".join(titles[:2]), at) if part)
        return (tuple(_unique(person_name(v.person) for v in people if v.person)), (), role, (), "")
    if capacity == Capacity.STAFF:
        group = next((voice.title_then for voice in own if voice.title_then), "") or "Employees"
        group = group[:1].upper() + group[1:]
        of = f"of {words.listed([name.text for name in companies], most=4)}" if companies else ""
        already = bool(companies) and companies[0].text.lower() in group.lower()
        return ((Name(group),), (), "" if already else of, (), "")
    if len(companies) > 2:
        count = f"{len(companies)} companies"
        return ((Name(count),), tuple(sorted(companies, key=lambda n: n.text.casefold())), addressed, (), "")
    speakers = _unique_text(
        ", ".join(part for part in (voice.person.name, lowered_title(voice.title_then)) if part)
        for voice in people
        if voice.person
    )
    titles = _unique_text(lowered_title(v.title_then) for v in own if not v.person and v.title_then)
    role = "; ".join(speakers or titles)
    role = ", ".join(part for part in (role, addressed) if part)
    if not companies:
        return (tuple(_unique(person_name(v.person) for v in people if v.person)), (), addressed, (), "")
    return (tuple(companies), (), role, (), sector)


def lowered_title(title: str) -> str:
    """Write a title in running text: "chief executive", but "CEO" as it is."""
    return words.lower_first(title)


def audience(statement: Statement) -> str:
    """Say whom a statement addressed, if we know."""
    return {
        Audience.STAFF: "to staff",
        Audience.OWNERS: "to owners and investors",
        Audience.CUSTOMERS: "to customers",
        Audience.OFFICIALS: "to public officials",
    }.get(statement.audience, "")  # type: ignore[call-overload]


def _lead(capacity: str, voices: Sequence[Voice], statement: Statement) -> str:
    if capacity == Capacity.STAFF:
        many = len({voice.company_id for voice in voices if voice.company_id}) > 1
        return "Staff voice, not the companies’." if many else "Staff voice, not the company’s."
    if capacity == Capacity.PERSONAL:
        people = {voice.person_id for voice in voices if voice.person_id}
        return "Personal voice." if len(people) < 2 else "Personal voices."
    if capacity == Capacity.UNCLEAR:
        return "Whose voice it is is unclear; it does not count."
    return ""


def _foot(statement: Statement) -> Iterator[str]:
    for position in statement.positions.all():
        yield f"Toward {position.target.label}: {words.label('Stance', position.stance).lower()}"
    asked = _unique_text(words.lower_first(one.ask.label) for one in statement.asks.all())
    if asked:
        yield f"Asks for: {words.listed(asked, most=4)}"
    count = signatures(statement)
    if count:
        yield count[:1].upper() + count[1:]
    employers = {voice.company_id for voice in statement.voices.all() if voice.capacity == Capacity.STAFF}
    if len(employers) > 1:
        yield f"{len(employers)} employers named"
    left = sum(bool(voice.left) for voice in statement.voices.all())
    if left:
        yield f"{left} withdrew later"
    if statement.removed:
        yield f"Removed by its issuer, {statement.removed.words()}"
    if not any(True for one in statement.citations.all() for _ in one.quotes.all()):
        yield "No words quoted"


def _links(statement: Statement) -> Iterator[Linked]:
    for link in statement.links.all():
        other = link.to_statement
        if other.state == StatementState.PUBLISHED:
            yield Linked(LINK_WORDS[LinkKind(link.kind)][0], brief(other), link.note)


def _stance(statement: Statement) -> str:
    return words.label("Stance", statement.stance) if statement.stance else "No stance coded"


def _not_counted(statement: Statement) -> str:
    if statement.verification == "disputed":
        return "Denied; not counted."
    held = (link.to_statement.state for link in statement.links.all() if link.kind == LinkKind.SAME_AS)
    if StatementState.PUBLISHED in held:
        return "Counted there, not here."
    return ""


def _credited(citation: Citation) -> str:
    if citation.credits_outlet:
        return citation.credits_outlet.name
    if citation.credits_report and citation.credits_report.outlet:
        return citation.credits_report.outlet.name
    return ""


def _span(statement: Statement) -> tuple[dt.date | None, dt.date | None, str]:
    said = statement.said
    if not said:
        return (None, statement.sort_date, Precision.BEFORE)
    latest = said.latest or statement.sort_date
    return (said.earliest, latest, Precision.DAY if said.earliest == latest else said.precision)


def _blocks(rows: Sequence[Statement]) -> Iterator[Entry | Group]:
    """Put statements of one sentence together where the first of them stands."""
    together: dict[tuple[Any, ...], list[Entry]] = {}
    for row in rows:
        together.setdefault(_sentence(row), []).append(entry(row))
    for entries in together.values():
        if len(entries) == 1:
            yield entries[0]
        else:
            yield Group(tuple(entries), f"{words.article_number(len(entries))} companies", "in one report")


def _sentence(statement: Statement) -> tuple[Any, ...]:
    """What several statements must share to be shown as one entry with a row each."""
    citations = list(statement.citations.all())
    voices = list(statement.voices.all())
    quotes = [quote for one in citations for quote in one.quotes.all()]
    verbatim = any(quote.kind in (QuoteKind.VERBATIM, QuoteKind.PARTIAL) for quote in quotes)
    alone = (
        len(citations) == 1
        and len(voices) == 1
        and voices[0].person_id is None
        and voices[0].capacity == Capacity.OFFICIAL
        and not verbatim
    )
    if not alone:
        return (statement.public_id,)
    return (
        citations[0].report_id,
        statement.event_id,
        statement.stance,
        statement.channel,
        statement.medium,
        statement.disclosure,
        statement.verification,
        tuple(sorted((link.kind, link.to_statement_id) for link in statement.links.all())),
        tuple(sorted(one.ask_id for one in statement.asks.all())),
    )


def _unique(names: Iterable[Name]) -> list[Name]:
    return list(dict.fromkeys(names))


def _unique_text(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


STANCE_ORDER = (
    Stance.CRITICAL,
    Stance.MIXED,
    Stance.CALLS_FOR_CALM,
    Stance.NEUTRAL,
    Stance.NO_POSITION,
    Stance.SUPPORTIVE,
    Stance.UNCLEAR,
)
