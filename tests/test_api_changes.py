"""The ledger for mirrors, and the record from its other sides: facets, positions, links, silence, versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.test_api_read import validate
from tracker.core import public
from tracker.models import Position, Statement
from tracker.review import corrections, merging, reference, takedown

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


def get(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


class Mirror:
    """What somebody holds who applies every line in order."""

    def __init__(self, client: Client, *, size: int = 3) -> None:
        self.client, self.size, self.cursor = client, size, 0
        self.rows: dict[tuple[str, str], Any] = {}

    def follow(self) -> None:
        while True:
            page = get(self.client, f"changes/?since={self.cursor}&page_size={self.size}")
            validate(page, "Changes")
            numbers = [line["seq"] for line in page["results"]]
            assert numbers == list(range(self.cursor + 1, self.cursor + 1 + len(numbers))), "no gap, in order"
            for line in page["results"]:
                if line["body"] is None:
                    self.rows.pop((line["entity"], line["id"]), None)
                else:
                    self.rows[line["entity"], line["id"]] = line["body"]
            self.cursor = page["cursor"]
            if not page["has_more"]:
                return

    def shows(self, entity: str) -> dict[str, Any]:
        return {
            name: body
            for (kind, name), body in self.rows.items()
            if kind == entity and not body.get("merged_into") and body.get("state", "published") == "published"
        }


def source(client: Client, name: str) -> dict[str, Any]:
    rows = get(client, f"{name}/?page_size=200")["results"]
    return {row.get("id") or row["slug"]: row for row in rows}


def assert_equal(mirror: Mirror) -> None:
    mirror.follow()
    lists = {
        "event": "events",
        "company": "companies",
        "person": "people",
        "outlet": "outlets",
        "statement": "statements",
        "inquiry": "inquiries",
        "correction": "corrections",
    }
    for entity, name in lists.items():
        held, there = mirror.shows(entity), source(mirror.client, name)
        for row in there.values():
            if entity == "correction":
                row.pop("url")  # an address of ours, not part of the record
        assert {key: public.stable(body) for key, body in held.items()} == {
            key: public.stable(body) for key, body in there.items()
        }, entity


def test_a_mirror_that_follows_the_ledger_holds_the_same_record(client: Client) -> None:
    mirror = Mirror(client)
    editor = make.editor()
    root, child, _ = make.make_tree()
    company = make.make_company()
    person = make.make_person(company=company)
    make.make_outlet()
    statements = [make.make_statement(event=child, person=person, said=f"2026-03-0{1 + n % 3}") for n in range(5)]
    make.make_inquiry()
    assert_equal(mirror)
    corrections.correct(statements[0], by=editor, reason="our_error", note="A slip.", changes={"summary": "Better."})
    merging.merge(statements[1], into=statements[2], by=editor, note="The same memo.")
    assert_equal(mirror)
    takedown.withhold(statements[3], by=editor, why="A complaint.")
    takedown.withdraw(statements[4], by=editor, category="privacy")
    assert_equal(mirror)
    assert set(mirror.rows["statement", statements[3].public_id]) == {"id", "url", "state"}, "no word of what it said"
    takedown.restore(statements[3], by=editor)
    company.name = "Calder Line"
    reference.save(company, by=editor)
    moved = make.make_company("Ottery Mills")
    moved.slug = "ottery-mills-and-sons"
    reference.save(moved, by=editor)
    merging.merge(make.make_company("Pinhay Rail"), into=company, by=editor)
    assert_equal(mirror)
    fresh = Mirror(client, size=200)
    fresh.follow()
    assert fresh.rows == mirror.rows, "whoever comes late holds the same"


def test_a_line_says_what_changed_and_where_a_merged_row_went(client: Client) -> None:
    first, second = make.make_statement(), make.make_statement(said="2026-03-04")
    corrections.correct(first, by=make.editor(), reason="our_error", note="A slip.", changes={"summary": "Better."})
    merging.merge(second, into=first, by=make.editor(), note="The same.")
    lines = get(client, "changes/?entity=statement")["results"]
    assert [line["changed"] for line in lines if line["kind"] == "changed"][0] == ["summary"]
    merged = next(line for line in lines if line["kind"] == "merged")
    assert (merged["id"], merged["redirect"]) == (second.public_id, first.public_id)
    assert {line["entity"] for line in lines} == {"statement"}


def test_what_is_hidden_now_is_hidden_in_its_past(client: Client) -> None:
    statement = make.make_statement()
    corrections.correct(statement, by=make.editor(), reason="our_error", note="x", changes={"summary": "Better words."})
    reference.add_reply(
        company=make.make_company(), text="We never said so.", received=make.NOW.date(), by=make.editor(),
        statement=statement,
    )  # fmt: skip
    before = get(client, "changes/")
    assert "Better words" in str(before) and "never said so" in str(before)
    takedown.withhold(statement, by=make.editor(), why="A complaint.")
    after = get(client, "changes/")
    assert [line["seq"] for line in after["results"]][: len(before["results"])] == [
        line["seq"] for line in before["results"]
    ]
    assert "Better words" not in str(after) and "never said so" not in str(after) and make.QUOTE not in str(after)
    assert client.get(f"/api/v1/statements/{statement.public_id}/versions/").status_code == 410


def test_the_end_of_the_ledger_is_a_place_to_wait_at(client: Client) -> None:
    make.make_statement()
    end = get(client, "changes/")["cursor"]
    waiting = get(client, f"changes/?since={end}")
    assert (waiting["results"], waiting["has_more"], waiting["cursor"]) == ([], False, end)
    make.make_statement(said="2026-03-04")
    assert len(get(client, f"changes/?since={end}")["results"]) == 1
    beyond = get(client, f"changes/?since={end + 100}")
    assert (beyond["results"], beyond["cursor"]) == ([], end + 100)


@pytest.mark.parametrize(
    "query",
    ["since=x", "since=-1", "since=1e3", "since=" + "9" * 30, "since=1&since=2", "entity=row", "sinse=3", "since=٣"],
)
def test_a_place_that_is_none_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/api/v1/changes/?{query}").status_code == 400


def test_changes_ask_little_of_the_database(client: Client) -> None:
    for number in range(6):
        make.make_statement(said=f"2026-03-0{number + 1}")
    with CaptureQueriesContext(connection) as queries:
        get(client, "changes/?page_size=200")
    assert len(queries) <= 6


def test_a_line_that_is_not_committed_is_not_told(client: Client) -> None:
    make.make_statement()
    last = get(client, "changes/")["last"]
    with pytest.raises(RuntimeError), transaction.atomic():
        make.make_statement(said="2026-03-04")
        raise RuntimeError
    assert get(client, "changes/")["last"] == last


# --- Facets, positions, links, silence, versions ------------------------------------------


def test_facets_count_as_the_page_does(client: Client) -> None:
    make.make_statement()
    make.make_statement(stance="supportive", company=make.make_company("Pinhay Rail"))
    body = get(client, "facets/?stance=critical")
    validate(body, "Facets")
    assert body["total"] == 1
    stance = next(facet for facet in body["facets"] if facet["parameter"] == "stance")
    counts = {choice["value"]: (choice["count"], choice["selected"]) for choice in stance["choices"]}
    assert counts["critical"] == (1, True) and counts["supportive"] == (1, False) and counts["neutral"] == (0, False)
    for choice in stance["choices"]:
        assert client.get(choice["toggle"].removeprefix("http://testserver")).status_code == 200


def test_positions_and_links_are_listed_with_their_statements(client: Client) -> None:
    first, second = make.make_statement(told=False), make.make_statement(said="2026-03-04", told=False)
    Position.objects.create(statement=first, target=make.make_target(), stance="supportive")
    make.link(second, first, "walks_back")
    hidden = make.make_statement(said="2026-03-05", published=False)
    make.link(hidden, first, "disavows")
    make.link(first, hidden, "disavows")
    for statement in Statement.objects.published():
        make.tell(statement)
    positions = get(client, "positions/")
    validate(positions, "PageOfPositions")
    assert [(one["statement"], one["target"], one["stance"]) for one in positions["results"]] == [
        (first.public_id, "the harbour minister", "supportive")
    ]
    links = get(client, "links/")
    validate(links, "PageOfLinks")
    assert [(one["statement"], one["kind"], one["to"]) for one in links["results"]] == [
        (second.public_id, "walks_back", first.public_id)
    ]
    assert get(client, "links/?to=2026-03-03")["results"] == []


def test_the_silence_of_an_event_prints_both_clocks(client: Client) -> None:
    make.make_check(make.make_watch_entry(make.make_company("Pinhay Rail"), frame=make.make_frame()))
    make.make_watch_entry(make.make_company(), frame=make.make_frame())
    make.make_statement()
    body = get(client, "events/harbour-strike/silence/?until=2026-03-10")
    validate(body, "Silence")
    assert body["until"] == "2026-03-10" and body["as_of"]
    assert {row["company"]["slug"] for row in body["board"]["companies"]} == {"pinhay-rail", "calder-ferries"}
    assert client.get("/api/v1/events/harbour-strike/silence/?untill=2026-03-10").status_code == 400
    assert client.get("/api/v1/events/nothing/silence/").status_code == 404


def test_a_statement_keeps_its_versions(client: Client) -> None:
    statement = make.make_statement()
    corrections.correct(statement, by=make.editor(), reason="our_error", note="A slip.", changes={"summary": "Better."})
    body = get(client, f"statements/{statement.public_id}/versions/")
    validate(body, "Versions")
    assert [line["body"]["summary"] for line in body["results"]] == [
        "Calder Ferries called the order a step too far.", "Better.",
    ]  # fmt: skip


def test_a_row_is_shown_as_it_was_known_by_a_day(client: Client) -> None:
    statement = make.make_statement()
    corrections.correct(
        statement, by=make.editor(), reason="our_error", note="A slip.", changes={"summary": "Better."},
        now=make.NOW.replace(day=25),
    )  # fmt: skip
    path = f"statements/{statement.public_id}/"
    assert get(client, path)["summary"] == "Better."
    then = get(client, f"{path}?as_of=2026-03-24")
    validate(then, "StatementDetail")
    assert then["summary"] == "Calder Ferries called the order a step too far."
    assert (then["as_of"], then["known_since"]) == ("2026-03-24", make.NOW.isoformat())
    assert get(client, f"{path}?as_of=2026-03-25")["summary"] == "Better."
    assert set(get(client, f"{path}?as_of=2026-03-25&fields=summary")) == {"id", "summary", "as_of", "known_since"}
    assert client.get(f"/api/v1/{path}?as_of=2026-03-19").status_code == 404, "nobody knew of it"
    for wrong in ("2999-01-01", "2026-02-30", "yesterday"):
        assert client.get(f"/api/v1/{path}?as_of={wrong}").status_code == 400
    takedown.withdraw(statement, by=make.editor(), category="privacy")
    assert client.get(f"/api/v1/{path}?as_of=2026-03-24").status_code == 410, "removed from its past too"
    assert get(client, "companies/calder-ferries/?as_of=2026-03-21")["name"] == "Calder Ferries"


def test_an_event_is_a_document_for_timelinejs(client: Client) -> None:
    make.make_statement(summary="<script>alert(1)</script>", said="2026-03-05")
    make.make_statement(said=make.span("2026-03-01", "2026-03-02"))
    make.make_statement(published=False)
    body = get(client, "events/harbour-strike/timelinejs.json")
    first, second = body["events"]
    assert first["start_date"] == {"year": 2026, "month": 3, "day": 1} and first["end_date"]["day"] == 2
    assert "end_date" not in second and "<script" not in str(body)
    assert "(toward the harbour strike order)" in second["text"]["headline"]
    assert client.get("/api/v1/events/nothing/timelinejs.json").status_code == 404
