"""The public ledger, read in order: who follows it line by line holds the same record as we do.

Lines are numbered in commit order without gaps, so the number of the last line read is
all that a mirror has to remember. A row that is not public any more is not public in its
past either: its earlier lines keep their place, and say nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from tracker.core import ledger
from tracker.models import Inquiry, Release, Statement
from tracker.models.choices import Entity, StatementState
from tracker.reading import filters
from tracker.reading.errors import FilterError, Missing, Moved, Problem

SIZE = 200


@dataclasses.dataclass(frozen=True)
class Change:
    """One line: what happened to which row, and the row after it (None: nothing is shown any more)."""

    seq: int
    at: dt.datetime
    kind: str
    entity: str
    name: str
    changed: tuple[str, ...]
    body: dict[str, Any] | None

    @property
    def redirect(self) -> str | None:
        """The row that took this one's place, if it was merged."""
        into = (self.body or {}).get("merged_into")
        return str(into["slug"]) if isinstance(into, Mapping) else into

    def to_json(self) -> dict[str, Any]:
        """Return the line as readers are told it."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "entity": self.entity,
            "id": self.name,
            "changed": list(self.changed),
            "redirect": self.redirect,
            "body": self.body,
        }


@dataclasses.dataclass(frozen=True)
class Changes:
    """Some lines, the number to go on from, and the number of the last line there is."""

    lines: list[Change]
    cursor: int
    last: int

    @property
    def more(self) -> bool:
        """Whether there are further lines already."""
        return self.cursor < self.last


def since(seq: int, *, size: int = SIZE, entities: Collection[str] = ()) -> Changes:
    """Return the lines after a number, in order. At most six queries."""
    last, _ = ledger.version()  # read first: lines that are written meanwhile are the next call's
    rows = Release.objects.filter(seq__gt=seq, seq__lte=last).order_by("seq")
    if entities:
        rows = rows.filter(entity__in=entities)
    found = list(rows[:size])
    cursor = found[-1].seq if len(found) == size else max(seq, last)
    return Changes(shown(found), cursor, last)


def shown(releases: Sequence[Release]) -> list[Change]:
    """Return lines as readers may see them now."""
    hidden = _hidden(releases)
    return [
        Change(
            seq=one.seq,
            at=one.at,
            kind=one.kind,
            entity=one.entity,
            name=one.public_id,
            changed=tuple(one.changed),
            body=None if _says_what_is_hidden(one, hidden) else one.body,
        )
        for one in releases
    ]


def _hidden(releases: Iterable[Release]) -> dict[str, set[str]]:
    """Return the statements and inquiries, named in these lines, that readers cannot see now."""
    named: dict[str, set[str]] = {Entity.STATEMENT: set(), Entity.INQUIRY: set()}
    for one in releases:
        if one.entity in named:
            named[one.entity].add(one.public_id)
        elif one.entity == Entity.CORRECTION and one.body and one.body["entity"] in named:
            named[one.body["entity"]].add(one.body["row"])
        elif one.entity == Entity.REPLY and one.body and one.body["statement"]:
            named[Entity.STATEMENT].add(one.body["statement"])
    unseen = ~Q(state=StatementState.PUBLISHED)
    return {
        entity: set(model.objects.filter(unseen, public_id__in=named[entity]).values_list("public_id", flat=True))
        if named[entity]
        else set()
        for entity, model in ((str(Entity.STATEMENT), Statement), (str(Entity.INQUIRY), Inquiry))
    }


def _says_what_is_hidden(one: Release, hidden: Mapping[str, set[str]]) -> bool:
    if one.body is None:
        return False
    if one.entity in hidden:
        is_tombstone = one.body.get("state") in (StatementState.WITHHELD, StatementState.WITHDRAWN)
        return one.public_id in hidden[one.entity] and not is_tombstone
    if one.entity == Entity.CORRECTION:
        return one.body["row"] in hidden.get(one.body["entity"], ())
    if one.entity == Entity.REPLY:
        return one.body["statement"] in hidden[Entity.STATEMENT]
    return False


def moment(written: str) -> dt.datetime:
    """Read the record's day: a day means its end, UTC. Raises ``FilterError`` for what is none, or has not come yet."""
    try:
        day = filters.Day().to_python(written)
    except ValidationError as error:
        raise FilterError(Problem("as_of", f"as_of: {error.messages[0]}")) from error
    assert day is not None
    if day > timezone.now().date():
        raise FilterError(Problem("as_of", "“as_of” lies in the future: the record does not know it yet."))
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)


def known_by(entity: str, name: str, at: dt.datetime) -> Change:
    """Return a row as the record knew it before that moment. Raises ``Missing`` or, where it was merged, ``Moved``.

    Ask ``lookups`` first whether the row may be shown at all: what is hidden now is
    hidden in its past.
    """
    found = Release.objects.filter(entity=entity, public_id=name, at__lt=at).order_by("-seq").first()
    if found is None:
        raise Missing(name)
    (line,) = shown([found])
    if line.body is None or line.body.get("state", StatementState.PUBLISHED) != StatementState.PUBLISHED:
        raise Missing(name)
    if line.redirect:
        raise Moved(line.redirect)
    return line


def versions_of(entity: str, name: str) -> list[Change]:
    """Return every line of one row that readers may see, oldest first."""
    return shown(list(Release.objects.filter(entity=entity, public_id=name).order_by("seq")))
