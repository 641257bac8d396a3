"""Search as readers meet it: words marked, nothing unpublished, nothing executed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from tests import factories as f
from tracker.models import Statement
from tracker.reading import search

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def text(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_quotes_summaries_and_names_are_found(client: Client) -> None:
    root = f.make_event("Harbour strike", description="Dock workers stopped work.")
    statement = f.make_statement(company=f.make_company(), person=f.make_person(), quote="a step too far", event=root)
    page = client.get("/search/?q=step").content.decode()
    assert f"/statements/{statement.public_id}/" in page
    assert "a <mark>step</mark> too far" in page
    assert "<mark>Calder</mark> Ferries" in client.get("/search/?q=calder").content.decode()
    assert "Ada <mark>Quill</mark>" in client.get("/search/?q=quill").content.decode()
    assert "<mark>Harbour</mark> strike" in client.get("/search/?q=harbour").content.decode()
    assert "<mark>Dock</mark> workers" in client.get("/search/?q=dock").content.decode()


def test_every_word_must_occur(client: Client) -> None:
    f.make_statement()
    assert search.search("step far").statements.total == 1
    assert search.search("step nowhere").statements.total == 0


def test_a_former_name_leads_to_the_company_and_says_why(client: Client) -> None:
    f.make_company().aliases.create(name="Harbour Steam Packet")
    f.make_statement()
    said = text(client.get("/search/?q=packet"))
    assert "Calder Ferries" in said
    assert "Also written Harbour Steam Packet" in said


def test_names_that_begin_with_the_text_come_first() -> None:
    for name in ("North Calder", "Calder", "Calder Ferries"):
        f.make_company(name)
    found = search.search("calder").companies
    assert [hit.row.name for hit in found.rows] == ["Calder", "Calder Ferries", "North Calder"]


@pytest.mark.parametrize("state", ["draft", "approved", "withheld", "withdrawn"])
def test_what_is_not_public_is_not_found(state: str) -> None:
    f.make_statement(
        published=False,
        state=state,
        summary="Zanzibar.",
        taken_down_at=f.NOW,
        published_at=f.NOW if state[0] == "w" else None,
        company=f.make_company("Zanzibar Line", told=False),
        told=False,
    )
    f.make_event("Zanzibar", published=False, told=False)
    f.make_person("Zanzibar Smith", told=False)
    assert search.search("zanzibar").total == 0
    assert Statement.objects.filter(summary="Zanzibar.").exists()


def test_the_captured_text_is_never_searched() -> None:
    f.make_statement()
    assert search.search("HARBOUR TOWN").total == 0


@pytest.mark.parametrize("q", ["a" * 300, "%00", "?!", "…"])
def test_a_text_without_a_word_or_too_long_is_refused(client: Client, q: str) -> None:
    assert client.get(f"/search/?q={q}").status_code == 400


def test_another_parameter_is_refused(client: Client) -> None:
    assert client.get("/search/?q=a&stance=critical").status_code == 400


def test_no_question_shows_the_form_alone(client: Client) -> None:
    page = client.get("/search/")
    assert page.status_code == 200
    assert "result" not in text(page).replace("results", "")


def test_script_in_the_question_or_the_record_is_shown_and_not_run(client: Client) -> None:
    f.make_company("<script>alert(1)</script> Ltd")
    page = client.get("/search/?q=<script>alert(1)").content.decode()
    assert "<script>alert" not in page
    assert "&lt;<mark>" in page or "<mark>&lt;script&gt;alert(1)</mark>" in page


def test_control_and_invisible_characters_do_not_matter() -> None:
    f.make_company("Calder Ferries")
    assert search.search("Cal\u200bder\u0007 \u202eFerries").companies.total == 1


def test_a_long_text_is_cut_around_the_words() -> None:
    passage = search.marked("before " * 60 + "needle " + "after " * 60, ["needle"])
    assert ("needle", True) in passage.parts
    assert len(str(passage)) < 300
    assert str(passage).startswith("… ") and str(passage).endswith(" …")


@pytest.mark.parametrize("word", [".*", "(", "[a", "\\d"])
def test_signs_of_patterns_are_only_signs(word: str) -> None:
    assert search.marked(f"a {word} b", [word]).parts == (("a ", False), (word, True), (" b", False))


def test_results_take_a_bounded_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(12):
        company = f.make_company(f"Harbour {n}")
        f.make_statement(company=company, person=f.make_person(f"Harbour Smith {n}", company=company), told=False)
    with django_assert_max_num_queries(20):
        assert "All 12 companies" in text(client.get("/search/?q=harbour"))
