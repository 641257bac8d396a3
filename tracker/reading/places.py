"""Every public address, in parts small enough for a map of the site."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from tracker.models import Company, Event, Inquiry, Person, Statement
from tracker.reading import lookups
from tracker.reading.errors import Missing

SIZE = 10_000  # rows in one part; the protocol's bound is 50,000

KINDS: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "event": (lambda: Event.objects.published(), "slug"),
    "statement": (lambda: Statement.objects.published(), "public_id"),
    "company": (lambda: lookups.told(Company.objects.current()), "slug"),
    "person": (lambda: lookups.told(Person.objects.current().filter(is_spokesperson=False)), "slug"),
    "inquiry": (lambda: Inquiry.objects.published(), "public_id"),
}


def parts() -> Iterator[tuple[str, int]]:
    """Yield the parts there are. One query a kind."""
    for kind, (rows, _) in KINDS.items():
        for number in range(1, math.ceil(rows().count() / SIZE) + 1):
            yield kind, number


def part(kind: str, number: int) -> list[tuple[str, dt.datetime]]:
    """Return the names of a part with the time of their last change. Raises ``Missing`` for a part there is not."""
    if kind not in KINDS or not 1 <= number <= 5_000:
        raise Missing(kind)
    rows, name = KINDS[kind]
    found = list(rows().order_by("pk").values_list(name, "updated_at")[(number - 1) * SIZE : number * SIZE])
    if not found:
        raise Missing(f"{kind}-{number}")
    return found
