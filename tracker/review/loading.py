"""A folder of reference data into the record: companies, outlets, people, events, asks, targets, watch lists.

Rows are found again by their natural key, so loading twice changes nothing and loading
a changed file changes what changed. New rows go in by the hundred, ledger lines
included; the few that differ go the ordinary way, one by one.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from tracker.core import ledger
from tracker.core.text import clean, clean_name
from tracker.models import (
    Alias,
    Ask,
    Check,
    Company,
    Event,
    Frame,
    Outlet,
    Person,
    Role,
    Target,
    Ticker,
    WatchEntry,
    WatchTerms,
)
from tracker.models.dates import DateSpan
from tracker.review import lines, rights
from tracker.review.building import precision_of
from tracker.review.changes import changing, show_entries
from tracker.review.errors import CannotChange
from tracker.review.kept import keep, keep_all

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WHY = "loaded from a file"
FILES = ("companies.csv", "outlets.csv", "people.csv", "events.json", "asks.json", "targets.json", "watch.json")


@dataclasses.dataclass
class Loaded:
    """How many rows of one file were new, changed and as they were."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{self.file}: {self.added} added, {self.changed} changed, {self.unchanged} unchanged"


def load(directory: Path | str, *, by: User, now: dt.datetime | None = None) -> list[Loaded]:
    """Load the files of a folder that are there, all or nothing. Raises CannotChange naming file and row."""
    rights.demand(by, rights.PUBLISH)
    folder = Path(directory)
    at = now or timezone.now()
    steps: dict[str, Callable[..., Loaded]] = {
        "companies.csv": load_companies,
        "outlets.csv": load_outlets,
        "people.csv": load_people,
        "events.json": load_events,
        "asks.json": load_asks,
        "targets.json": load_targets,
        "watch.json": load_watch,
    }
    here = [name for name in FILES if (folder / name).exists()]
    if not here:
        raise CannotChange(f"There is none of {', '.join(FILES)} in {folder}.")
    with transaction.atomic():
        return [steps[name](_read(folder / name), by=by, at=at) for name in here]


def load_companies(rows: Iterable[Mapping[str, str]], *, by: User, at: dt.datetime) -> Loaded:
    """Upsert companies by slug, with their names, tickers and parents."""
    rows = list(rows)
    told = Loaded("companies.csv")
    held = {row.slug: row for row in Company.objects.prefetch_related("aliases", "tickers", "parent")}
    new = []
    for row in rows:
        if row["slug"] not in held:
            new.append(Company(**_company_fields(row)))
    made = {company.slug: company for company in keep_all(new, by=by, why=WHY)}
    everyone = held | made
    # Parents and names only now: a parent may stand below its child in the file.
    aliases, tickers, belongs = [], [], []
    for row in rows:
        company = everyone[row["slug"]]
        parent = _named(everyone, row.get("parent"), "companies.csv", row["slug"])
        if company.slug not in made:
            told.changed += _update_company(company, row, parent, by=by, at=at)
            continue
        if parent:
            company.parent, company.parent_kind = parent, row["parent_kind"]
            belongs.append(company)
        aliases += [Alias(company=company, **one) for one in _aliases(row)]
        tickers += [Ticker(company=company, **one) for one in _tickers(row)]
    _update_new(Company, belongs, ["parent", "parent_kind"])
    keep_all(aliases, by=by, why=WHY)
    keep_all(tickers, by=by, why=WHY)
    told.added, told.unchanged = len(made), len(rows) - len(made) - told.changed
    fresh = Company.objects.filter(pk__in=[company.pk for company in made.values()])
    lines.all_first_lines(list(fresh.prefetch_related(*lines.KINDS[Company].relations).order_by("pk")), by=by, at=at)
    return told


def load_outlets(rows: Iterable[Mapping[str, str]], *, by: User, at: dt.datetime) -> Loaded:
    """Upsert outlets by slug."""

    def fields(row: Mapping[str, str]) -> dict[str, Any]:
        return {
            "slug": row["slug"],
            "name": clean_name(row["name"]),
            "domain": row.get("domain") or "",
            "owner": row.get("owner") or "",
            "kind": row.get("kind") or "news",
            "aliases": _parts(row.get("aliases")),
            "is_sample": _is_invented(row),
        }

    return _upsert(Outlet, "outlets.csv", rows, fields, by=by, at=at)


