"""Which events a report is about, and why."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.core.drafts import KnownEvent
from tracker.ingest.match import Match, Watch, match

BEGAN = dt.date(2026, 3, 1)
STRIKE = KnownEvent(
    "harbour-strike", "Harbour strike", "harbour-strike", None, BEGAN, BEGAN, "", ("harbour strike", "HSA")
)
SECOND_DAY = KnownEvent(
    "second-day", "Second day", "harbour-strike", "harbour-strike", BEGAN, BEGAN, "", ("night of fire",)
)
WATCHES = [Watch(STRIKE, frozenset({"gazette"})), Watch(SECOND_DAY)]


def found(
    text: str, *, headline: str = "", published: dt.date | None = None, outlet: str | None = None, **rest: object
) -> list[str]:
    matches = match(text, headline=headline, published=published, outlet=outlet, watches=WATCHES, **rest)  # type: ignore[arg-type]
    assert all(one.reason.endswith(".") for one in matches)
    return [one.event for one in matches]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("The harbour strike went on.", ["harbour-strike"]),
        ("The Harbour\nStrike went on.", ["harbour-strike"]),
        ("The HSA met.", ["harbour-strike"]),
        ("The hsa met; harbour strikes are rare.", []),
        ("A harbour strike by the HSA, then a night of fire.", ["harbour-strike", "second-day"]),
        ("Nothing of the kind.", []),
    ],
)
def test_a_report_is_about_the_events_whose_words_it_holds(text: str, events: list[str]) -> None:
    assert found(text) == events


def test_the_headline_counts() -> None:
    assert found("They went on.", headline="Harbour strike") == ["harbour-strike"]


def test_a_report_from_before_it_began_is_not_about_it() -> None:
    assert found("The harbour strike of 1926.", published=BEGAN - dt.timedelta(days=1)) == []
    assert found("The harbour strike.", published=BEGAN) == ["harbour-strike"]


def test_an_outlet_may_always_be_looked_at() -> None:
    assert found("Nothing of the kind.", outlet="gazette") == ["harbour-strike"]


def test_what_the_sender_named_matches_whatever_the_words() -> None:
    assert found("Nothing of the kind.", published=dt.date(2020, 1, 1), asked_for=["second-day"]) == ["second-day"]


def test_the_reason_names_the_words() -> None:
    assert match("The HSA met.", headline="", published=None, outlet=None, watches=WATCHES) == [
        Match("harbour-strike", "It holds “HSA”.")
    ]
