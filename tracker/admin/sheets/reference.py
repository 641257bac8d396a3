"""Sheets of companies, people with their roles, and events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from import_export.results import Result

from tracker.admin.dates import written
from tracker.admin.refusals import in_words
from tracker.admin.sheets import cells
from tracker.admin.sheets.cells import Column
from tracker.admin.sheets.sheet import CHANGED, NEW, UNCHANGED, WHY, Sheet, set_differing
from tracker.core.text import clean_name
from tracker.models import Alias, Company, Event, OldSlug, Person, Role, Ticker
from tracker.models.choices import CompanyKind, Entity, EventKind, ParentKind, Sector
from tracker.review import reference
from tracker.review.loading import load_companies

IDENTIFIERS = ("wikidata_id", "cik", "lei")


class CompaniesSheet(Sheet):
    """Companies. New ones go in by the hundred at the end, those that change one by one."""

    title = "companies"
    key = "the slug, else an identifier, else the name"
    most = 20_000
    relations = ("aliases", "tickers", "parent")
    columns = (
        Column("slug", "Name in addresses. Empty: made from the name.", "seaton-hotels", cells.slug),
        Column("name", "The name readers know it by.", "Seaton Hotels", cells.name, needed=True),
        Column("kind", f"One of {', '.join(CompanyKind.values)}.", "company", cells.one_of(CompanyKind)),
        Column("sector", "GICS sector, key or label.", "consumer_discretionary", cells.one_of(Sector)),
        Column("hq_region", "ISO 3166-2, or the country alone.", "US-MN", cells.text(8)),
        Column("wikidata_id", "Wikidata QID.", "", cells.text(16)),
        Column("cik", "SEC Central Index Key.", "", lambda cell: cells.text(10)(cell).lstrip("0")),
        Column("lei", "Legal Entity Identifier.", "", cells.text(20)),
        Column("domain", "Its own site's host name.", "seaton.example", cells.text(200)),
        Column("aliases", "Other names, divided by |.", "Seaton|Seaton Group", cells.many),
        Column("ambiguous_aliases", "Names that are also words, divided by |.", "", cells.many),
        Column("tickers", "EXCHANGE:SYMBOL, divided by |.", "XNYS:SEAT", cells.many),
        Column("parent", "Slug of the company it belongs to.", "", cells.slug),
        Column("parent_kind", "owner or brand.", "", cells.one_of(ParentKind)),
    )

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Read what we hold, once: ten thousand rows must not ask ten thousand times."""
        super().before_import(dataset, **kwargs)
        held = list(Company.objects.prefetch_related("aliases", "tickers").select_related("merged_into"))
        self.by_slug = {company.slug: company for company in held}
        self.by_identifier: dict[tuple[str, str], Any] = {
            (name, getattr(company, name)): company
            for company in held
            for name in IDENTIFIERS
            if getattr(company, name) and company.merged_into_id is None
        }
        self.by_name: dict[str, list[Company]] = {}
        for company in held:
            if company.merged_into_id is None:
                self.by_name.setdefault(company.name.casefold(), []).append(company)
        self.tickers: dict[tuple[str, str], Any] = {
            (ticker.exchange, ticker.symbol): company.slug for company in held for ticker in company.tickers.all()
        }
        self.old = set(OldSlug.objects.filter(entity=Entity.COMPANY).values_list("slug", flat=True))
        heads = dataset.headers
        self.in_file = {
            (row[heads.index("slug")] if "slug" in heads else "") or slugify(row[heads.index("name")])
            for row in dataset
            if "name" in heads
        }
        self.new: list[dict[str, Any]] = []

    def save(self, values: dict[str, Any]) -> str:
        """Change a company that is held, or note a new one for the end."""
        held = self._held(values)
        parent = values.pop("parent", None)
        if parent and parent not in self.by_slug and parent not in self.in_file:
            raise ValueError(f"parent: we hold no company “{parent}”, nor is it in this file.")
        if bool(parent) != bool(values.get("parent_kind")) and held is None:
            raise ValueError("parent: name the parent and say how it belongs to it, or leave both empty.")
        if held is not None:
            return self._change(held, values, parent)
        slug = values.get("slug") or self._free_slug(values["name"])
        if slug in self.old:
            raise ValueError(f"slug: the address “{slug}” leads to another company.")
        company = Company(slug=slug, **{name: values[name] for name in PLAIN if name in values})
        try:
            company.clean_fields(exclude=["parent", "parent_kind"])
        except ValidationError as error:
            raise ValueError(" ".join(in_words(error).messages)) from error
        for name in IDENTIFIERS:
            if values.get(name) and self.by_identifier.setdefault((name, values[name]), slug) != slug:
                raise ValueError(f"{name}: “{values[name]}” is another company's already.")
        for pair in map(_ticker, values.get("tickers", ())):
            if self.tickers.setdefault(pair, slug) != slug:
                raise ValueError(f"tickers: “{':'.join(pair)}” is {self.tickers[pair]}'s already.")
        self.by_slug[slug] = company
        self.new.append(
            {name: values.get(name, "") for name in PLAIN}
            | {name: "|".join(dict.fromkeys(values.get(name, ()))) for name in LISTS}
            | {"slug": slug, "parent": parent or "", "parent_kind": values.get("parent_kind", "")}
        )
        return NEW

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """Put the new ones in, if nothing is wrong."""
        if self.ready and self.new and not result.has_errors():
            load_companies(self.new, by=self.by, at=self.now)

    def key_of(self, values: dict[str, Any]) -> Any:
        """A slug or a name stands once in a file."""
        return values.get("slug") or values["name"].casefold()

    def cells_of(self, row: Company) -> Iterable[dict[str, Any]]:
        """One line a company."""
        plain = [alias.name for alias in row.aliases.all() if not alias.ambiguous]
        yield {name: getattr(row, name) for name in PLAIN} | {
            "slug": row.slug,
            "aliases": "|".join(plain),
            "ambiguous_aliases": "|".join(alias.name for alias in row.aliases.all() if alias.ambiguous),
            "tickers": "|".join(str(ticker) for ticker in row.tickers.all()),
            "parent": row.parent.slug if row.parent else "",
            "parent_kind": row.parent_kind,
        }

    def _held(self, values: dict[str, Any]) -> Company | None:
        if slug := values.get("slug"):
            found = self.by_slug.get(slug)
            return found if found is None or found.pk else None
        for name in IDENTIFIERS:
            found = self.by_identifier.get((name, values.get(name, "")))
            if isinstance(found, Company):
                return found
        named = self.by_name.get(values["name"].casefold(), [])
        if len(named) > 1:
            slugs = ", ".join(company.slug for company in named)
            raise ValueError(f"name: “{values['name']}” is the name of several: give the slug, one of {slugs}.")
        return named[0] if named else None

    def _change(self, company: Company, values: dict[str, Any], parent: str | None) -> str:
        if company.merged_into is not None:
            raise ValueError(f"slug: {company.slug} was merged into {company.merged_into.slug}: change that one.")
        wanted = {name: values[name] for name in PLAIN if name in values}
        if parent:
            above = self.by_slug.get(parent)
            if above is None or above.pk is None:
                raise ValueError("parent: import the new parent first.")
            wanted |= {"parent": above, "parent_kind": values.get("parent_kind") or company.parent_kind}
        names = {alias.name for alias in company.aliases.all()}
        have = {(ticker.exchange, ticker.symbol) for ticker in company.tickers.all()}
        children: list[Any] = []
        for column, ambiguous in (("aliases", False), ("ambiguous_aliases", True)):
            fresh = [one for one in dict.fromkeys(values.get(column, ())) if one not in names]
            children += [Alias(company=company, name=one, ambiguous=ambiguous) for one in fresh]
        for pair in dict.fromkeys(map(_ticker, values.get("tickers", ()))):
            if pair not in have:
                children.append(Ticker(company=company, exchange=pair[0], symbol=pair[1]))
        differs = set_differing(company, wanted)
        if not differs and not children:
            return UNCHANGED
        company.full_clean()
        reference.save_together(company, changed=differs, children=children, by=self.by, note=WHY)
        return CHANGED

    def _free_slug(self, name: str) -> str:
        base = slugify(clean_name(name))[:70] or "company"
        slug, number = base, 1
        while slug in self.by_slug or slug in self.old:
            number += 1
            slug = f"{base}-{number}"
        return slug


