"""The silence board as readers meet it: neutral words, both clocks, a denominator for every figure."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from django.test import Client, override_settings

from tests import factories as f
from tracker.models import Company, Event
from tracker.pages import silence_page
from tracker.reading import silence

pytestmark = pytest.mark.django_db
BOARD = "/events/harbour-strike/silence/"
UNTIL = "?until=2026-03-20"


def text(response: Any) -> str:
    page = response.content.decode()
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def watch(*names: str, through: str | None = "2026-03-20", sector: str = "energy") -> list[Company]:
    made = []
    for name in names:
        company = f.make_company(name, sector=sector, hq_region="US-MN")
        entry = f.make_watch_entry(company, frame=f.make_frame())
        if through:
            f.make_check(entry, through)
        made.append(company)
    return made


def twenty() -> list[Company]:
    return watch(*[f"Company {n}" for n in range(20)])


def test_a_board_says_who_spoke_out_of_how_many_and_where_none_was_found(client: Client) -> None:
    spoke, _, other = watch("Calder Ferries", "Pinhay Rail", "Ottery Foods")
    f.make_statement(company=spoke)
    f.make_inquiry(company=other)
    said = text(client.get(BOARD + UNTIL))
    assert "By 20 March 2026, 1 of 3 watched companies had spoken in public; for 2 no statement was found." in said
    assert "Said until 20 March 2026 · as known to this record" in said
    assert "In its own name, 1" in said
    assert "No statement found; asked, declined, 1" in said
    assert "Asked 3 Mar 2026: declined" in said
    assert "“No statement found” describes our search, not the company." in said


@pytest.mark.parametrize("word", ["silent", "refus", "fail", "ignor", "only 1"])
def test_its_words_are_neutral(client: Client, word: str) -> None:
    watch("Calder Ferries", "Pinhay Rail")
    said = text(client.get(BOARD + UNTIL)).lower().replace("never counted as silent", "")
    assert not re.search(rf"\b{word}", said)


def test_small_frames_show_squares_and_no_percentage(client: Client) -> None:
    for company in watch(*[f"Company {n}" for n in range(19)])[:7]:
        f.make_statement(company=company)
    page = client.get(BOARD + UNTIL).content.decode()
    assert "7 of 19" in page
    assert "counts only, no percentages" in page
    assert "%" not in re.sub(r"%20", "", text(client.get(BOARD + UNTIL)))
    assert "chart-wide" not in page


def test_from_twenty_companies_on_a_curve_is_drawn_and_told_as_a_table(client: Client) -> None:
    companies = twenty()
    for n, company in enumerate(companies[:5]):
        f.make_statement(company=company, said=f.span(f"2026-03-{5 + n:02}", f"2026-03-{7 + n:02}"))
    page = client.get(BOARD + UNTIL).content.decode()
    said = text(client.get(BOARD + UNTIL))
    assert 'class="chart chart-wide"' in page and 'class="chart chart-narrow"' in page
    assert "5 of 20 in public" in said
    assert "n = 20" in said
    assert re.search(r"4 5% 20 0% 20", said)
    assert "25% 16" in said


def test_the_note_of_the_curve_says_who_was_left_out(client: Client) -> None:
    Event.objects.filter(pk=f.make_tree()[1].pk).update(began_earliest="2026-03-05", began_latest="2026-03-05")
    f.make_statement(company=twenty()[0], said="2026-03-03")
    said = text(client.get(f"{BOARD}?anchor=second-day&until=2026-03-20"))
    assert "not in the curve. One that had spoken before Second day left out." in said


def test_no_curve_where_too_few_were_checked_at_their_own_channels(client: Client) -> None:
    twenty()
    watch("Pinhay Rail", "Ottery Foods", "Calder Ferries", through=None)
    said = text(client.get(BOARD + UNTIL))
    assert "No share is given: 20 of 23 companies were checked at their own channels" in said
    assert "Three of the 23 on the list were not checked since Harbour strike and stand in no figure." in said
    assert "Not checked since Harbour strike, 3" in said


def test_a_board_that_nobody_checked_gives_no_figure(client: Client) -> None:
    (company,) = watch("Calder Ferries", through=None)
    f.make_statement(company=company)
    said = text(client.get(BOARD + UNTIL))
    assert "None of the 1 watched companies has been checked since Harbour strike: no figure is given." in said
    assert "Not checked since Harbour strike, 1" in said
    assert "not yet" in said


def test_what_is_internal_reported_or_about_operations_is_told_apart(client: Client) -> None:
    one, two, three, _ = watch("Calder Ferries", "Pinhay Rail", "Ottery Foods", "Sable Group")
    f.make_statement(company=one, channel="internal", medium="chat", disclosure="leaked")
    f.make_statement(company=two, quote="")
    f.make_statement(company=three, operations_only=True)
    said = text(client.get(BOARD + UNTIL))
    assert "none of 4 watched companies had spoken in public; for 1 no statement was found." in said
    assert "Apart from these, 1 is on record only to its own staff, 1 is reported to have spoken" in said
    assert "Internal · chat · leaked" in said


def test_days_are_an_interval_and_who_spoke_before_is_listed_apart(client: Client) -> None:
    Event.objects.filter(pk=f.make_tree()[1].pk).update(began_earliest="2026-03-05", began_latest="2026-03-05")
    early, late = watch("Calder Ferries", "Pinhay Rail")
    f.make_statement(company=early, said="2026-03-03")
    f.make_statement(company=late, said=f.span("2026-03-07", "2026-03-09"))
    said = text(client.get(f"{BOARD}?anchor=second-day&until=2026-03-20"))
    assert "2–4" in said
    assert "Spoke before Second day, 1 in no count of days" in said
    assert "One of these had spoken before Second day." in said


def test_a_company_that_something_undecided_names_says_so_without_saying_what(client: Client) -> None:
    watch("Calder Ferries", "Pinhay Rail", "Ottery Foods")
    f.make_candidate(report=f.make_report(headline="A secret headline"))
    page = client.get(BOARD + UNTIL)
    assert "held back by what is undecided" in text(page)
    assert "2 Mar" in text(page) and ", overdue" in text(page)
    assert "secret" not in page.content.decode().lower()


def test_an_event_without_a_watch_list_says_that_nobody_is_monitored(client: Client) -> None:
    f.make_event()
    said = text(client.get(BOARD))
    assert "No watch list has been published for this event." in said
    assert "Every other company is not monitored." in said


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?untill=2026-03-10", 400),
        ("?until=tomorrow", 400),
        ("?until=2199-01-01", 400),
        ("?as_of=2026-03-01", 400),
        ("?anchor=nowhere", 400),
        ("?utm_source=mail", 200),
        ("?until=&anchor=harbour-strike", 302),
    ],
)
def test_a_question_is_answered_refused_or_brought_into_form(client: Client, query: str, status: int) -> None:
    watch("Calder Ferries")
    assert client.get(BOARD + query).status_code == status


def test_an_earlier_state_of_the_record_is_refused_and_not_made_up(client: Client) -> None:
    watch("Calder Ferries")
    assert "as it is known today only" in text(client.get(f"{BOARD}?as_of=2026-03-01"))


def test_an_unknown_or_unpublished_event_has_no_board(client: Client) -> None:
    f.make_event("Secret", published=False, told=False)
    assert client.get("/events/secret/silence/").status_code == 404
    assert client.get("/events/nothing/silence/").status_code == 404


def test_an_old_name_leads_to_the_present_board(client: Client) -> None:
    from tracker.models import OldSlug

    OldSlug.objects.create(entity="event", slug="port-strike", row_id=f.make_event().pk)
    response = client.get("/events/port-strike/silence/?until=2026-03-20")
    assert (response.status_code, response["Location"]) == (308, BOARD + UNTIL)


def test_sample_data_says_that_nothing_here_is_a_finding(client: Client) -> None:
    watch("Calder Ferries")
    with override_settings(SAMPLE_DATA=True):
        assert "No “no statement found” here is a finding." in text(client.get(BOARD))
    Event.objects.update(is_sample=True)
    with override_settings(SAMPLE_DATA=False):
        assert "No “no statement found” here is a finding." in text(client.get(BOARD + "?until=2026-03-19"))


def test_the_csv_holds_a_line_a_company_with_both_clocks_and_no_formula(client: Client) -> None:
    one, _ = watch("Calder Ferries", "=Pinhay()")
    statement = f.make_statement(company=one)
    response = client.get("/events/harbour-strike/silence.csv" + UNTIL)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["company_name"], row["found"], row["statement"]) for row in rows] == [
        ("'=Pinhay()", "nothing", ""),
        ("Calder Ferries", "own_name", statement.public_id),
    ]
    assert {(row["until"], row["frame"], row["checked_through"]) for row in rows} == {
        ("2026-03-20", "harbour-forty", "2026-03-20")
    }
    assert rows[0]["as_of"]


def test_the_page_links_its_own_question_as_csv_and_json(client: Client) -> None:
    watch("Calder Ferries")
    page = client.get(BOARD + UNTIL).content.decode()
    assert 'href="/events/harbour-strike/silence.csv?until=2026-03-20"' in page
    assert 'href="/api/v1/events/harbour-strike/silence/?until=2026-03-20"' in page


def test_the_event_page_carries_the_boards_figure_with_its_denominator(client: Client) -> None:
    one, *_ = watch("Calder Ferries", "Pinhay Rail", "Ottery Foods")
    f.make_statement(company=one)
    said = text(client.get("/events/harbour-strike/"))
    assert "1 of 3 watched company has spoken in public" in said


def test_an_empty_table_of_figures_has_no_group_without_rows() -> None:
    watch("Calder Ferries")
    found = silence.silence("harbour-strike", now=dt.datetime(2026, 3, 20, tzinfo=dt.UTC))
    assert found.board is not None
    assert [block.title for block in silence_page.blocks(found.board, found.question.anchor, 5)] == [
        "No statement found"
    ]


def test_the_queries_of_the_page_do_not_grow_with_the_companies(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for company in twenty():
        f.make_statement(company=company, told=False)
    with django_assert_max_num_queries(12):
        assert client.get(BOARD).status_code == 200
