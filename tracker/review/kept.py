"""Saving with a name and a reason: every edit leaves a row of history that says who and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from simple_history.utils import bulk_create_with_history

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = TypeVar("Row", bound=Model)


def keep(row: Row, *, by: User | None, why: str) -> Row:
    """Save the row; its history says who and why."""
    _sign(row, by, why)
    row.save()
    return row


def drop(row: Model, *, by: User | None, why: str) -> None:
    """Delete the row; its history says who and why, and keeps what it held."""
    _sign(row, by, why)
    row.delete()


def keep_all(rows: Sequence[Row], *, by: User | None, why: str) -> list[Row]:
    """Insert many new rows of one model with their history, in a handful of statements."""
    if not rows:
        return []
    made: list[Row] = bulk_create_with_history(
        list(rows), type(rows[0]), batch_size=500, default_user=by, default_change_reason=why
    )
    return made


def _sign(row: Any, by: User | None, why: str) -> None:
    row._history_user = by
    row._change_reason = why