PLAIN = ("name", "kind", "sector", "hq_region", "wikidata_id", "cik", "lei", "domain")
LISTS = ("aliases", "ambiguous_aliases", "tickers")


def _ticker(told: str) -> tuple[str, str]:
    exchange, _, symbol = told.rpartition(":")
    if len(exchange) > 12 or not 0 < len(symbol) <= 12:
        raise ValueError(f"tickers: “{told}” is not EXCHANGE:SYMBOL.")
    return exchange.upper(), symbol.upper()


class PeopleSheet(Sheet):
    """People, one line a role."""

    title = "people"
    key = "the slug, else the Wikidata id, else the name; a role by company, title and first day"
    relations = ("roles__company",)
    columns = (
        Column("slug", "Name in addresses. Empty: made from the name.", "", cells.slug),
        Column("name", "The name readers know the person by.", "Mira Holt", cells.name, needed=True),
        Column("wikidata_id", "Wikidata QID.", "", cells.text(16)),
        Column("spokesperson", "yes: speaks for others by profession, gets no page.", "no", cells.flag),
        Column("company", "Slug, name or ticker of the company.", "seaton-hotels", cells.company),
        Column("title", "Title as the company or a source gives it.", "chair", cells.name),
        Column("held", "From when until when, as you would write it.", "2024-03-01/", cells.date),
    )

    def save(self, values: dict[str, Any]) -> str:
        """Save the person and the role."""
        if bool(values.get("company")) != bool(values.get("title")):
            raise ValueError("company: a role needs both a company and a title.")
        person = self._held(values)
        is_new = person is None
        person = person or Person(slug=values.get("slug", ""))
        wanted: dict[str, Any] = {"name": values["name"]}
        wanted |= {"wikidata_id": values["wikidata_id"]} if "wikidata_id" in values else {}
        wanted |= {"is_spokesperson": values["spokesperson"]} if "spokesperson" in values else {}
        differs = set_differing(person, wanted)
        person.full_clean(exclude=["slug"])
        role = self._role(person, values, is_new=is_new)
        if not is_new and not differs and role is None:
            return UNCHANGED
        children = [role] if role else []
        reference.save_together(person, changed=differs, children=children, by=self.by, note=WHY)
        return NEW if is_new else CHANGED

    def cells_of(self, row: Person) -> Iterable[dict[str, Any]]:
        """One line a role; one without, for who has none."""
        told = {
            "slug": row.slug,
            "name": row.name,
            "wikidata_id": row.wikidata_id,
            "spokesperson": "yes" if row.is_spokesperson else "no",
        }
        roles = list(row.roles.all())
        for role in roles:
            yield told | {"company": role.company.slug, "title": role.title, "held": written(role.held)}
        if not roles:
            yield told

    def _held(self, values: dict[str, Any]) -> Person | None:
        people = Person.objects.current()
        if slug := values.get("slug"):
            return people.filter(slug=slug).first()
        if values.get("wikidata_id") and (found := people.filter(wikidata_id=values["wikidata_id"]).first()):
            return found
        named = list(people.filter(name__iexact=values["name"])[:3])
        if len(named) > 1:
            slugs = ", ".join(one.slug for one in named)
            raise ValueError(f"name: “{values['name']}” is the name of several: give the slug, one of {slugs}.")
        return named[0] if named else None

    def _role(self, person: Person, values: dict[str, Any], *, is_new: bool) -> Role | None:
        if "company" not in values:
            return None
        first = values["held"].earliest if "held" in values else None
        mine = Role.objects.none() if is_new else person.roles.filter(company=values["company"], title=values["title"])
        # Without a day it is the role we hold, whatever its dates.
        held = mine.filter(held_earliest=first).first() if first else mine.first()
        role = held or Role(person=person, company=values["company"], title=values["title"])
        differs = set_differing(role, {"held": values["held"]} if "held" in values else {})
        return role if differs or held is None else None


