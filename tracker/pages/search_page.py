"""Search results in lines, with the words marked. From what ``reading`` found; asks the database for nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tracker.pages import entries, event_page, words
from tracker.pages.entries import Brief
from tracker.reading.search import Found, Hits, NameHit


@dataclasses.dataclass(frozen=True)
class Line:
    """One result. A statement wears its mark; a name has its words marked."""

    href: str
    title: str
    sub: str
    entry: Brief | None = None
    marked_title: tuple[tuple[str, bool], ...] = ()
    marked: tuple[tuple[str, bool], ...] = ()
    is_quote: bool = False


@dataclasses.dataclass(frozen=True)
class Group:
    """The results of one kind, and where all of them are listed."""

    title: str
    rows: tuple[Line, ...]
    more_href: str = ""
    more_words: str = ""


def context(found: Found | None) -> dict[str, Any]:
    """Return what the page shows; without a question, the form alone."""
    shown: dict[str, Any] = {
        "section": "search",
        "title": f"Search: {found.text}" if found else "Search",
        "q": found.text if found else "",
        "noindex": True,
        "canonical": reverse("pages:search") + (f"?{urlencode({'q': found.text})}" if found else ""),
    }
    if found is None:
        return shown
    groups = [
        _group("Companies", "company,companies", found.companies, _companies(found.companies), "companies", found.text),
        _group("People", "person,people", found.people, _people(found.people), "people", found.text),
        _group("Events", "event,events", found.events, _events(found.events), "", found.text),
        _group("Statements", "statement,statements", found.statements, _statements(found), "timeline", found.text),
    ]
    return shown | {"groups": [group for group in groups if group.rows], "total": found.total}


def _group(title: str, nouns: str, hits: Hits[Any], rows: Iterable[Line], page: str, text: str) -> Group:
    shown = tuple(rows)
    one, many = nouns.split(",")
    beyond = hits.total > len(shown) and bool(page)
    total = f"{'more than ' if hits.more else ''}{words.counted(hits.total, one, many)}"
    href = f"{reverse(f'pages:{page}')}?{urlencode({'q': text})}" if beyond else ""
    return Group(f"{title}, {hits.total:,}", shown, href, total)


def _statements(found: Found) -> Iterable[Line]:
    for hit in found.statements.rows:
        one = entries.brief(hit.statement)
        yield Line(
            href=one.href,
            title=one.heading,
            sub=" · ".join([one.stance_words.lower(), one.said, hit.statement.event.title]),
            entry=one,
            marked=hit.passage.parts,
            is_quote=hit.is_quote,
        )


def _companies(hits: Hits[NameHit]) -> Iterable[Line]:
    for hit in hits.rows:
        company = hit.row
        sector = words.label("Sector", company.sector)
        region = words.region(company.hq_region) if company.hq_region else ""
        yield Line(
            href=reverse("pages:company", args=[company.slug]),
            title=company.name,
            sub=" · ".join(part for part in (sector, region) if part),
            marked_title=hit.name.parts,
            marked=(("Also written ", False), *hit.also.parts) if hit.also else (),
        )


def _people(hits: Hits[NameHit]) -> Iterable[Line]:
    for hit in hits.rows:
        roles = sorted(hit.row.roles.all(), key=lambda role: role.pk)
        yield Line(
            href=reverse("pages:person", args=[hit.row.slug]),
            title=hit.row.name,
            sub="; ".join(f"{role.title}, {role.company.name}" for role in roles[:2]),
            marked_title=hit.name.parts,
        )


def _events(hits: Hits[NameHit]) -> Iterable[Line]:
    for hit in hits.rows:
        yield Line(
            href=reverse("pages:event", args=[hit.row.slug]),
            title=hit.row.title,
            sub=event_page.when(hit.row),
            marked_title=hit.name.parts,
            marked=hit.also.parts if hit.also else (),
        )
