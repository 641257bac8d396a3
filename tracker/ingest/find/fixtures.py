"""Reference data from the files of a fixtures folder, for the finder without a database."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracker.core.drafts import KnownCompany, KnownEvent, KnownOutlet, KnownPerson
from tracker.ingest.find.gazetteer import Gazetteer


def gazetteer(folder: Path) -> Gazetteer:
    """Build the gazetteer from ``companies.csv``, ``people.csv`` and ``outlets.csv``; a missing file is empty."""
    return Gazetteer.build(companies(folder), people(folder), outlets(folder))


def companies(folder: Path) -> list[KnownCompany]:
    """Read the companies; an ambiguous alias counts only where the text shows that the company is meant."""
    return [
        KnownCompany(
            slug=row["slug"],
            name=row["name"],
            aliases=(*_listed(row, "aliases"), *_listed(row, "ambiguous_aliases")),
            ambiguous=frozenset(_listed(row, "ambiguous_aliases")),
            kind=row.get("kind") or "company",
            parent=row.get("parent") or None,
            parent_kind=row.get("parent_kind") or "",
        )
        for row in _rows(folder / "companies.csv")
    ]


def people(folder: Path) -> list[KnownPerson]:
    """Read the people; the file has one line for each role."""
    names: dict[str, str] = {}
    roles: dict[str, list[tuple[str, str]]] = {}
    for row in _rows(folder / "people.csv"):
        names[row["slug"]] = row["name"]
        if row.get("company"):
            roles.setdefault(row["slug"], []).append((row["company"], row.get("title") or ""))
    return [KnownPerson(slug=slug, name=name, roles=tuple(roles.get(slug, ()))) for slug, name in names.items()]


def outlets(folder: Path) -> list[KnownOutlet]:
    """Read the outlets; an alias becomes an outlet of the same slug."""
    return [
        KnownOutlet(slug=row["slug"], name=name, domain=row.get("domain") or "")
        for row in _rows(folder / "outlets.csv")
        for name in (*_listed(row, "aliases"), row["name"])
    ]


def events(folder: Path) -> list[KnownEvent]:
    """Read the events; scope and stance target come down from the root of each tree."""
    path = folder / "events.json"
    if not path.exists():
        return []
    rows: dict[str, dict[str, Any]] = {row["slug"]: row for row in json.loads(path.read_text(encoding="utf-8"))}
    return [
        KnownEvent(
            slug=slug,
            title=row["title"],
            root=(root := _root(rows, slug)),
            parent=row.get("parent") or None,
            began_earliest=_day(row, "earliest"),
            began_latest=_day(row, "latest"),
            stance_target=row.get("stance_target") or rows[root].get("stance_target") or "",
            terms=tuple(row.get("terms") or ()),
            place=row.get("place") or rows[root].get("place") or "",
        )
        for slug, row in rows.items()
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _listed(row: dict[str, str], column: str) -> list[str]:
    return [each.strip() for each in (row.get(column) or "").split("|") if each.strip()]


def _day(row: dict[str, Any], bound: str) -> dt.date | None:
    written = (row.get("began") or {}).get(bound)
    return dt.date.fromisoformat(written) if written else None


def _root(rows: dict[str, dict[str, Any]], slug: str) -> str:
    seen = {slug}
    while (parent := rows[slug].get("parent")) and parent in rows and parent not in seen:
        seen.add(parent)
        slug = parent
    return slug
