"""One cell to one value. What does not fit is a ValueError whose words an editor reads."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from tracker.admin.dates import understand
from tracker.admin.desk import names
from tracker.core.text import clean, clean_name
from tracker.models import Company, Event, Frame, Outlet, Person, Report
from tracker.models.dates import DateSpan


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its name, what stands in it, an example, and how a cell is read."""

    name: str
    help: str
    example: str
    read: Callable[[str], Any]
    needed: bool = False


def text(most: int) -> Callable[[str], str]:
    """Read words of at most so many characters."""

    def read(cell: str) -> str:
        told = clean(cell).strip()
        if len(told) > most:
            raise ValueError(f"it has {len(told):,} characters, and {most:,} are allowed")
        return told

    return read


def name(cell: str) -> str:
    """Read a name on one line."""
    return text(200)(clean_name(cell))


def slug(cell: str) -> str:
    """Read a name in addresses."""
    told = cell.strip().casefold()
    if len(told) > 80 or not all(one.isascii() and (one.isalnum() or one in "-_") for one in told):
        raise ValueError("it is a name in addresses: small letters, digits and hyphens")
    return told


def one_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    """Read a key or a label of a closed list."""
    known = {key: key for key in choices.values} | {str(label).casefold(): key for key, label in choices.choices}

    def read(cell: str) -> str:
        found = known.get(cell.strip().casefold())
        if found is None:
            raise ValueError(f"“{cell}” is none of {', '.join(choices.values)}")
        return str(found)

    return read


def date(cell: str) -> DateSpan:
    """Read an honest date, as in the forms."""
    try:
        return understand(cell, today=timezone.now().date())
    except ValueError as error:
        raise ValueError(str(error).rstrip(".")) from error


def day(cell: str) -> dt.date:
    """Read one day."""
    span = date(cell)
    if span.earliest is None or span.earliest != span.latest:
        raise ValueError(f"“{cell}” is not one day: write 2026-01-24")
    return span.earliest


def flag(cell: str) -> bool:
    """Read yes or no."""
    told = cell.strip().casefold()
    if told in ("yes", "true", "1", "x"):
        return True
    if told in ("no", "false", "0"):
        return False
    raise ValueError(f"“{cell}” is neither yes nor no")


def many(cell: str) -> list[str]:
    """Read several, divided by upright strokes."""
    return [told for told in (clean_name(one) for one in cell.split("|")) if told]


def company(cell: str) -> Company:
    """Find the one company of that slug, name, alias, ticker or identifier."""
    return _held(cell, names.company, "company")


def person(cell: str) -> Person:
    """Find the one person of that slug, name or Wikidata id."""
    return _held(cell, names.person, "person")


def outlet(cell: str) -> Outlet:
    """Find the one outlet of that slug, name or domain."""
    return _held(cell, names.outlet, "outlet")


def event(cell: str) -> Event:
    """Find an event by its slug."""
    return _held(cell, lambda told: Event.objects.filter(slug=told.casefold()).first(), "event")


def frame(cell: str) -> Frame:
    """Find a frame by its slug."""
    return _held(cell, lambda told: Frame.objects.filter(slug=told.casefold()).first(), "frame")


def report(cell: str) -> Report:
    """Find a report by its public id or address."""
    found = Report.objects.filter(public_id=cell.strip().upper()).first()
    found = found or Report.objects.filter(models.Q(url=cell.strip()) | models.Q(canonical_url=cell.strip())).first()
    if found is None:
        raise ValueError(f"we hold no report “{cell[:80]}”: add it first")
    return found


def _held(cell: str, look_up: Callable[[str], Any], what: str) -> Any:
    told = clean_name(cell)
    try:
        found = look_up(told)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages).rstrip(".")) from error
    if found is None:
        raise ValueError(f"we hold no {what} “{told[:80]}”")
    return found