def load_people(rows: Iterable[Mapping[str, str]], *, by: User, at: dt.datetime) -> Loaded:
    """Upsert people by slug, and the roles their rows name. One row is one role."""
    rows = list(rows)
    told = Loaded("people.csv")
    held = {person.slug: person for person in Person.objects.all()}
    first = {row["slug"]: row for row in reversed(rows)}
    fields = {slug: _person_fields(row) for slug, row in first.items()}
    new = {slug: Person(**fields[slug]) for slug in first if slug not in held}
    made = {person.slug: person for person in keep_all(list(new.values()), by=by, why=WHY)}
    everyone = held | made
    companies = {company.slug: company for company in Company.objects.all()}
    have = set(Role.objects.values_list("person", "company", "title", "held_earliest"))
    roles = []
    for row in rows:
        company = _named(companies, row.get("company"), "people.csv", row["slug"])
        if company is None:
            continue
        days = [
            dt.date.fromisoformat(row[name]) if row.get(name) else None for name in ("held_earliest", "held_latest")
        ]
        role = Role(person=everyone[row["slug"]], company=company, title=clean_name(row["title"]))
        role.held = DateSpan(days[0], days[1], precision_of(days[0], days[1]))
        if (role.person_id, role.company_id, role.title, days[0]) not in have:
            roles.append(role)
    for slug in set(first) - set(made):
        person = everyone[slug]
        missing = [role for role in roles if role.person_id == person.pk]
        differs = _differs(person, fields[slug])
        told.changed += differs or bool(missing)
        if differs or missing:
            with changing(person, by=by, now=at):
                keep(person, by=by, why=WHY)
                for role in missing:
                    keep(role, by=by, why=WHY)
    keep_all([role for role in roles if role.person.slug in made], by=by, why=WHY)
    told.added, told.unchanged = len(made), len(first) - len(made) - told.changed
    fresh = Person.objects.filter(pk__in=[person.pk for person in made.values()])
    lines.all_first_lines(list(fresh.prefetch_related(*lines.KINDS[Person].relations).order_by("pk")), by=by, at=at)
    return told


def load_events(rows: Iterable[Mapping[str, Any]], *, by: User, at: dt.datetime) -> Loaded:
    """Upsert events by slug, parents before children, with their watch terms."""
    told = Loaded("events.json")
    outlets = {outlet.slug: outlet for outlet in Outlet.objects.all()}
    for row in rows:
        events = {event.slug: event for event in Event.objects.all()}
        parent = _named(events, row.get("parent"), "events.json", row["slug"])
        event = events.get(row["slug"]) or Event(slug=row["slug"])
        is_new = event._state.adding
        fields = {
            "title": clean_name(row["title"]),
            "kind": row.get("kind") or "other",
            "parent": parent,
            "place": row.get("place") or "",
            "time_zone": row.get("time_zone") or "UTC",
            "description": clean(row.get("description") or ""),
            "scope": row.get("scope") or "",
            "stance_target": row.get("stance_target") or "",
            "published": bool(row.get("published")),
            "is_sample": bool(row.get("sample_note")),
            "began": _span(row.get("began")),
            "ended": _span(row.get("ended")),
        }
        if is_new:
            _differs(event, fields)
            keep(event, by=by, why=WHY)
            told.added += 1
            if event.published:
                lines.line(event, kind="added", by=by, at=at)
        else:
            with changing(event, by=by, now=at):
                differs = _differs(event, fields)
                if differs:
                    keep(event, by=by, why=WHY)
            told.changed += differs
            told.unchanged += not differs
        _load_terms(event, row, outlets, by=by)
    return told


def load_asks(rows: Iterable[Mapping[str, str]], *, by: User, at: dt.datetime) -> Loaded:
    """Upsert what statements may ask for."""
    return _upsert(Ask, "asks.json", rows, lambda row: {"slug": row["slug"], "label": row["label"]}, by=by, at=at)


def load_targets(rows: Iterable[Mapping[str, str]], *, by: User, at: dt.datetime) -> Loaded:
    """Add the other targets of a tree, found again by their label."""
    told = Loaded("targets.json")
    events = {event.slug: event for event in Event.objects.all()}
    for row in rows:
        tree = _named(events, row["tree"], "targets.json", row["label"])
        fields = {
            "event": _named(events, row.get("event"), "targets.json", row["label"]),
            "company": _one(Company, row.get("company"), "targets.json", row["label"]),
            "person": _one(Person, row.get("person"), "targets.json", row["label"]),
        }
        target = Target.objects.filter(tree=tree, label=row["label"]).first()
        if target is None:
            keep(Target(tree=tree, label=row["label"], **fields), by=by, why=WHY)
            told.added += 1
        elif _differs(target, fields):
            keep(target, by=by, why=WHY)
            told.changed += 1
        else:
            told.unchanged += 1
    return told


