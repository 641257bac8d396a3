"""What the ingest knows of the world: names to look for and events to match, read from the record.

Built once a process and again when a name, an event or what is watched for changes; a
gazetteer of a thousand companies takes half a second, an article should not pay it.
"""

from __future__ import annotations

import dataclasses
import functools

from django.db.models import Count, Max, Model

from tracker.core.drafts import KnownCompany, KnownEvent, KnownOutlet, KnownPerson
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.match import Watch
from tracker.models import Alias, Company, Event, Outlet, Person, Role, WatchTerms

# The version of the record will not do: every publication moves it, and no publication names anybody new.
_WATCHED_OUTLETS: type[Model] = WatchTerms.outlets.through
_RESTS_ON: tuple[type[Model], ...] = (Company, Alias, Person, Role, Outlet, Event, WatchTerms, _WATCHED_OUTLETS)
_LAST = {_WATCHED_OUTLETS: "pk"}


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
    """Return what we know now, by eight small queries; a few more when something has changed."""
    return _as_of(tuple(_stamp(model) for model in _RESTS_ON))


def _stamp(model: type[Model]) -> tuple[int, object]:
    """Return what changes with every change to a table: how many rows, and when one was last saved."""
    found = model._default_manager.aggregate(rows=Count("pk"), last=Max(_LAST.get(model, "updated_at")))
    return found["rows"], found["last"]


@functools.lru_cache(maxsize=1)
def _as_of(stamps: tuple[tuple[int, object], ...]) -> Knowledge:
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
