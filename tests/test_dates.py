"""Honest dates say what is known and no more."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.models.choices import Precision
from tracker.models.dates import DateSpan

JAN_24, JAN_28, FEB_3 = dt.date(2026, 1, 24), dt.date(2026, 1, 28), dt.date(2026, 2, 3)


@pytest.mark.parametrize(
    ("span", "words", "edtf"),
    [
        (DateSpan(), "day not known", ""),
        (DateSpan(JAN_28, JAN_28, Precision.DAY), "28 Jan 2026", "2026-01-28"),
        (DateSpan(JAN_24, JAN_28, Precision.RANGE), "24–28 Jan 2026", "2026-01-24/2026-01-28"),
        (DateSpan(JAN_28, FEB_3, Precision.RANGE), "28 Jan – 3 Feb 2026", "2026-01-28/2026-02-03"),
        (DateSpan(dt.date(2025, 12, 30), FEB_3, Precision.RANGE), "30 Dec 2025 – 3 Feb 2026", "2025-12-30/2026-02-03"),
        (DateSpan(dt.date(2026, 1, 1), dt.date(2026, 1, 31), Precision.MONTH), "January 2026", "2026-01"),
        (DateSpan(None, JAN_28, Precision.BEFORE), "by 28 Jan 2026", "../2026-01-28"),
        (DateSpan(JAN_24, JAN_28, Precision.BEFORE), "by 28 Jan 2026", "2026-01-24/2026-01-28"),
        (DateSpan(JAN_24, None, Precision.AFTER), "on or after 24 Jan 2026", "2026-01-24/.."),
        (DateSpan(None, JAN_28, Precision.RANGE), "by 28 Jan 2026", "/2026-01-28"),
        (DateSpan(JAN_24, None, Precision.RANGE), "on or after 24 Jan 2026", "2026-01-24/"),
    ],
)
def test_a_span_reads_as_people_say_it_and_as_archives_write_it(span: DateSpan, words: str, edtf: str) -> None:
    assert span.words() == words
    assert span.edtf() == edtf


def test_the_year_may_be_left_to_the_context() -> None:
    assert DateSpan(JAN_24, JAN_28, Precision.RANGE).words(year=False) == "24–28 Jan"
    assert DateSpan(dt.date(2026, 1, 1), dt.date(2026, 1, 31), Precision.MONTH).words(year=False) == "January"


def test_bounds_without_words_of_a_source_are_inferred() -> None:
    assert DateSpan(JAN_28, JAN_28, Precision.DAY).inferred
    assert not DateSpan(JAN_24, JAN_28, Precision.WEEKEND, as_written="over the weekend").inferred
    assert not DateSpan().inferred


def test_the_public_form_carries_bounds_precision_edtf_and_words_together() -> None:
    assert DateSpan(None, JAN_28, Precision.BEFORE, "by Wednesday", "dateline").to_json() == {
        "earliest": None,
        "latest": "2026-01-28",
        "precision": "before",
        "as_written": "by Wednesday",
        "inferred": False,
        "reason": "dateline",
        "edtf": "../2026-01-28",
        "words": "by 28 Jan 2026",
    }
