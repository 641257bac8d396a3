"""The timeline: order, pages, counts, and how little it asks of the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.factories import link, make_company, make_event, make_statement, span
from tracker.models import Statement
from tracker.reading.errors import FilterError
from tracker.reading.timeline import Timeline, timeline

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def ask(query: str = "", *, cursor: str = "", size: int = 50) -> Timeline:
    return timeline(QueryDict(query), cursor=cursor, size=size)


def ids(page: Timeline) -> list[str]:
    return [statement.public_id for statement in page.statements]


@pytest.fixture
def many() -> list[str]:
    """Twenty-three statements on eight days, newest first as the timeline orders them."""
    made = [make_statement(said=f"2026-03-{1 + n % 8:02}", told=False) for n in range(23)]
    return [
        one.public_id
        for one in sorted(made, key=lambda one: (one.sort_date, one.sort_earliest, one.public_id), reverse=True)
    ]


def test_newest_comes_first_and_a_range_stands_at_its_last_day() -> None:
    day = make_statement(said="2026-03-05")
    range_ = make_statement(said=span("2026-03-01", "2026-03-06"))
    later_start = make_statement(said=span("2026-03-03", "2026-03-06"))
    assert ids(ask()) == [later_start.public_id, range_.public_id, day.public_id]


def test_pages_run_through_everything_once_and_back_again(many: list[str]) -> None:
    page, seen, pages = ask(size=5), [], []
    assert page.newer is None
    while True:
        seen += ids(page)
        pages.append(ids(page))
        if page.older is None:
            break
        page = ask(size=5, cursor=page.older)
    assert seen == many
    back = []
    while page.newer is not None:
        page = ask(size=5, cursor=page.newer)
        back.append(ids(page))
    assert back == pages[:-1][::-1]


def test_rows_that_come_in_between_neither_repeat_nor_hide_others(many: list[str]) -> None:
    first = ask(size=10)
    make_statement(said="2026-03-31", told=False)
    Statement.objects.filter(public_id=many[9]).update(state="withheld")
    assert first.older is not None
    assert ids(ask(size=50, cursor=first.older)) == many[10:]


@pytest.mark.parametrize(
    "cursor", ["x", "bm9uc2Vuc2U", "W10", "é", "a" * 500, "WyJvIiwiMjAyNi0wMi0zMCIsIjIwMjYtMDEtMDEiLCJPUiJd", "%00"]
)
def test_a_damaged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(FilterError, match="damaged"):
        ask(cursor=cursor)


@pytest.mark.parametrize("size", [0, -1, 201])
def test_a_page_has_a_size_within_bounds(size: int) -> None:
    with pytest.raises(FilterError, match="between 1 and 200"):
        ask(size=size)


def test_an_empty_timeline_is_a_page_too() -> None:
    page = ask("stance=mixed")
    assert (page.statements, page.older, page.newer, page.total) == ([], None, None, 0)


def counts(page: Timeline) -> dict[str, dict[str, int]]:
    return {
        facet.parameter: {choice.key: choice.count for choice in facet.choices if choice.count} for facet in page.facets
    }


def test_a_facet_leaves_out_its_own_choice_and_keeps_the_others() -> None:
    rail = make_company("Pinhay Rail", sector="industrials")
    make_statement(stance="critical")
    make_statement(stance="supportive", channel="internal", medium="chat")
    make_statement(stance="supportive", company=rail, capacity="staff")
    found = counts(ask("stance=critical"))
    assert found["stance"] == {"critical": 1, "supportive": 2}
    assert found["channel"] == {"public": 1}
    found = counts(ask("stance=supportive&channel=internal"))
    assert found["stance"] == {"supportive": 1}
    assert found["channel"] == {"internal": 1, "public": 1}
    assert counts(ask())["sector"] == {"industrials": 1}
    assert counts(ask())["capacity"] == {"official": 2, "staff": 1}


def test_a_letter_with_many_voices_counts_once_a_choice() -> None:
    voices = [(make_company(name, sector="industrials"), None, "official") for name in ("Pinhay Rail", "Ottery Foods")]
    make_statement(voices=voices)
    assert counts(ask())["sector"] == {"industrials": 1}
    assert counts(ask())["capacity"] == {"official": 1}


def test_the_weaker_of_two_is_shown_and_not_counted() -> None:
    weaker, stronger = make_statement(), make_statement()
    link(weaker, stronger)
    page = ask()
    assert len(page.statements) == 2
    assert page.total == 1
    assert counts(page)["stance"] == {"critical": 1}


@pytest.mark.parametrize("state", ["withdrawn", "withheld"])
def test_the_weaker_of_two_counts_again_when_the_stronger_is_gone(state: str) -> None:
    weaker, stronger = make_statement(), make_statement(stance="mixed")
    link(weaker, stronger)
    Statement.objects.filter(pk=stronger.pk).update(state=state, taken_down_at=stronger.published_at)
    page = ask()
    assert (len(page.statements), page.total) == (1, 1)
    assert Statement.objects.counted().count() == 1


def test_a_choice_carries_the_query_that_chooses_or_drops_it() -> None:
    make_statement()
    choices = {choice.key: choice for facet in ask("stance=critical&channel=public").facets for choice in facet.choices}
    assert choices["critical"].selected
    assert choices["critical"].query == "channel=public"
    assert choices["mixed"].query == "channel=public&stance=critical&stance=mixed"


EVERYTHING = {
    "event": "harbour-strike",
    "company": "calder-ferries",
    "stance": "critical",
    "channel": "public",
    "capacity": "official",
    "sector": "industrials",
    "q": "order",
    "from": "2026-01-01",
}


@pytest.mark.parametrize("question", [{}, EVERYTHING], ids=["no filter", "every filter"])
def test_a_page_with_facets_and_total_takes_at_most_twelve_queries(question: dict[str, str]) -> None:
    company = make_company(sector="industrials")
    root = make_event()
    event = make_event("Second day", parent=root)
    for _ in range(30):
        make_statement(company=company, event=event, told=False)
    with CaptureQueriesContext(connection) as asked:
        page = timeline(question)
        assert len(page.statements) == 30
        assert page.total == 30
        assert page.facets
        for statement in page.statements:
            assert statement.event.root == root
            assert [voice.company for voice in statement.voices.all()] == [company]
            assert [quote.text for citation in statement.citations.all() for quote in citation.quotes.all()]
    assert len(asked) <= 12