def load_watch(groups: Iterable[Mapping[str, Any]], *, by: User, at: dt.datetime) -> Loaded:
    """Add frames, watched companies and checks. What is held stays as it is: frames are fixed once published."""
    told = Loaded("watch.json")
    events = {event.slug: event for event in Event.objects.all()}
    companies = {company.slug: company for company in Company.objects.all()}
    for group in groups:
        event = _named(events, group["event"], "watch.json", str(group.get("frame")))
        assert event is not None
        frame = _frame(group.get("frame"), by=by)
        held = {
            (entry.company_id, entry.searched_from): entry
            for entry in WatchEntry.objects.filter(event=event, frame=frame)
        }
        new = []
        for row in group["entries"]:
            company = _named(companies, row["company"], "watch.json", row["company"])
            assert company is not None
            searched_from = dt.date.fromisoformat(row["searched_from"])
            if (company.pk, searched_from) in held:
                told.unchanged += 1
                continue
            if frame and frame.published_at and row["entered_for"] == "frame":
                raise CannotChange(f"watch.json: “{frame}” is fixed, so {company} cannot enter it.")
            new.append(
                WatchEntry(
                    event=event,
                    company=company,
                    frame=frame,
                    entered_for=row["entered_for"],
                    searched_from=searched_from,
                    sector_then=company.sector,
                    hq_then=company.hq_region,
                )
            )
        told.added += len(keep_all(new, by=by, why=WHY))
        if frame and not frame.published_at and event.published:
            frame.published_at = at
            keep(frame, by=by, why=WHY)
            lines.line(frame, kind="added", by=by, at=at)
        if new:
            show_entries(WatchEntry.objects.filter(pk__in=[entry.pk for entry in new]), by=by, at=at)
        _load_checks(group.get("checks") or [], event, frame, by=by)
    ledger.bump_coverage()
    return told


# --- Reading ---------------------------------------------------------------------------


