"""Everything the page of one statement says, from rows already loaded. Asks the database for nothing.

The caller prefetches ``core.public.STATEMENT_RELATIONS`` with the captures of the quotes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from tracker.core import verification
from tracker.models import Capture, Citation, Quote, Statement
from tracker.models.choices import (
    Audience,
    Basis,
    Capacity,
    Disclosure,
    LinkKind,
    QuoteKind,
    Stance,
    Stand,
    StatementState,
    Verification,
)
from tracker.pages import changes, entries, linked_data, marks, words
from tracker.pages.entries import Linked, Name
from tracker.pages.passages import Passage, Span, passages
from tracker.reading.lookups import StatementPage

LADDER = (
    Verification.ISSUER_CONFIRMED,
    Verification.DOCUMENT_SEEN,
    Verification.SEVERAL_OUTLETS,
    Verification.ONE_OUTLET,
    Verification.OUTLETS_ASSERTION,
)
NEXT_LEVEL = {
    Verification.OUTLETS_ASSERTION: (
        "Moves up if a report states its own access, if we see the document, or if the issuer confirms it."
    ),
    Verification.ONE_OUTLET: (
        "Moves up if a second outlet obtains it on its own, if we see the document, or if the issuer confirms it."
    ),
    Verification.SEVERAL_OUTLETS: "Moves up if we see the document, or if the issuer confirms it.",
    Verification.DOCUMENT_SEEN: "Moves up if the issuer confirms it.",
    Verification.ISSUER_CONFIRMED: "This is the highest level.",
    Verification.DISPUTED: "In no count until it is settled.",
}
DISCLOSURES = {
    Disclosure.ISSUED: "Issued by the speaker",
    Disclosure.LEAKED: "Leaked: its words got out without the issuer",
    Disclosure.REPORTED: "Reported: known from a report that does not say how",
}
BASIS_WORDS = {
    Basis.OTHER_MEDIA: "Other media: it repeats another report",
    Basis.OUTLETS_ASSERTION: "Outlet’s assertion: it does not say how it knows",
}


@dataclasses.dataclass(frozen=True)
class Ref:
    """Quoted words with the number they carry on the page."""

    number: int
    kind: str
    start: int
    end: int
    translation: str
    translated_by: str
    attribution: str
    speaker: str


@dataclasses.dataclass(frozen=True)
class Source:
    """One citation: a report, and how it bears the statement out."""

    number: int
    title: str
    link: str
    page: str
    outlet: Name | None
    byline: str
    published: str
    kind: str
    basis: str
    attribution: str
    credits: str
    claims_first: bool
    independent: str
    stand: str
    denies: bool
    changed: str
    captures: tuple[Capture, ...]
    passages: tuple[Passage, ...]
    refs: tuple[Ref, ...]
    headlines: int


@dataclasses.dataclass(frozen=True)
class Node:
    """Who had it from whom. A dashed circle is not named, a filled square counts, a hollow one adds nothing."""

    shape: str
    name: str
    note: str
    children: tuple[Node, ...] = ()


@dataclasses.dataclass(frozen=True)
class VoiceLine:
    """One voice in words."""

    company: Name | None
    person: Name | None
    title: str
    capacity: str
    part: str
    joined: str
    left: str


def context(page: StatementPage) -> dict[str, Any]:
    """Return what the template shows."""
    statement = page.statement
    read = entries.entry(statement)
    root = statement.event.root
    cited = sources(list(statement.citations.all()))
    with_words = [source for source in cited if source.passages]
    refs = {
        quote.pk: number
        for source_number, citation in enumerate(statement.citations.all())
        for number, quote in zip([ref.number for ref in cited[source_number].refs], _in_order(citation), strict=True)
    }
    count, how = independent_words(statement)
    level = Verification(statement.verification)
    companies = list(dict.fromkeys(voice.company for voice in statement.voices.all() if voice.company))
    others_of = companies[0] if len(companies) == 1 else None
    return {
        "section": "events",
        "title": headline(statement),
        "heading": headline(statement),
        "description": statement.summary,
        "statement": statement,
        "entry": read,
        "zone": root.time_zone,
        "trail": [*reversed(statement.event.ancestors()), statement.event],
        "canonical": read.href,
        "is_sample": root.is_sample
        or any(voice.company and voice.company.is_sample for voice in statement.voices.all()),
        "stance_rule": words.STANCE_RULES.get(Stance(statement.stance), "") if statement.stance else "",
        "voices": voices(statement),
        "capacity_rule": words.CAPACITY_RULES[Capacity(read.capacity)],
        "channel": words.label("Channel", statement.channel),
        "medium": words.label("Medium", statement.medium),
        "audience": entries.audience(statement),
        "disclosure": DISCLOSURES[Disclosure(statement.disclosure)],
        "sources": cited,
        "with_words": with_words,
        "any_words": bool(with_words),
        "positions": [
            {
                "target": position.target.label,
                "stance": position.stance,
                "stance_words": words.label("Stance", position.stance),
                "ref": refs.get(position.quote_id or 0),
            }
            for position in statement.positions.all()
        ],
        "links": list(links(statement)),
        "credited_unseen": _unseen(statement),
        "independent": count,
        "independent_words": how,
        "tree": credit_tree(statement),
        "ladder": ladder(level),
        "next_level": NEXT_LEVEL[level],
        "citation_title": f"{read.heading}, {read.said}",
        "corrections": [changes.change(one) for one in page.corrections],
        "replies": page.replies,
        "others": [entries.brief(one) for one in page.others],
        "others_of": others_of.name if others_of else "The same companies",
        "version": page.versions,
        "data": linked_data.quotation(statement),
        "embed_href": reverse("pages:embed-statement", args=[statement.public_id]),
        "oembed_href": entries.oembed(read.href),
        "picture_href": reverse("pages:share-statement", args=[statement.public_id]),
        "tell_href": reverse("pages:tell", args=["statement", statement.public_id]),
        "updated_at": page.updated_at,
        "json_href": f"/api/v1/statements/{statement.public_id}/",
        "alternates": [
            {
                "type": "application/json",
                "short": "JSON",
                "title": "This statement as JSON",
                "href": f"/api/v1/statements/{statement.public_id}/",
            }
        ],
    }


def _in_order(citation: Citation) -> list[Quote]:
    quotes = [quote for quote in citation.quotes.all() if quote.kind != QuoteKind.HEADLINE]
    return sorted(quotes, key=lambda one: (one.capture_id, one.start))


def _unseen(statement: Statement) -> str:
    seen = {one.report.outlet_id for one in statement.citations.all()}
    unseen = {
        one.credits_outlet.name
        for one in statement.citations.all()
        if one.credits_outlet and one.credits_outlet_id not in seen
    }
    return words.listed(sorted(unseen))


def headline(statement: Statement) -> str:
    """Write the heading: who, to whom, and a few of the words if we hold any that are short."""
    who = _speaker(statement)
    held = [
        quote.text.strip(' “”"').rstrip(",.")
        for citation in statement.citations.all()
        if citation.stand == Stand.SUPPORTS
        for quote in citation.quotes.all()
        if quote.kind in (QuoteKind.VERBATIM, QuoteKind.PARTIAL) and 2 <= len(quote.text.split()) <= 12
    ]
    return f"{who}: “{max(held, key=len)}”" if held else f"{who} on {statement.event.title}"


def _speaker(statement: Statement) -> str:
    read = entries.brief(statement)
    capacity = marks.whose_voice(statement)
    own = [voice for voice in statement.voices.all() if voice.capacity == capacity]
    people = list(dict.fromkeys(voice.person.name for voice in own if voice.person))
    to_staff = statement.audience == Audience.STAFF
    if capacity == Capacity.STAFF:
        return f"{read.heading} {read.role}".strip()
    if capacity == Capacity.OFFICIAL and len(people) == 1 and read.heading != people[0]:
        return f"{people[0]} to {read.heading} staff" if to_staff else f"{people[0]} for {read.heading}"
    return f"{read.heading} to its staff" if to_staff else read.heading


def voices(statement: Statement) -> list[VoiceLine]:
    """Put every voice into words."""
    return [
        VoiceLine(
            company=entries.company_name(voice.company, then=voice.name_then) if voice.company else None,
            person=entries.person_name(voice.person) if voice.person else None,
            title=voice.title_then,
            capacity=voice.capacity,
            part=words.label("Part", voice.part),
            joined=voice.joined.words() if voice.joined else "",
            left=voice.left.words() if voice.left else "",
        )
        for voice in statement.voices.all()
    ]


def sources(statement_citations: Sequence[Citation]) -> list[Source]:
    """Put every citation into words, numbering the quotes through the page."""
    found, number = [], 0
    for n, citation in enumerate(statement_citations, 1):
        refs = []
        for quote in _in_order(citation):
            number += 1
            refs.append((number, quote))
        found.append(_source(n, citation, refs))
    return found


def _source(number: int, citation: Citation, refs: Sequence[tuple[int, Quote]]) -> Source:
    report = citation.report
    captures = sorted(report.captures.all(), key=lambda one: one.pk)
    shown: list[Passage] = []
    budget = 300
    for capture_id in dict.fromkeys(quote.capture_id for _, quote in refs):
        held = [(n, quote) for n, quote in refs if quote.capture_id == capture_id]
        more = passages(
            held[0][1].capture.text, [Span(quote.start, quote.end, n) for n, quote in held], most_words=budget
        )
        budget -= sum(len(segment.text.split()) for passage in more for segment in passage.segments)
        shown += more
        if budget <= 0:
            break
    outlet = report.outlet
    return Source(
        number=number,
        title=report.headline or report.url or report.public_id,
        link=report.url,
        page=reverse("pages:report", args=[report.public_id]),
        outlet=entries.outlet_name(outlet) if outlet else None,
        byline=report.byline,
        published=report.published.words() if report.published else "",
        kind=words.label("OutletKind", outlet.kind) if outlet else "",
        basis=BASIS_WORDS.get(citation.basis) or words.label("Basis", citation.basis),  # type: ignore[call-overload]
        attribution=citation.attribution,
        credits=_credits(citation),
        claims_first=citation.claims_first,
        independent=independence(citation),
        stand=words.label("Stand", citation.stand),
        denies=citation.stand == Stand.DENIES,
        changed=words.moment(citation.source_changed_at),
        captures=tuple(captures),
        passages=tuple(shown),
        refs=tuple(
            Ref(
                n,
                words.label("QuoteKind", quote.kind).lower(),
                quote.start,
                quote.end,
                quote.translation,
                quote.translated_by,
                quote.attribution,
                quote.speaker.name if quote.speaker else "",
            )
            for n, quote in refs
        ),
        headlines=sum(quote.kind == QuoteKind.HEADLINE for quote in citation.quotes.all()),
    )


def independence(citation: Citation) -> str:
    """Say whether a citation counts as a source of its own, and why not if it does not."""
    if citation.stand == Stand.DENIES:
        return "Does not support the statement"
    if not citation.report.captures.all():
        return "No: credited, not seen by us"
    if citation.basis == Basis.OTHER_MEDIA or (_credits(citation) and not citation.own_access):
        return f"No: repeats {_credits(citation) or 'another report'}"
    if citation.own_access:
        return "Yes: states its own access"
    return "No: states no access of its own"


def ladder(level: str) -> list[tuple[str, str, bool, bool]]:
    """Return the levels of verification, highest first: key, words, reached, this one."""
    held = marks.CELLS[Verification(level)]
    return [(step, words.VERIFICATION_SHORT[step], marks.CELLS[step] <= held, step == level) for step in LADDER]


def credit_tree(statement: Statement) -> list[Node]:
    """Draw up who credits whom: unnamed sources and credited outlets above the reports that rest on them."""
    citations = list(statement.citations.all())
    held = {one.report_id: one for one in citations}
    by_outlet: dict[int | None, Citation] = {
        one.report.outlet_id: one for one in citations if one.report.outlet_id and not one.credits_outlet_id
    }
    children: dict[object, list[Citation]] = {}
    for one in citations:
        children.setdefault(_above(one, held, by_outlet), []).append(one)

    drawn: set[int] = set()

    def node(one: Citation, seen: frozenset[int]) -> Node:
        drawn.add(one.pk)
        below = [child for child in children.get(("report", one.report_id), []) if child.pk not in seen]
        counts = independence(one).startswith("Yes")
        denies = one.stand == Stand.DENIES
        outlet = one.report.outlet.name if one.report.outlet else "Report"
        published = one.report.published.words(year=False) if one.report.published else ""
        note = "denies it" if denies else "counts as 1" if counts else "adds 0"
        captured = "captured" if one.report.captures.all() else "not captured"
        tree = Node(
            "struck" if denies else "full" if counts else "void",
            ", ".join(part for part in (outlet, published) if part),
            f"{note} · {captured}",
            tuple(node(child, seen | {one.pk}) for child in below),
        )
        if one.basis == Basis.ANONYMOUS_SOURCE and not _credits(one):
            return Node("dashed", _unnamed(one) or "A source", "not named; not seen by us", (tree,))
        return tree

    roots = []
    for above, ones in children.items():
        if isinstance(above, tuple) and above[0] == "report":
            continue
        below = tuple(node(one, frozenset()) for one in ones)
        if isinstance(above, tuple):
            said = next((_unnamed(one) for one in ones if one.basis == Basis.ANONYMOUS_SOURCE), "")
            credited = Node("void", above[1], "credited, not seen by us", below)
            roots.append(Node("dashed", said, "not named; not seen by us", (credited,)) if said else credited)
        else:
            roots.extend(below)
    # Reports that credit each other have nobody above them: the first known stands at the top.
    for one in citations:
        if one.pk not in drawn:
            roots.append(node(one, frozenset({one.pk})))
    return roots


def _unnamed(one: Citation) -> str:
    """Return the report's words for a source it does not name: for all it says, or for some of the words."""
    return one.attribution or next((quote.attribution for quote in one.quotes.all() if quote.attribution), "")


