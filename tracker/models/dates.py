"""Honest dates: two bounds, how closely they are known, and the words they came from.

A column group ``said_*`` is declared field by field on its model (so that migrations,
types and the data dictionary see plain columns) with the functions below, and read as
one value through ``HonestDate("said")``. Days are in the time zone of the root event.
EDTF is the Library of Congress's Extended Date/Time Format, level 1.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from typing import Any

from django.db import models

from tracker.models.choices import Precision, one_of


@dataclasses.dataclass(frozen=True)
class DateSpan:
    """What is known of a day: ``earliest`` ≤ ``latest``, either open; ``as_written`` empty means inferred."""

    earliest: dt.date | None = None
    latest: dt.date | None = None
    precision: str = ""
    as_written: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return self.earliest is not None or self.latest is not None

    @property
    def inferred(self) -> bool:
        """Whether the bounds are our inference, not the words of a source."""
        return bool(self) and not self.as_written

    def edtf(self) -> str:
        """Write the span in EDTF level 1; an unknown date is the empty string."""
        if not self:
            return ""
        if self.earliest == self.latest and self.earliest:
            return self.earliest.isoformat()
        if self.earliest and self.latest and _is_whole_month(self.earliest, self.latest):
            return f"{self.earliest:%Y-%m}"
        start = self.earliest.isoformat() if self.earliest else ""
        end = self.latest.isoformat() if self.latest else ""
        if not start:
            return f"../{end}" if self.precision == Precision.BEFORE else f"/{end}"
        if not end:
            return f"{start}/.." if self.precision == Precision.AFTER else f"{start}/"
        return f"{start}/{end}"

    def words(self, *, year: bool = True) -> str:
        """Write the span as a reader says it: "24–28 Jan 2026", "by 28 Jan 2026", "January 2026"."""
        if not self:
            return "day not known"
        if self.earliest == self.latest and self.earliest:
            return _day(self.earliest, year=year)
        if not self.earliest and self.latest:
            return f"by {_day(self.latest, year=year)}"
        if self.earliest and not self.latest:
            return f"on or after {_day(self.earliest, year=year)}"
        assert self.earliest and self.latest
        if self.precision == Precision.BEFORE:
            return f"by {_day(self.latest, year=year)}"
        if _is_whole_month(self.earliest, self.latest):
            return f"{self.earliest:%B %Y}" if year else f"{self.earliest:%B}"
        if (self.earliest.year, self.earliest.month) == (self.latest.year, self.latest.month):
            return f"{self.earliest.day}–{_day(self.latest, year=year)}"
        if self.earliest.year == self.latest.year:
            return f"{_day(self.earliest, year=False)} – {_day(self.latest, year=year)}"
        return f"{_day(self.earliest, year=True)} – {_day(self.latest, year=True)}"

    def to_json(self) -> dict[str, Any]:
        """Return the public form: bounds, precision, EDTF and words travel together."""
        return {
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
            "precision": self.precision or None,
            "as_written": self.as_written or None,
            "inferred": self.inferred,
            "reason": self.reason or None,
            "edtf": self.edtf() or None,
            "words": self.words(),
        }


class HonestDate:
    """Reads and writes the columns ``name_*`` of a row as one ``DateSpan``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        return DateSpan(
            earliest=_as_date(getattr(row, f"{self.name}_earliest")),
            latest=_as_date(getattr(row, f"{self.name}_latest")),
            precision=getattr(row, f"{self.name}_precision"),
            as_written=getattr(row, f"{self.name}_as_written"),
            reason=getattr(row, f"{self.name}_reason"),
        )

    def __set__(self, row: Any, span: DateSpan) -> None:
        for part in ("earliest", "latest", "precision", "as_written", "reason"):
            setattr(row, f"{self.name}_{part}", getattr(span, part))


def earliest(what: str) -> models.DateField[Any, Any]:
    """The first day it may have been."""
    return models.DateField(
        f"{what}, earliest",
        null=True,
        blank=True,
        help_text=f"First day on which {what} may have been. Empty: not known.",
    )


def latest(what: str) -> models.DateField[Any, Any]:
    """The last day it may have been."""
    return models.DateField(
        f"{what}, latest", null=True, blank=True, help_text=f"Last day on which {what} may have been. Empty: not known."
    )


def precision(what: str) -> models.CharField[Any, Any]:
    """How closely the bounds are known."""
    return models.CharField(
        f"{what}, precision",
        max_length=8,
        choices=Precision.choices,
        blank=True,
        help_text="How closely the day is known: minute, day, weekend, week, month, range, before or after.",
    )


def as_written(what: str) -> models.CharField[Any, Any]:
    """The words of the source, verbatim."""
    return models.CharField(
        f"{what}, as written",
        max_length=200,
        blank=True,
        help_text='The source\'s own words for the date ("over the weekend"). Empty: the bounds are inferred.',
    )


def reason(what: str) -> models.CharField[Any, Any]:
    """Why the bounds are what they are, when they are inferred."""
    return models.CharField(
        f"{what}, how inferred",
        max_length=300,
        blank=True,
        help_text="If the bounds are inferred, from what. Shown beside the date.",
    )


def constraints(name: str, model: str) -> list[models.BaseConstraint]:
    """Bounds in order, a known precision, and a precision wherever there is a bound."""
    unknown = models.Q(**{f"{name}_earliest__isnull": True, f"{name}_latest__isnull": True})
    return [
        models.CheckConstraint(
            condition=models.Q(**{f"{name}_earliest__lte": models.F(f"{name}_latest")})
            | models.Q(**{f"{name}_earliest__isnull": True})
            | models.Q(**{f"{name}_latest__isnull": True}),
            name=f"{model}_{name}_bounds_in_order",
        ),
        one_of(f"{name}_precision", Precision, name=f"{model}_{name}_precision_known", blank=True),
        models.CheckConstraint(
            condition=(unknown & models.Q(**{f"{name}_precision": ""}))
            | (~unknown & ~models.Q(**{f"{name}_precision": ""})),
            name=f"{model}_{name}_precision_iff_bound",
        ),
    ]


def _as_date(value: Any) -> dt.date | None:
    # A row just made from strings (a fixture, a form) has not been through the database yet.
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _day(day: dt.date, *, year: bool) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def _is_whole_month(first: dt.date, last: dt.date) -> bool:
    return (
        first.day == 1
        and (first.year, first.month) == (last.year, last.month)
        and last.day == calendar.monthrange(last.year, last.month)[1]
    )
