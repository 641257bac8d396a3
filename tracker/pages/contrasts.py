"""What stands against what: staff and their company, one voice of a company and another that disavows it.

From rows that ``reading`` loaded with their asks and links; asks the database for nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from tracker.models import Company, Statement
from tracker.models.choices import Capacity, LinkKind, StatementState
from tracker.pages import entries, words
from tracker.pages.entries import LINK_WORDS, Brief, Linked, Name

AGAINST = (LinkKind.DISAVOWS, LinkKind.CONTRADICTS, LinkKind.WALKS_BACK)
LATER = (*AGAINST, LinkKind.SUPERSEDES)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What staff of one company asked, and what the company said in its own voice, each with its day."""

    company: Name
    staff: tuple[tuple[Brief, str], ...]
    company_said: tuple[Brief, ...]


@dataclasses.dataclass(frozen=True)
class Against:
    """One statement against another of the same organisation."""

    company: Name
    later: Brief
    words: str
    earlier: Brief
    note: str


def staff_and_company(statements: Sequence[Statement]) -> list[Asked]:
    """Set what staff asked beside what their company said on the same event, company by company."""
    companies: dict[int, Company] = {}
    staff: dict[int, list[Statement]] = {}
    own: dict[int, list[Statement]] = {}
    for row in _in_order(statements):
        for voice in row.voices.all():
            if voice.company is None or voice.capacity not in (Capacity.STAFF, Capacity.OFFICIAL):
                continue
            companies[voice.company.pk] = voice.company
            side = staff if voice.capacity == Capacity.STAFF else own
            if row not in side.setdefault(voice.company.pk, []):
                side[voice.company.pk].append(row)
    return sorted(
        (
            Asked(
                entries.company_name(companies[pk]),
                tuple((entries.brief(row), asks(row)) for row in rows),
                tuple(entries.brief(row) for row in own.get(pk, ())),
            )
            for pk, rows in staff.items()
        ),
        key=lambda one: one.company.text.casefold(),
    )


def disagreements(statements: Iterable[Statement]) -> list[Against]:
    """Return the statements that disavow, contradict or walk back another one of the same organisation."""
    found = []
    for row in _in_order(statements):
        for link in row.links.all():
            earlier = link.to_statement
            if link.kind not in AGAINST or earlier.state != StatementState.PUBLISHED:
                continue
            theirs = {voice.company_id for voice in earlier.voices.all()}
            shared = next((v.company for v in row.voices.all() if v.company and v.company_id in theirs), None)
            if shared:
                found.append(
                    Against(
                        entries.company_name(shared),
                        entries.brief(row),
                        LINK_WORDS[LinkKind(link.kind)][0],
                        entries.brief(earlier),
                        link.note,
                    )
                )
    return found


def asks(statement: Statement) -> str:
    """Write what a statement asks for."""
    labels = list(dict.fromkeys(words.lower_first(one.ask.label) for one in statement.asks.all()))
    return words.listed(labels, most=4)


def with_what_came_after(statement: Statement) -> Brief:
    """Put a statement into a line with what it is linked to: a later one stands beside it and never replaces it."""
    return dataclasses.replace(entries.brief(statement), asks=asks(statement), links=tuple(_links(statement)))


def _links(statement: Statement) -> Iterator[Linked]:
    for link in statement.links.all():
        if link.kind in LATER and link.to_statement.state == StatementState.PUBLISHED:
            yield Linked(LINK_WORDS[LinkKind(link.kind)][0], entries.brief(link.to_statement), link.note)
    for link in statement.linked_from.all():
        if link.kind in LATER and link.from_statement.state == StatementState.PUBLISHED:
            yield Linked(LINK_WORDS[LinkKind(link.kind)][1], entries.brief(link.from_statement), link.note)


def _in_order(statements: Iterable[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda row: (row.sort_date, row.sort_earliest, row.public_id))