def _above(one: Citation, held: dict[int, Citation], by_outlet: dict[int | None, Citation]) -> object:
    if one.credits_report_id and one.credits_report_id in held and one.credits_report_id != one.report_id:
        return ("report", one.credits_report_id)
    if one.credits_outlet_id and one.credits_outlet_id != one.report.outlet_id:
        known = by_outlet.get(one.credits_outlet_id)
        if known and known.report_id != one.report_id:
            return ("report", known.report_id)
    credited = _credits(one)
    return ("outlet", credited) if credited else None


def links(statement: Statement) -> Iterator[Linked]:
    """Yield statements that this one points to, then those that point to it."""
    for link in statement.links.all():
        if link.to_statement.state == StatementState.PUBLISHED:
            yield Linked(entries.LINK_WORDS[LinkKind(link.kind)][0], entries.brief(link.to_statement), link.note)
    for link in statement.linked_from.all():
        if link.from_statement.state == StatementState.PUBLISHED:
            yield Linked(entries.LINK_WORDS[LinkKind(link.kind)][1], entries.brief(link.from_statement), link.note)


def independent_words(statement: Statement) -> tuple[int, str]:
    """Return the number of independent sources and how it came about."""
    citations = list(statement.citations.all())
    assessed = verification.assess(statement)
    known = words.counted(len(citations), "report is known", "reports are known")
    return assessed.independent, f"{known}. {assessed.reason}"


def _credits(citation: Citation) -> str:
    if citation.credits_outlet:
        return citation.credits_outlet.name
    report = citation.credits_report
    if report is not None:
        return report.outlet.name if report.outlet else report.public_id
    return ""
