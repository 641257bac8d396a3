"""Who has responded, how, and after how many days."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.models.choices import Asked, Found
from tracker.reading.responses import (
    AskedOnce,
    Days,
    Said,
    Watched,
    asked,
    curve,
    days_from,
    first,
    found,
    share_by,
)

D = dt.date(2026, 3, 1)
OWN = Said(D, D, "public", in_words=True)
ONE_SENTENCE = Said(D, D, "public")
JOINT = Said(D, D, "public", joint=True)
MEMO = Said(D, D, "internal", in_words=True)
UNKNOWN = Said(D, D, "unknown", in_words=True)
REOPENS = Said(D, D, "public", in_words=True, operations_only=True)


def day(n: int) -> dt.date:
    return D + dt.timedelta(days=n)


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([], Found.NOTHING),
        ([REOPENS], Found.OPERATIONS_ONLY),
        ([MEMO, REOPENS], Found.INTERNAL_ONLY),
        ([UNKNOWN], Found.INTERNAL_ONLY),
        ([ONE_SENTENCE, MEMO], Found.REPORTED),
        ([JOINT, ONE_SENTENCE], Found.JOINT_ONLY),
        ([OWN, JOINT, MEMO, REOPENS], Found.OWN_NAME),
    ],
)
def test_the_most_public_thing_found_wins(statements: list[Said], status: Found) -> None:
    assert found(statements, until=D) == status


def test_what_was_said_later_or_may_have_been_is_not_found_yet() -> None:
    assert found([Said(day(-3), day(1), "public", in_words=True)], until=D) == Found.NOTHING
    assert found([Said(day(-3), day(1), "public", in_words=True)], until=day(1)) == Found.OWN_NAME


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], Asked.NOT_KNOWN),
        (["no_immediate_answer"], Asked.NO_ANSWER),
        (["no_answer"], Asked.NO_ANSWER),
        (["not_on_record", "no_answer"], Asked.DECLINED),
        (["declined"], Asked.DECLINED),
        (["answered", "declined"], Asked.ANSWERED),
    ],
)
def test_of_several_inquiries_the_one_furthest_along_wins(outcomes: list[str], status: Asked) -> None:
    assert asked([AskedOnce(D, outcome) for outcome in outcomes], until=D) == status


def test_an_inquiry_on_something_else_or_later_does_not_count() -> None:
    assert asked([AskedOnce(D, "declined", about_event="unclear")], until=D) == Asked.NOT_KNOWN
    assert asked([AskedOnce(day(1), "declined")], until=D) == Asked.NOT_KNOWN


def test_the_first_response_is_public_unless_asked_otherwise() -> None:
    later = Said(day(2), day(3), "public", in_words=True)
    assert first([MEMO, REOPENS, later], until=day(9)) == later
    assert first([MEMO, later], until=day(9), kinds=[Found.INTERNAL_ONLY]) == MEMO
    assert first([MEMO], until=day(9)) is None


@pytest.mark.parametrize(
    ("anchor", "said", "days", "words"),
    [
        ((0, 0), (0, 0), Days(0, 0), "0"),
        ((0, 0), (17, 18), Days(17, 18), "17–18"),
        ((0, 1), (0, 4), Days(0, 4), "0–4"),
        ((0, 3), (2, 2), Days(0, 2), "0–2"),
        ((5, 6), (1, 2), Days(0, 0, before=True), "before"),
    ],
)
def test_days_between_honest_dates_are_an_interval(
    anchor: tuple[int, int], said: tuple[int, int], days: Days, words: str
) -> None:
    known = days_from((day(anchor[0]), day(anchor[1])), (day(said[0]), day(said[1])))
    assert (known, known.words()) == (days, words)


def test_without_censoring_the_curve_is_the_plain_share() -> None:
    steps = curve([Watched(0, 1, 9), Watched(0, 1, 9), Watched(0, 4, 9), Watched(0, None, 9)])
    assert [(step.day, round(step.share, 4)) for step in steps] == [(0, 0.0), (1, 0.5), (4, 0.75), (9, 0.75)]
    assert share_by(steps, 3) == 0.5


def test_a_company_last_looked_at_early_is_censored_not_silent() -> None:
    # By hand: 4 at risk on day 1, one speaks: 3/4 silent. One is last seen on day 2. On day 3, 2 at risk, one speaks.
    steps = curve([Watched(0, 1, 9), Watched(0, None, 2), Watched(0, 3, 9), Watched(0, None, 9)])
    assert [(step.day, step.at_risk, step.spoke, step.censored) for step in steps[1:]] == [
        (1, 4, 1, 0),
        (2, 3, 0, 1),
        (3, 2, 1, 0),
        (9, 1, 0, 1),
    ]
    assert steps[-1].share == pytest.approx(1 - 3 / 4 * 1 / 2)


def test_a_company_watched_late_joins_those_who_might_speak_then() -> None:
    # By hand: on day 1 two are watched and one speaks; from day 2 a third is watched; on day 3 one of two speaks.
    steps = curve([Watched(0, 1, 9), Watched(0, 3, 9), Watched(2, None, 9)])
    assert share_by(steps, 1) == pytest.approx(1 / 2)
    assert share_by(steps, 3) == pytest.approx(1 - 1 / 2 * 1 / 2)


def test_a_company_that_spoke_before_it_was_watched_counts_nowhere() -> None:
    assert curve([Watched(5, 2, 9), Watched(0, None, 9)]) == curve([Watched(0, None, 9)])


def test_nobody_watched_is_an_empty_curve() -> None:
    assert [step.share for step in curve([])] == [0.0]


@given(
    st.lists(
        st.builds(Watched, st.integers(0, 20), st.none() | st.integers(0, 20), st.integers(0, 20)),
        min_size=1,
        max_size=30,
    )
)
def test_a_curve_only_rises_and_stays_between_none_and_all(companies: list[Watched]) -> None:
    shares = [step.share for step in curve(companies)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_latest_possible_days_never_run_ahead_of_the_earliest(spans: list[tuple[int, int]]) -> None:
    early = curve([Watched(0, start, 30) for start, _ in spans])
    late = curve([Watched(0, start + width, 30) for start, width in spans])
    assert all(share_by(late, n) <= share_by(early, n) + 1e-9 for n in range(31))
