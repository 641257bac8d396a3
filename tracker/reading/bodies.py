"""The public JSON of many rows at once, as text, from the ledger's last line of each.

The ledger holds what readers are shown, ready made (``manage.py verify`` compares the
two), so a list costs one query for its rows and one for their JSON, whatever hangs on
them. A row of which the ledger knows nothing yet is written from its tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db.models import Exists, Max, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from tracker.core import public
from tracker.models import Correction, Inquiry, Release, Statement
from tracker.models.choices import Entity
from tracker.reading import lookups
from tracker.reading.timeline import with_evidence

CHUNK = 500


def texts(entity: str, names: Sequence[str]) -> dict[str, str]:
    """Return the JSON text of each of these rows, by public id. One query, and few more for rows the ledger lacks."""
    newer = Release.objects.filter(entity=OuterRef("entity"), public_id=OuterRef("public_id"), seq__gt=OuterRef("seq"))
    found = dict(
        Release.objects.filter(~Exists(newer), entity=entity, public_id__in=names, body__isnull=False)
        .order_by()
        .annotate(text=Cast("body", TextField()))
        .values_list("public_id", "text")
    )
    missing = [name for name in names if name not in found]
    return found | _from_tables(entity, missing) if missing else found


def told_at(entity: str, names: Sequence[str]) -> dict[str, dt.datetime]:
    """Return when the ledger last told of each of these rows. One query."""
    found = Release.objects.filter(entity=entity, public_id__in=names).order_by()
    return dict(found.values_list("public_id").annotate(last=Max("at")))


def bodies(entity: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the JSON of these rows, in this order."""
    found = texts(entity, names)
    return [orjson.loads(found[name]) for name in names if name in found]


def stream(entity: str, rows: QuerySet[Any], order: Sequence[str]) -> Iterator[str]:
    """Yield the JSON text of every row in this order, some hundred at a time."""
    names = rows.order_by(*order).values_list("public_id", flat=True).iterator(chunk_size=CHUNK)
    for some in _chunks(names):
        found = texts(entity, some)
        yield from (found[name] for name in some if name in found)


def _chunks(names: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    for name in names:
        some.append(name)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def _from_tables(entity: str, names: Sequence[str]) -> dict[str, str]:
    rows: QuerySet[Any]
    body: Callable[[Any], dict[str, Any]]
    if entity == Entity.STATEMENT:
        rows, body = with_evidence(Statement.objects.published()), public.statement_json
    elif entity == Entity.INQUIRY:
        rows = lookups.with_inquiry_evidence(Inquiry.objects.published(), texts=False)
        body = public.inquiry_json
    elif entity == Entity.CORRECTION:
        rows, body = Correction.objects.select_related("event"), public.correction_json
    else:
        raise ValueError(f"{entity} rows are not listed from the ledger")
    found: Iterable[Any] = rows.filter(public_id__in=names)
    return {row.public_id: orjson.dumps(body(row)).decode() for row in found}