def _read(path: Path) -> Any:
    try:
        if path.suffix == ".json":
            return json.loads(path.read_text(encoding="utf-8"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise CannotChange(f"{path.name} cannot be read: {error}.") from error


def _parts(cell: str | None) -> list[str]:
    return [part for part in (clean_name(one) for one in (cell or "").split("|")) if part]


def _company_fields(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "name": clean_name(row["name"]),
        "kind": row.get("kind") or "company",
        "sector": row.get("sector") or "",
        "hq_region": row.get("hq_region") or "",
        "wikidata_id": row.get("wikidata_id") or "",
        "cik": (row.get("cik") or "").lstrip("0"),
        "lei": row.get("lei") or "",
        "domain": row.get("domain") or "",
        "is_sample": _is_invented(row),
    }


def _person_fields(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "name": clean_name(row["name"]),
        "wikidata_id": row.get("wikidata_id") or "",
        "is_spokesperson": row.get("title", "").casefold() in ("spokesperson", "spokesman", "spokeswoman"),
        "is_sample": _is_invented(row),
    }


def _is_invented(row: Mapping[str, str]) -> bool:
    return row.get("source") == "invented" or row["slug"].startswith("sample-")


def _aliases(row: Mapping[str, str]) -> list[dict[str, Any]]:
    plain = [{"name": name, "ambiguous": False} for name in _parts(row.get("aliases"))]
    return plain + [{"name": name, "ambiguous": True} for name in _parts(row.get("ambiguous_aliases"))]


def _tickers(row: Mapping[str, str]) -> list[dict[str, Any]]:
    pairs = [cell.split(":", 1) if ":" in cell else ["", cell] for cell in _parts(row.get("tickers"))]
    return [{"exchange": exchange, "symbol": symbol} for exchange, symbol in pairs]


def _span(told: Mapping[str, Any] | None) -> DateSpan:
    if not told:
        return DateSpan()
    days = [dt.date.fromisoformat(told[name]) if told.get(name) else None for name in ("earliest", "latest")]
    return DateSpan(
        days[0],
        days[1],
        told.get("precision") or precision_of(days[0], days[1]),
        (told.get("as_written") or "")[:200],
        (told.get("reason") or "")[:300],
    )


def _named(held: Mapping[str, Any], slug: str | None, file: str, row: str) -> Any:
    if not slug:
        return None
    if slug not in held:
        raise CannotChange(f"{file}, {row}: we hold no “{slug}”.")
    return held[slug]


def _one(model: type[Company] | type[Person], slug: str | None, file: str, row: str) -> Any:
    return _named({one.slug: one for one in model.objects.filter(slug=slug)}, slug, file, row) if slug else None


# --- Writing ---------------------------------------------------------------------------


def _upsert(
    model: type[Any],
    file: str,
    rows: Iterable[Mapping[str, str]],
    fields: Callable[[Mapping[str, str]], dict[str, Any]],
    *,
    by: User,
    at: dt.datetime,
) -> Loaded:
    told = Loaded(file)
    held = {row.slug: row for row in model._default_manager.all()}
    new = []
    for row in rows:
        wanted = fields(row)
        known = held.get(wanted["slug"])
        if known is None:
            new.append(model(**wanted))
        elif _differs(known, wanted):
            told.changed += 1
            if model in lines.KINDS:
                with changing(known, by=by, now=at):
                    keep(known, by=by, why=WHY)
            else:
                keep(known, by=by, why=WHY)
        else:
            told.unchanged += 1
    told.added = len(keep_all(new, by=by, why=WHY))
    if model in lines.KINDS:
        lines.all_first_lines(new, by=by, at=at)
    return told


def _differs(row: Any, fields: Mapping[str, Any]) -> bool:
    """Set the fields that differ and say whether any did."""
    wanted = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in wanted.items():
        setattr(row, name, value)
    return bool(wanted)


def _update_company(
    company: Company, row: Mapping[str, str], parent: Company | None, *, by: User, at: dt.datetime
) -> bool:
    if company.merged_into_id:
        return False  # our duplicate: what the file says of it belongs to the other row
    fields = _company_fields(row) | {"parent": parent, "parent_kind": row.get("parent_kind") or "" if parent else ""}
    aliases = {alias.name: alias for alias in company.aliases.all()}
    tickers = {(ticker.exchange, ticker.symbol) for ticker in company.tickers.all()}
    new: list[Model] = [Alias(company=company, **one) for one in _aliases(row) if one["name"] not in aliases]
    new += [Ticker(company=company, **one) for one in _tickers(row) if (one["exchange"], one["symbol"]) not in tickers]
    marked = [
        aliases[one["name"]]
        for one in _aliases(row)
        if one["name"] in aliases and aliases[one["name"]].ambiguous != one["ambiguous"]
    ]
    differs = _differs(company, fields)
    if not (differs or new or marked):
        return False
    with changing(company, by=by, now=at):
        keep(company, by=by, why=WHY)
        for alias in marked:
            alias.ambiguous = not alias.ambiguous
        for one in [*new, *marked]:
            keep(one, by=by, why=WHY)
    return True


def _update_new(model: type[Model], rows: list[Any], columns: list[str]) -> None:
    # Their one row of history was written a moment ago and would say less: it is brought up to date with them.
    model._default_manager.bulk_update(rows, columns, batch_size=200)
    history: Any = model.history  # type: ignore[attr-defined]
    latest = {old.id: old for old in history.filter(id__in=[row.pk for row in rows])}
    for row in rows:
        for column in columns:
            setattr(latest[row.pk], column, getattr(row, column))
    history.model._default_manager.bulk_update(list(latest.values()), columns, batch_size=200)


def _load_terms(event: Event, row: Mapping[str, Any], outlets: Mapping[str, Outlet], *, by: User) -> None:
    wanted = [_named(outlets, slug, "events.json", row["slug"]) for slug in row.get("outlets") or []]
    terms, is_new = WatchTerms.objects.get_or_create(event=event)
    if is_new or terms.terms != (row.get("terms") or []):
        terms.terms = row.get("terms") or []
        keep(terms, by=by, why=WHY)
    if set(terms.outlets.all()) != set(wanted):
        terms.outlets.set(wanted)


def _frame(told: Mapping[str, str] | None, *, by: User) -> Frame | None:
    if not told:
        return None
    found = Frame.objects.filter(slug=told["slug"]).first()
    return found or keep(
        Frame(
            slug=told["slug"],
            name=told["name"],
            rule=told["rule"],
            source=told["source"],
            dated=dt.date.fromisoformat(told["dated"]),
        ),
        by=by,
        why=WHY,
    )


def _load_checks(rows: Iterable[Mapping[str, Any]], event: Event, frame: Frame | None, *, by: User) -> None:
    entries = {
        entry.company.slug: entry
        for entry in WatchEntry.objects.filter(event=event, frame=frame).select_related("company")
    }
    held = {
        (entry, through, tuple(where))
        for entry, through, where in Check.objects.filter(entry__in=entries.values()).values_list(
            "entry", "through", "where"
        )
    }
    new = []
    for row in rows:
        entry = _named(entries, row["company"], "watch.json", "checks")
        through = dt.date.fromisoformat(row["through"])
        if (entry.pk, through, tuple(row["where"])) not in held:
            new.append(Check(entry=entry, through=through, where=row["where"], by=by, note=row.get("note") or ""))
    Check.objects.bulk_create(new, batch_size=500)
