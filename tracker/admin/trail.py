"""Who changed what of a row and of everything that hangs on it: one list, newest first."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import Model

from tracker.models import (
    Citation,
    Inquiry,
    Position,
    Quote,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Voice,
)

OF_A_STATEMENT: tuple[tuple[Any, str], ...] = (
    (Statement, "id"),
    (Voice, "statement_id"),
    (Citation, "statement_id"),
    (Position, "statement_id"),
    (StatementAsk, "statement_id"),
    (StatementLink, "from_statement_id"),
    (SignatureCount, "statement_id"),
)
OF_AN_INQUIRY: tuple[tuple[Any, str], ...] = ((Inquiry, "id"), (Citation, "inquiry_id"))
WORDS = {"+": "added", "~": "changed", "-": "removed"}
# They follow from other columns, or are no decision.
NOT_TOLD = {"created_at", "updated_at", "approved_digest", "sort_date", "sort_earliest", "id", "statement", "inquiry"}
MOST = 300


@dataclasses.dataclass(frozen=True)
class Step:
    """One saved change. ``told`` holds (field, before, after) in words."""

    at: dt.datetime
    by: str
    what: str
    why: str
    told: tuple[tuple[str, str, str], ...]


def trail_of(row: Statement | Inquiry) -> list[Step]:
    """Return the newest changes of a row and its children."""
    kinds = OF_A_STATEMENT if isinstance(row, Statement) else OF_AN_INQUIRY
    steps: list[Step] = []
    for model, column in kinds:
        steps += _steps(model, **{column: row.pk})
    owner = "statement_id" if isinstance(row, Statement) else "inquiry_id"
    cited = set(Citation.history.filter(**{owner: row.pk}).values_list("id", flat=True))
    steps += _steps(Quote, citation_id__in=cited)
    return sorted(steps, key=lambda step: step.at, reverse=True)[:MOST]


def _steps(model: Any, **which: Any) -> list[Step]:
    rows = model.history.filter(**which).select_related("history_user").order_by("id", "history_date", "history_id")
    found = []
    before: Any = None
    for held in rows:
        earlier = before if before is not None and before.id == held.id else None
        found.append(
            Step(
                held.history_date,
                str(held.history_user or "the machine"),
                f"{model._meta.verbose_name} {WORDS[held.history_type]}",
                held.history_change_reason or "",
                tuple(_told(model, earlier, held)),
            )
        )
        before = held
    return found


def _told(model: type[Model], before: Any, after: Any) -> list[tuple[str, str, str]]:
    told = []
    for field in model._meta.concrete_fields:
        if field.name in NOT_TOLD:
            continue
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname) if after.history_type != "-" else None
        if before is None and new in (None, "", False, field.get_default()):
            continue
        if old != new:
            told.append((str(field.verbose_name), _words(field, old), _words(field, new)))
    return told


def _words(field: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation:
        named = field.related_model._default_manager.filter(pk=value).first()
        return str(named) if named is not None else f"a row that is gone ({value})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
