"""What coders decided about a statement, and whether an approval of it still holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tracker.models import Statement
from tracker.models.dates import DateSpan

COLUMNS = (
    "event_id",
    "form",
    "channel",
    "medium",
    "disclosure",
    "audience",
    "stance",
    "operations_only",
    "summary",
    "language",
    "no_inquiry_reason",
)


def digest(statement: Statement) -> str:
    """Return the SHA-256 of the coded fields: columns, dates, voices, positions and asks as they stand in the database.

    Evidence is not in it: a further citation does not undo what a second editor
    approved. Changing or removing evidence voids an approval too, see ``changes``.
    """
    row = Statement.objects.prefetch_related("voices", "positions", "asks").get(pk=statement.pk)
    told = {
        "columns": [getattr(row, column) for column in COLUMNS],
        "said": _span(row.said) + [row.said_at.isoformat() if row.said_at else None],
        "voices": sorted(
            [
                [voice.company_id or 0, voice.person_id or 0, voice.capacity, voice.part, voice.name_then]
                + [voice.title_then, *_span(voice.joined), *_span(voice.left)]
                for voice in row.voices.all()
            ],
            key=str,
        ),
        "positions": sorted([position.target_id, position.stance] for position in row.positions.all()),
        "asks": sorted([asked.ask_id, asked.addressee, asked.basis] for asked in row.asks.all()),
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def approval_holds(statement: Statement) -> bool:
    """Say whether a second editor approved exactly what is coded now."""
    return statement.approved_by_id is not None and statement.approved_digest == digest(statement)


def evidence_only_grew(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether every citation and quote of the JSON before is still there, unchanged, after."""
    held = {citation["report"]["id"]: citation for citation in after.get("citations", [])}
    for citation in before.get("citations", []):
        now = held.get(citation["report"]["id"])
        if now is None or any(quote not in now["quotes"] for quote in citation["quotes"]):
            return False
        if any(now[key] != citation[key] for key in citation if key not in ("quotes", "report", "source_changed_at")):
            return False
    return True


def _span(span: DateSpan) -> list[str | None]:
    days = [day.isoformat() if day else None for day in (span.earliest, span.latest)]
    return [*days, span.precision, span.as_written, span.reason]
