"""Pages about somebody: a company, a person, an outlet. From what ``reading`` loaded; asks the database for nothing."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from tracker.models import Company, Event, Statement
from tracker.models.choices import Capacity, Channel, CompanyKind, ParentKind
from tracker.pages import asked, entries, words
from tracker.pages.contrasts import with_what_came_after as _with
from tracker.pages.entries import Brief, Name
from tracker.reading.lookups import CompanyPage, OutletPage, PersonPage


@dataclasses.dataclass(frozen=True)
class Side:
    """What one company said on one tree: to its staff, to the public, and what others there said."""

    event: Name
    target: str
    internal: tuple[Brief, ...]
    public: tuple[Brief, ...]
    others: tuple[Brief, ...]


def company(page: CompanyPage) -> dict[str, Any]:
    """Return what the page of a company shows."""
    held = page.company
    return {
        "title": held.name,
        "company": held,
        "facts": list(_facts(held)),
        "sides": sides(held, page.statements),
        "inquiries": [asked.line(one) for one in page.inquiries],
        "people": [(entries.person_name(who), title) for who, title in page.speakers],
        "watched_for": [Name(event.title, reverse("pages:silence", args=[event.slug])) for event in page.watched_for],
        "is_sample": held.is_sample,
    }


def sides(held: Company, statements: Iterable[Statement]) -> list[Side]:
    """Set what a company told its staff beside what it told the public, tree by tree, oldest first.

    A later statement stands under an earlier one; it never takes its place.
    """

    def tree(statement: Statement) -> int:
        return statement.event.root.pk

    found = []
    for _, rows in itertools.groupby(sorted(statements, key=tree), key=tree):
        held_rows = sorted(rows, key=lambda row: (row.sort_date, row.sort_earliest, row.public_id))
        root: Event = held_rows[0].event.root
        official = [row for row in held_rows if _official(held, row)]
        found.append(
            Side(
                event=Name(root.title, reverse("pages:event", args=[root.slug])),
                target=root.stance_target,
                internal=tuple(_with(row) for row in official if row.channel != Channel.PUBLIC),
                public=tuple(_with(row) for row in official if row.channel == Channel.PUBLIC),
                others=tuple(_with(row) for row in held_rows if not _official(held, row)),
            )
        )
    return found


def person(page: PersonPage) -> dict[str, Any]:
    """Return what the page of a person shows."""
    held = page.person
    return {
        "title": held.name,
        "person": held,
        "roles": [
            {
                "title": role.title,
                "company": entries.company_name(role.company),
                "held": role.held.words() if role.held else "",
            }
            for role in held.roles.all()
        ],
        "is_sample": held.is_sample,
    }


def outlet(page: OutletPage) -> dict[str, Any]:
    """Return what the page of an outlet shows."""
    return {
        "title": page.outlet.name,
        "outlet": page.outlet,
        "figures": [
            {
                "n": page.reports,
                "words": "report held" if page.reports == 1 else "reports held",
                "note": "that bear out something on record",
            },
            {
                "n": page.statements,
                "words": "statement reported" if page.statements == 1 else "statements reported",
                "note": "listed below",
            },
            {
                "n": page.credited_first,
                "words": "time credited as first" if page.credited_first == 1 else "times credited as first",
                "note": "by another outlet, in its own words",
            },
        ],
        "is_sample": page.outlet.is_sample,
    }


def _official(held: Company, statement: Statement) -> bool:
    return any(voice.capacity == Capacity.OFFICIAL and voice.company_id == held.pk for voice in statement.voices.all())


def _facts(held: Company) -> Iterator[tuple[str, str, str]]:
    if held.kind != CompanyKind.COMPANY:
        yield ("Kind", held.get_kind_display(), "")
    if held.sector:
        yield ("Sector", held.get_sector_display(), reverse("pages:sector", args=[held.sector]))
    if held.hq_region:
        yield ("Headquarters", words.region(held.hq_region), "")
    if held.parent:
        how = "Brand of" if held.parent_kind == ParentKind.BRAND else "Owned by"
        yield (how, held.parent.name, reverse("pages:company", args=[held.parent.slug]))
    if held.succeeded_by:
        yield ("Succeeded by", held.succeeded_by.name, reverse("pages:company", args=[held.succeeded_by.slug]))
    tickers = [str(ticker) for ticker in held.tickers.all()]
    if tickers:
        yield ("Ticker" if len(tickers) == 1 else "Tickers", ", ".join(tickers), "")
    aliases = [alias.name for alias in held.aliases.all() if not alias.ambiguous]
    if aliases:
        yield ("Also written", words.listed(aliases, most=4), "")
