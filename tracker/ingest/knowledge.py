"""What the ingest knows of the world: names to look for and events to match, read from the record.

Built once a process and again when the record changes; a gazetteer of a thousand
companies takes a tenth of a second, an article should not pay it.
"""

from __future__ import annotations

import dataclasses
import functools

from tracker.core import ledger
from tracker.core.drafts import KnownCompany, KnownEvent, KnownOutlet, KnownPerson
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.match import Watch
from tracker.models import Company, Event, Outlet, Person, WatchTerms


@dataclasses.dataclass(frozen=True)
class Knowledge:
    """Names and events as of one version of the record."""

    gazetteer: Gazetteer
    watches: tuple[Watch, ...]

    @property
    def events(self) -> tuple[KnownEvent, ...]:
        """The events reports are matched with."""
        return tuple(watch.event for watch in self.watches)

    def event(self, slug: str) -> KnownEvent | None:
        """Return the event of that slug."""
        return next((event for event in self.events if event.slug == slug), None)


def knowledge() -> Knowledge:
    """Return what we know now. Six queries when the record has changed, one otherwise."""
    return _as_of(ledger.version())


@functools.lru_cache(maxsize=1)
def _as_of(version: tuple[int, int]) -> Knowledge:
    return Knowledge(Gazetteer.build(_companies(), _people(), _outlets()), _watches())


def _companies() -> list[KnownCompany]:
    rows = Company.objects.current().select_related("parent").prefetch_related("aliases")
    return [
        KnownCompany(
            slug=row.slug,
            name=row.name,
            aliases=tuple(alias.name for alias in row.aliases.all()),
            ambiguous=frozenset(alias.name for alias in row.aliases.all() if alias.ambiguous),
            kind=row.kind,
            parent=row.parent.slug if row.parent else None,
            parent_kind=row.parent_kind,
        )
        for row in rows
    ]


def _people() -> list[KnownPerson]:
    rows = Person.objects.current().prefetch_related("roles__company")
    return [
        KnownPerson(row.slug, row.name, tuple((role.company.slug, role.title) for role in row.roles.all()))
        for row in rows
    ]


def _outlets() -> list[KnownOutlet]:
    found = []
    for row in Outlet.objects.all():
        found.append(KnownOutlet(row.slug, row.name, row.domain))
        found += [KnownOutlet(row.slug, name, row.domain) for name in row.aliases if isinstance(name, str)]
    return found


def _watches() -> tuple[Watch, ...]:
    """Return every published event with the words and outlets that make a report relevant to it."""
    rows = {row.pk: row for row in Event.objects.published()}
    words = {row.event_id: row for row in WatchTerms.objects.prefetch_related("outlets")}
    found = []
    for row in rows.values():
        root = row
        while root.parent_id in rows:
            root = rows[root.parent_id]
        terms = words.get(row.pk)
        outlets = frozenset(outlet.slug for outlet in terms.outlets.all()) if terms else frozenset()
        known = KnownEvent(
            slug=row.slug,
            title=row.title,
            root=root.slug,
            parent=rows[row.parent_id].slug if row.parent_id in rows else None,
            began_earliest=row.began.earliest,
            began_latest=row.began.latest,
            stance_target=root.stance_target,
            terms=tuple(str(term) for term in (terms.terms if terms else ())),
            place=row.place,
        )
        found.append(Watch(known, outlets))
    return tuple(found)
