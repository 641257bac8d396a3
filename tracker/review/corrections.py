"""Changing what is public: a reason, a correction per field, a line in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from tracker.models import Correction, Event, Inquiry, Statement
from tracker.models.choices import CorrectionReason
from tracker.review.changes import changing
from tracker.review.errors import CannotChange
from tracker.review.kept import keep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The machine's and the review's own: they change by accepting, approving, publishing, withdrawing.
NOT_BY_HAND = frozenset(
    {
        "id", "pk", "public_id", "state", "publish_at", "publish_by", "published_at", "accepted_by", "approved_by",
        "approved_digest", "sort_date", "sort_earliest", "verification", "verification_reason", "merged_into",
        "taken_down_at", "taken_down_category", "taken_down_note", "codebook_version", "reports_differ", "created_at",
        "updated_at", "outcome",
    }
)  # fmt: skip


def correct(
    row: Any,
    *,
    changes: Mapping[str, Any],
    by: User,
    reason: str,
    note: str = "",
    now: dt.datetime | None = None,
) -> list[Correction]:
    """Change columns of a row, published or not, and return the corrections this published.

    ``changes`` maps names of columns, or of honest dates, to their new values. What
    hangs on a row (voices, quotes, links) is changed with ``reference.save`` and
    ``delete``, or several at once inside ``changes.changing``; they do the same.
    """
    if reason not in CorrectionReason.values:
        raise CannotChange(f"Give a reason: one of {', '.join(CorrectionReason.values)}.")
    if wrong := sorted(set(changes) & NOT_BY_HAND):
        raise CannotChange(f"{', '.join(wrong).capitalize()} follows from other acts and is not changed by hand.")
    last = Correction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        held = type(row)._default_manager.get(pk=row.pk)
        if unknown := [name for name in changes if not hasattr(held, name)]:
            raise CannotChange(f"It has no {', '.join(unknown)}.")
        try:
            with changing(held, by=by, reason=reason, note=note, now=now):
                for name, value in changes.items():
                    setattr(held, name, value)
                keep(held, by=by, why=note or reason)
        except IntegrityError as error:
            raise CannotChange(f"The database refuses it: {error}.") from error
    row.refresh_from_db()
    return list(Correction.objects.filter(pk__gt=last, by=by).order_by("pk"))


def move(
    rows: Iterable[Statement | Inquiry],
    *,
    to: Event,
    by: User,
    reason: str = CorrectionReason.RECODED,
    note: str = "",
    now: dt.datetime | None = None,
) -> int:
    """Move statements and inquiries to another event, all or none, as updates; return how many moved."""
    moved = 0
    with transaction.atomic():
        for row in rows:
            if row.event_id != to.pk:
                correct(row, changes={"event": to}, by=by, reason=reason, note=note, now=now)
                moved += 1
    return moved
