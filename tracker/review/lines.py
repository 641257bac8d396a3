"""Lines of the ledger for each kind of public row.

A row is public once the ledger has a line of it. What is the same in the public JSON
before and after has not changed for readers, and writes no line.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from tracker.core import ledger, public
from tracker.models import (
    Company,
    Correction,
    Event,
    Frame,
    Inquiry,
    Outlet,
    Person,
    Release,
    Reply,
    Statement,
    StatementLink,
    WatchEntry,
)
from tracker.models.choices import Entity, ReleaseKind, StatementState

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclasses.dataclass(frozen=True)
class PublicKind:
    """How rows of one model are named and shown to readers."""

    entity: Entity
    name: Callable[[Any], str]
    body: Callable[[Any], dict[str, Any]]
    relations: tuple[str, ...] = ()


KINDS: dict[type[Model], PublicKind] = {
    Event: PublicKind(Entity.EVENT, lambda row: row.slug, public.event_json, ("parent",)),
    Company: PublicKind(
        Entity.COMPANY,
        lambda row: row.slug,
        public.company_json,
        ("parent", "succeeded_by", "merged_into", "aliases", "tickers"),
    ),
    Person: PublicKind(Entity.PERSON, lambda row: row.slug, public.person_json, ("merged_into", "roles__company")),
    Outlet: PublicKind(Entity.OUTLET, lambda row: row.slug, public.outlet_json),
    Statement: PublicKind(
        Entity.STATEMENT, lambda row: row.public_id, public.statement_json, public.STATEMENT_RELATIONS
    ),
    Inquiry: PublicKind(Entity.INQUIRY, lambda row: row.public_id, public.inquiry_json, public.INQUIRY_RELATIONS),
    Correction: PublicKind(Entity.CORRECTION, lambda row: row.public_id, public.correction_json, ("event",)),
    Reply: PublicKind(
        Entity.REPLY, lambda row: f"reply-{row.pk}", public.reply_json, ("statement", "event", "company", "source")
    ),
    Frame: PublicKind(Entity.FRAME, lambda row: row.slug, public.frame_json),
    WatchEntry: PublicKind(
        Entity.WATCH_ENTRY, public.watch_entry_id, public.watch_entry_json, ("event", "company", "frame")
    ),
}


def kind_of(row: Model) -> PublicKind:
    """Return how this row is shown; KeyError for rows that readers never see by themselves."""
    return KINDS[type(row)]


def fresh(row: Any) -> Any:
    """Read the row again with everything its public JSON needs: cached relations would show the past."""
    return type(row)._default_manager.prefetch_related(*kind_of(row).relations).get(pk=row.pk)


def body_of(row: Any) -> dict[str, Any]:
    """Return the public JSON of the row as it now stands in the database."""
    return kind_of(row).body(fresh(row))


def is_public(row: Any) -> bool:
    """Say whether the ledger's last line of this row shows something."""
    if row.pk is None:
        return False
    last = last_line(row)
    return last is not None and last.body is not None


def last_line(row: Any, *, name: str = "") -> Release | None:
    """Return the newest line of this row (or of the name it had), or None."""
    kind = kind_of(row)
    return Release.objects.filter(entity=kind.entity, public_id=name or kind.name(row)).order_by("-seq").first()


def line(row: Any, *, kind: str, by: User | None, at: dt.datetime, changed: Sequence[str] = ()) -> Release:
    """Write what the row now shows to the ledger."""
    shown = kind_of(row)
    return ledger.record(
        kind=kind, entity=shown.entity, public_id=shown.name(row), body=body_of(row), at=at, by=by, changed=changed
    )


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name the public fields that changed; a new name of another row is no change of this one."""
    old, new = public.stable(before), public.stable(after)
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def changed_line(row: Any, before: dict[str, Any] | None, *, by: User | None, at: dt.datetime) -> Release | None:
    """Write a line if readers now see something else than ``before``; None if they do not."""
    if before is None:
        return None
    changed = differing(before, body_of(row))
    return line(row, kind=ReleaseKind.CHANGED, by=by, at=at, changed=changed) if changed else None


def first_lines(rows: Iterable[Any], *, by: User | None, at: dt.datetime) -> None:
    """Write a first line of each row that readers have not seen yet."""
    for row in {(type(one), one.pk): one for one in rows if one is not None}.values():
        if not is_public(row):
            line(row, kind=ReleaseKind.ADDED, by=by, at=at)


def linking(statement: Statement) -> list[Statement]:
    """Return the public statements whose links to this one appear or vanish with it."""
    return list(
        Statement.objects.filter(
            pk__in=StatementLink.objects.filter(to_statement=statement).values("from_statement"),
            state=StatementState.PUBLISHED,
        ).order_by("pk")
    )


def all_first_lines(rows: Sequence[Any], *, by: User | None, at: dt.datetime) -> None:
    """Write first lines of many rows at once. Their relations must be loaded; none may be public yet."""
    shown = [(kind_of(row), row) for row in rows]
    ledger.record_all(
        [(kind.entity, kind.name(row), kind.body(row)) for kind, row in shown], kind=ReleaseKind.ADDED, by=by, at=at
    )
