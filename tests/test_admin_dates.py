"""What people write for a date, and the bounds we read."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.admin.dates import HonestDateField, explained, understand, written
from tracker.models.choices import Precision
from tracker.models.dates import DateSpan

TODAY = dt.date(2026, 2, 3)  # a Tuesday


def span(first: str | None, last: str | None, precision: str) -> DateSpan:
    return DateSpan(
        dt.date.fromisoformat(first) if first else None, dt.date.fromisoformat(last) if last else None, precision
    )


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2026-01-24", "2026-01-24", "2026-01-24", "day"),
        ("24 Jan 2026", "2026-01-24", "2026-01-24", "day"),
        ("January 24, 2026", "2026-01-24", "2026-01-24", "day"),
        ("on Saturday 24 January 2026", "2026-01-24", "2026-01-24", "day"),
        ("24th of January 2026", "2026-01-24", "2026-01-24", "day"),
        ("24 Jan", "2026-01-24", "2026-01-24", "day"),
        ("24 Dec", "2025-12-24", "2025-12-24", "day"),
        ("2026-01-24/2026-01-28", "2026-01-24", "2026-01-28", "range"),
        ("24–28 Jan 2026", "2026-01-24", "2026-01-28", "range"),
        ("Jan 24-28, 2026", "2026-01-24", "2026-01-28", "range"),
        ("between 24 and 28 January 2026", "2026-01-24", "2026-01-28", "range"),
        ("30 Dec to 2 Jan 2026", "2026-12-30", "2026-01-02", None),
        ("30 Dec 2025 to 2 Jan 2026", "2025-12-30", "2026-01-02", "range"),
        ("over the weekend of 24 Jan 2026", "2026-01-24", "2026-01-25", "weekend"),
        ("weekend of 24–25 Jan 2026", "2026-01-24", "2026-01-25", "weekend"),
        ("weekend of 23 Jan 2026", "2026-01-24", "2026-01-25", "weekend"),
        ("weekend of 25 Jan 2026", "2026-01-24", "2026-01-25", "weekend"),
        ("over the weekend", "2026-01-31", "2026-02-01", "weekend"),
        ("week of 19 January 2026", "2026-01-19", "2026-01-25", "week"),
        ("last week", "2026-01-26", "2026-02-01", "week"),
        ("early January 2026", "2026-01-01", "2026-01-10", "range"),
        ("mid-January 2026", "2026-01-11", "2026-01-20", "range"),
        ("late February 2026", "2026-02-21", "2026-02-28", "range"),
        ("January 2026", "2026-01-01", "2026-01-31", "month"),
        ("2026-01", "2026-01-01", "2026-01-31", "month"),
        ("2026-01-XX", "2026-01-01", "2026-01-31", "month"),
        ("2025", "2025-01-01", "2025-12-31", "range"),
        ("by 28 Jan 2026", None, "2026-01-28", "before"),
        ("on or before Jan 28 2026", None, "2026-01-28", "before"),
        ("../2026-01-28", None, "2026-01-28", "before"),
        ("after 24 Jan 2026", "2026-01-24", None, "after"),
        ("2026-01-24/..", "2026-01-24", None, "after"),
        ("2026-01-24~", "2026-01-24", "2026-01-24", "range"),
        ("2025-12-01/2026-01-28 (before)", "2025-12-01", "2026-01-28", "before"),
        ("yesterday", "2026-02-02", "2026-02-02", "day"),
    ],
)
def test_what_people_write_is_understood(text: str, first: str, last: str, precision: str | None) -> None:
    if precision is None:
        with pytest.raises(ValueError, match="after the last"):
            understand(text, today=TODAY)
    else:
        assert understand(text, today=TODAY) == span(first, last, precision)


@pytest.mark.parametrize("text", ["soon", "3/4/2026", "31 Feb 2026", "2026-13-01", "2026-01-28/2026-01-24", "/"])
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w{3}"):
        understand(text, today=TODAY)


def test_an_empty_field_is_an_unknown_date() -> None:
    assert understand("  ", today=TODAY) == DateSpan()
    assert explained(DateSpan()) == "No date."


@pytest.mark.parametrize("precision", Precision.values)
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-24", "2026-01-24"),
        ("2026-01-24", "2026-01-25"),
        ("2026-01-19", "2026-01-25"),
        ("2026-01-01", "2026-01-31"),
        ("2026-01-24", "2026-01-28"),
        (None, "2026-01-28"),
        ("2026-01-24", None),
    ],
)
def test_stored_bounds_are_written_so_that_they_read_back(first: str | None, last: str | None, precision: str) -> None:
    stored = span(first, last, precision)
    assert understand(written(stored), today=TODAY) == stored


def test_a_field_shown_and_sent_back_has_not_changed() -> None:
    field = HonestDateField(today=lambda: TODAY)
    stored = span("2026-01-24", "2026-01-25", "weekend")
    assert not field.has_changed(stored, field.prepare_value(stored))
    assert field.has_changed(stored, "2026-01-24")


def test_what_was_understood_is_said() -> None:
    assert explained(span("2026-01-24", "2026-01-28", "range")) == (
        "Understood: 24–28 Jan 2026 (range), 2026-01-24/2026-01-28"
    )
