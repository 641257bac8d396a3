"""Words of the pages: days with their doubt, plurals, lists."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.pages import words
from tracker.pages.codebook import codebook

D = dt.date


@pytest.mark.parametrize(
    ("earliest", "latest", "precision", "head", "doubt"),
    [
        (D(2026, 1, 25), D(2026, 1, 25), "day", "Sunday 25 January 2026", ""),
        (None, D(2026, 1, 28), "before", "By Wednesday 28 January 2026", "first day not known"),
        (
            D(2026, 1, 24),
            D(2026, 1, 28),
            "range",
            "24–28 January 2026",
            "said on a day between Saturday and Wednesday, not known more closely",
        ),
        (D(2026, 1, 1), D(2026, 1, 31), "month", "January 2026", "day not known"),
        (D(2025, 12, 20), D(2026, 1, 4), "range", "20 December 2025 – 4 January 2026", "not known more closely"),
        (None, None, "", "Day not known", ""),
    ],
)
def test_a_day_is_headed_by_what_is_known_of_it(
    earliest: dt.date | None, latest: dt.date | None, precision: str, head: str, doubt: str
) -> None:
    assert words.day_head(earliest, latest, precision) == (head, doubt)


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 companies"), (1, "1 company"), (2, "2 companies"), (1200, "1,200 companies")]
)
def test_a_number_takes_the_right_noun(n: int, said: str) -> None:
    assert words.counted(n, "company", "companies") == said


def test_a_moment_names_its_zone() -> None:
    moment = dt.datetime(2026, 1, 28, 21, 40, tzinfo=dt.UTC)
    assert words.moment(moment) == "28 Jan 2026, 21:40 UTC"
    assert words.moment(moment, "America/Chicago") == "28 Jan 2026, 15:40 CST"


def test_a_long_list_of_names_ends_in_a_number() -> None:
    assert words.listed(["A"]) == "A"
    assert words.listed(["A", "B"]) == "A and B"
    assert words.listed([*"ABCDEFG"], most=3) == "A, B, C and 4 others"


def test_initials_keep_their_capitals() -> None:
    assert words.lower_first("CEO") == "CEO"
    assert words.lower_first("Chief executive") == "chief executive"


def test_a_key_without_a_word_is_shown_as_it_is() -> None:
    assert words.label("Stance", "calls_for_calm") == "Calls for calm"
    assert words.label("Stance", "made_up") == "made up"
    assert words.region("US-MN") == "Minnesota"


def test_the_methodology_page_is_made_from_the_codebook() -> None:
    made = codebook()
    assert made.title == "Methodology and codebook"
    assert "stance" in [name for name, _ in made.sections]
    assert "<table>" in made.body
    assert "<script" not in made.body
