"""The chart: one mark a statement, doubt drawn as a span, and nothing in the future."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.models.choices import Capacity, Stance
from tracker.pages import chart
from tracker.pages.chart import Happening, Item

JAN = dt.date(2026, 1, 1)


def item(n: int = 1, *, stance: str = Stance.CRITICAL, earliest: int = 20, latest: int = 20, **more: object) -> Item:
    return Item(
        **{  # type: ignore[arg-type]
            "public_id": f"OR-{n:07}",
            "href": f"/statements/OR-{n:07}/",
            "who": f"Company {n}",
            "short": f"Company {n}",
            "stance": stance,
            "shape": "circle",
            "capacity": Capacity.OFFICIAL,
            "earliest": JAN + dt.timedelta(days=earliest),
            "latest": JAN + dt.timedelta(days=latest),
        }
        | more
    )


def drawn(items: list[Item], *, as_of: int = 28, happenings: list[Happening] | None = None) -> chart.Chart:
    made = chart.draw(items, happenings or [], as_of=JAN + dt.timedelta(days=as_of))
    assert made is not None
    return made


def marks(made: chart.Chart) -> list[chart.Mark]:
    return [mark for lane in made.lanes for mark in lane.marks]


def test_every_lane_is_kept_and_the_poles_stand_at_the_ends() -> None:
    made = drawn([item()])
    assert [lane.stance for lane in made.lanes] == list(chart.LANES)
    assert (made.lanes[0].stance, made.lanes[-1].stance) == (Stance.CRITICAL, Stance.SUPPORTIVE)


def test_an_unclear_statement_stands_under_the_chart_in_a_lane_of_its_own() -> None:
    assert drawn([item(stance=Stance.UNCLEAR)]).lanes[-1].stance == Stance.UNCLEAR


def test_without_a_stance_target_there_is_one_lane() -> None:
    made = chart.draw([item(stance="")], [], as_of=JAN + dt.timedelta(days=28), has_target=False)
    assert made is not None
    assert [(lane.label, lane.n) for lane in made.lanes] == [("Statements", 1)]


def test_a_day_not_known_is_stretched_over_the_days_it_may_cover() -> None:
    [known] = marks(drawn([item()]))
    [doubtful] = marks(drawn([item(earliest=18, latest=22)]))
    assert (known.form, doubtful.form) == ("dot", "span")


def test_said_by_is_a_mark_at_its_last_day_with_a_tail() -> None:
    [mark] = marks(drawn([item(earliest=2, latest=20, said_by=True), item(2)][:1]))
    assert mark.form == "dot"
    assert mark.tail_from is not None and mark.tail_from < mark.x


def test_statements_of_one_day_are_stacked_and_the_lane_grows() -> None:
    few, many = drawn([item(1)]), drawn([item(n) for n in range(6)])
    assert len({mark.y for mark in marks(many)}) == 6
    assert many.lanes[0].bottom - many.lanes[0].top > few.lanes[0].bottom - few.lanes[0].top


def test_time_ends_at_the_day_of_asking() -> None:
    made = drawn([item(), item(2, earliest=40, latest=40)], as_of=28)
    assert len(marks(made)) == 1
    assert made.panels[-1].last == JAN + dt.timedelta(days=28)


def test_a_quiet_stretch_is_a_panel_of_its_own_and_the_note_gives_the_ratio() -> None:
    made = drawn([item(earliest=100, latest=100), item(2, earliest=0, latest=0)], as_of=110)
    assert len(made.panels) == 2
    assert made.panels[0].right < made.panels[1].left
    assert "1/" in made.notes[0]


def test_counts_tell_company_from_other() -> None:
    lane = drawn([item(1), item(2, capacity=Capacity.STAFF, shape="triangle")]).lanes[0]
    assert (lane.n, lane.company, lane.other) == (2, 1, 1)


def test_at_most_eight_statements_are_named() -> None:
    made = drawn([item(n, earliest=10 + n % 3, latest=20) for n in range(14)])
    assert sum(mark.label_x is not None for mark in marks(made)) <= chart.MOST_LABELS


def test_the_phone_shows_nine_days_and_counts_what_was_earlier() -> None:
    made = chart.draw_narrow([item(1, earliest=1, latest=1), item(2)], [], as_of=JAN + dt.timedelta(days=28))
    assert made is not None
    assert made.panels[0].days == 9
    assert made.lanes[0].earlier == 1
    assert len(marks(made)) == 1


def test_an_event_of_one_day_is_a_line_and_a_longer_one_a_bracket() -> None:
    day = Happening("Shooting", "Sat 24 Jan", JAN + dt.timedelta(days=23), JAN + dt.timedelta(days=23))
    month = Happening("Campaign", "January", JAN, JAN + dt.timedelta(days=30))
    made = drawn([item()], happenings=[day, month])
    assert {sign.name: sign.is_line for sign in made.signs} == {"Shooting": True, "Campaign": False}


def test_nothing_to_show_is_no_chart() -> None:
    assert chart.draw([], [], as_of=JAN) is None


spans = st.tuples(st.integers(0, 400), st.integers(0, 60), st.sampled_from([*Stance]), st.booleans())


@given(st.lists(spans, min_size=1, max_size=60), st.integers(0, 500))
def test_no_two_marks_of_a_lane_touch_and_all_stay_inside(
    rows: list[tuple[int, int, Stance, bool]], as_of: int
) -> None:
    items = [
        item(n, stance=stance, earliest=start, latest=min(start + long, max(as_of, start)), said_by=by)
        for n, (start, long, stance, by) in enumerate(rows)
    ]
    for made in (
        chart.draw(items, [], as_of=JAN + dt.timedelta(days=as_of)),
        chart.draw_narrow(items, [], as_of=JAN + dt.timedelta(days=as_of)),
    ):
        if made is None:
            continue
        for lane in made.lanes:
            assert all(lane.top <= mark.y <= lane.bottom for mark in lane.marks)
            dots = [(mark.x, mark.y) for mark in lane.marks if mark.form == "dot"]
            assert all(-7 <= x <= made.width + 7 for x, _ in dots)
            assert not [
                (one, other)
                for n, one in enumerate(dots)
                for other in dots[:n]
                if one[1] == other[1] and abs(one[0] - other[0]) < chart.MARK
            ]


@pytest.mark.parametrize("shape", ["circle", "square", "diamond", "triangle", "door", "joint"])
def test_a_stretched_mark_keeps_its_shape(shape: str) -> None:
    path = chart.outline(shape, 10, 60, 20)
    assert path.startswith("M") and path.endswith("Z")
