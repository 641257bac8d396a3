"""The curve of a board: steps only, and never past the day of asking."""

from __future__ import annotations

import re

from tracker.pages import curve


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_the_curve_moves_in_steps_only() -> None:
    made = curve.draw([(2, 0.5)], [(5, 0.5)], horizon=10)
    for path in (made.early, made.late):
        points = numbers(path)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(points, points[1:], strict=False))


def test_nothing_is_drawn_after_the_day_of_asking() -> None:
    made = curve.draw([(2, 0.5), (12, 0.9)], [(5, 0.5), (14, 0.9)], horizon=10, censored=[3, 12])
    assert max(x for x, _ in numbers(made.late)) == made.right
    assert len(made.censored) == 1


def test_one_hundred_per_cent_is_the_top_and_none_the_bottom() -> None:
    made = curve.draw([(0, 1.0)], [(0, 1.0)], horizon=10)
    points = numbers(made.early)
    assert points[0][1] == made.bottom
    assert points[-1][1] == curve.TOP


def test_the_band_encloses_both_curves() -> None:
    made = curve.draw([(2, 0.5)], [(5, 0.5)], horizon=10)
    band = set(numbers(made.band))
    assert set(numbers(made.early)) | set(numbers(made.late)) <= band


def test_labels_of_two_series_do_not_overlap() -> None:
    made = curve.draw([(2, 0.5)], [(2, 0.5)], horizon=10, second=[(2, 0.52)], label=("a", "b"), second_label=("c", "d"))
    first, second = made.labels
    assert abs(first.y - second.y) >= 36


def test_names_of_events_that_lie_close_stand_in_rows_of_their_own() -> None:
    signs = [(11, "Clash at Merrin Bridge", "day 11"), (28, "Review of the clash announced", "day 28")]
    made = curve.draw([(2, 0.5)], [(2, 0.5)], horizon=190, signs=signs)
    first, second = made.signs
    assert second.y - first.y == curve.ROW
    assert curve.draw([(2, 0.5)], [(2, 0.5)], horizon=190, signs=signs[:1]).height < made.height
    far = curve.draw([(2, 0.5)], [(2, 0.5)], horizon=190, signs=[signs[0], (180, "Later", "day 180")])
    assert len({sign.y for sign in far.signs}) == 1
