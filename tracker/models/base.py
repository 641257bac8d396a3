"""What every row of the record has in common."""

from __future__ import annotations

import secrets

from django.db import models
from simple_history.models import HistoricalRecords

# No vowels and no look-alikes: ids that can be read out and never spell a word.
ID_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 7


def public_id(prefix: str) -> str:
    """Draw a stable public id such as ``OR-7K3M9QW``. 28^7 ids a prefix; the unique key catches the rare clash."""
    return f"{prefix}-" + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


class Timestamped(models.Model):
    """When the row was made and last changed, UTC. ``QuerySet.update`` does not touch ``updated_at``; name it there."""

    created_at = models.DateTimeField("created", auto_now_add=True, editable=False)
    updated_at = models.DateTimeField("updated", auto_now=True, editable=False)

    class Meta:
        abstract = True


def kept_history(*, excluded: tuple[str, ...] = ()) -> HistoricalRecords:
    """Keep who changed what, when and why, for editors. The public versions are the ledger's.

    ``excluded`` columns are bookkeeping of the machine, not edits.
    """
    return HistoricalRecords(history_change_reason_field=models.TextField(null=True), excluded_fields=list(excluded))
