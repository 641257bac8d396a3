"""The public ledger: one line for every change that readers can see.

``record`` is called by ``review`` inside the transaction that makes the change, so a
line exists exactly when the change does. Lines are numbered in commit order: the one
row of ``RecordVersion`` is locked from the first line until the commit.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from tracker.models import Outbox, RecordVersion, Release

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

_wake: Callable[[], None] | None = None


def on_release(callback: Callable[[], None]) -> None:
    """Register what is called after a commit that wrote the ledger. ``tasks`` does, at start-up."""
    global _wake
    _wake = callback


def record(
    *,
    kind: str,
    entity: str,
    public_id: str,
    body: dict[str, Any] | None,
    at: dt.datetime,
    by: User | None,
    changed: Sequence[str] = (),
) -> Release:
    """Write one line of the ledger and its outbox row.

    Must run inside the transaction that makes the change; raises
    ``TransactionManagementError`` otherwise. Two publishers queue for the version row,
    so ``seq`` has no gaps and rises with the commits.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The ledger is written in the transaction of the change it records."
        )
    version = lock()
    version.seq += 1
    version.save(update_fields=["seq"])
    release = Release.objects.create(
        seq=version.seq, kind=kind, entity=entity, public_id=public_id, changed=list(changed), body=body, at=at, by=by
    )
    Outbox.objects.create(release=release)
    transaction.on_commit(_call, robust=True)
    return release


def record_all(rows: Sequence[tuple[str, str, dict[str, Any]]], *, kind: str, at: dt.datetime, by: User | None) -> None:
    """Write one line for each (entity, public id, JSON), in this order, as ``record`` would, in a few statements."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The ledger is written in the transaction of the change it records."
        )
    if not rows:
        return
    version = lock()
    releases = [
        Release(seq=version.seq + number, kind=kind, entity=entity, public_id=name, body=body, at=at, by=by)
        for number, (entity, name, body) in enumerate(rows, start=1)
    ]
    version.seq += len(releases)
    version.save(update_fields=["seq"])
    Release.objects.bulk_create(releases, batch_size=500)
    Outbox.objects.bulk_create([Outbox(release=release) for release in releases], batch_size=500)
    transaction.on_commit(_call, robust=True)


def lock() -> RecordVersion:
    """Take the version row until the end of the transaction: the order of publications."""
    RecordVersion.objects.get_or_create(pk=1)
    return RecordVersion.objects.select_for_update().get(pk=1)


def version() -> tuple[int, int]:
    """Return (last line of the ledger, coverage counter): what cached answers and ETags are keyed by."""
    found = RecordVersion.objects.filter(pk=1).values_list("seq", "coverage").first()
    return found or (0, 0)


def bump_coverage() -> None:
    """Say that what we watch, checked or hold back has changed, though nothing was published."""
    if not RecordVersion.objects.filter(pk=1).update(coverage=F("coverage") + 1):
        RecordVersion.objects.get_or_create(pk=1, defaults={"coverage": 1})


def _call() -> None:
    if _wake is not None:
        _wake()
