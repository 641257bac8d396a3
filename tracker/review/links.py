"""How one statement stands to another."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.core.text import clean_name
from tracker.models import Statement, StatementLink
from tracker.models.choices import CorrectionReason, LinkKind
from tracker.review import reference
from tracker.review.errors import CannotChange

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def add_link(
    first: Statement,
    second: Statement,
    kind: str,
    *,
    by: User,
    note: str = "",
    reason: str = CorrectionReason.NEW_EVIDENCE,
    now: dt.datetime | None = None,
) -> StatementLink:
    """Say how the first statement stands to the second; of a public one it is published as an update.

    ``same_as`` runs from the weaker to the stronger row: the weaker stays readable and
    leaves every count. It can be taken back with ``remove_link``.
    """
    if kind not in LinkKind.values:
        raise CannotChange(f"“{kind}” is not a kind of link: choose one of {', '.join(LinkKind.values)}.")
    if first.pk == second.pk:
        raise CannotChange("A statement is not linked to itself.")
    second = second.merged_into or second
    if kind == LinkKind.SAME_AS and first.pk in _stronger(second):
        raise CannotChange(
            f"{second} is already said to be the same as {first}, the other way round: remove that link first."
        )
    link = StatementLink(from_statement=first, to_statement=second, kind=kind, note=clean_name(note)[:300])
    return reference.save(link, by=by, reason=reason, note=note, now=now)


def remove_link(
    link: StatementLink,
    *,
    by: User,
    reason: str = CorrectionReason.OUR_ERROR,
    note: str = "",
    now: dt.datetime | None = None,
) -> None:
    """Take a link back; of a public statement it is published like any other change."""
    reference.delete(link, by=by, reason=reason, note=note, now=now)


def _stronger(statement: Statement) -> set[int]:
    """Return the ids of the statement and of all it is said, step by step, to be the same as."""
    found, level = {statement.pk}, [statement.pk]
    while level:
        stronger = StatementLink.objects.filter(from_statement__in=level, kind=LinkKind.SAME_AS)
        level = [pk for pk in stronger.values_list("to_statement", flat=True) if pk not in found]
        found.update(level)
    return found