class EventsSheet(Sheet):
    """Events. New ones are drafts: each is published by its button."""

    title = "events"
    key = "the slug"
    most = 1_000
    relations = ("parent",)
    columns = (
        Column("slug", "Name in addresses.", "ferry-fire", cells.slug, needed=True),
        Column("title", "What happened, as a headline without a verdict.", "Ferry fire", cells.name, needed=True),
        Column("kind", f"One of {', '.join(EventKind.values)}.", "disaster", cells.one_of(EventKind)),
        Column("parent", "Slug of the larger event; a line above may hold it.", "", cells.event),
        Column("began", "As you would write it.", "2 March 2026", cells.date),
        Column("ended", "As you would write it.", "", cells.date),
        Column("place", "Where, in words.", "Harbour Town", cells.name),
        Column("time_zone", "IANA zone in which days are counted.", "Europe/London", cells.text(64)),
        Column("description", "A few neutral sentences.", "A ferry burned.", cells.text(5_000)),
        Column("scope", "Root only: what counts.", "Counts if it names the fire.", cells.text(2_000)),
        Column("stance_target", "Root only: the conduct a stance is toward.", "", cells.text(300)),
        Column("wikidata_id", "Wikidata QID.", "", cells.text(16)),
    )

    def save(self, values: dict[str, Any]) -> str:
        """Save the event."""
        slug = values.pop("slug")
        event = Event.objects.filter(slug=slug).first()
        is_new = event is None
        event = event or Event(slug=slug)
        if not set_differing(event, values) and not is_new:
            return UNCHANGED
        event.full_clean()
        reference.save(event, by=self.by, note=WHY)
        return NEW if is_new else CHANGED

    def key_of(self, values: dict[str, Any]) -> Any:
        """A slug stands once in a file."""
        return values["slug"]

    def cells_of(self, row: Event) -> Iterable[dict[str, Any]]:
        """One line an event."""
        plain = ("slug", "title", "kind", "place", "time_zone", "description", "scope", "stance_target", "wikidata_id")
        yield {name: getattr(row, name) for name in plain} | {
            "parent": row.parent.slug if row.parent else "",
            "began": written(row.began),
            "ended": written(row.ended),
        }
