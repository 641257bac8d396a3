"""Feeds and files that leave the house: valid whatever the texts hold, and never a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from tests import factories as make
from tracker.models import Correction, Statement
from tracker.reading import exports, feeds, lists

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ATOM = "{http://www.w3.org/2005/Atom}"
POISON = [
    "a\x0bb",
    "a\x01\x08\x1fb",
    "a\ufffe\uffffb",
    "a\U0001fffeb",
    "]]><b>&amp;<!-- x",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "\u202eevil\u202c",
    "x" * 5000,
]
FEEDS = [
    "/api/v1/timeline.atom",
    "/feed.atom",
    "/events/harbour-strike/feed.atom",
    "/companies/calder-ferries/feed.atom",
]
JSON_FEEDS = [address.replace("atom", "json") for address in FEEDS[1:]] + ["/api/v1/timeline.feed.json"]


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


def poisoned(text: str) -> Statement:
    """Publish a statement whose texts hold this, past every door that would have cleaned it."""
    make.make_event(told=False)
    person = make.make_person(f"Ada {text[:40]}", slug="ada-poison")
    statement = make.make_statement(person=person, summary=f"Calder {text}", told=False)
    quote = statement.citations.get().quotes.get()
    type(quote).objects.filter(pk=quote.pk).update(text=f"step {text}")
    make.tell(statement)
    return statement


# --- Feeds ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", POISON, ids=range(len(POISON)))
def test_feeds_are_valid_whatever_the_texts_hold(client: Client, text: str) -> None:
    statement = poisoned(text)
    for address in FEEDS:
        answer = client.get(address)
        assert answer.status_code == 200 and answer["Content-Type"].startswith("application/atom+xml")
        root = etree.fromstring(answer.content)
        entry = root.find(f"{ATOM}entry")
        assert entry is not None and statement.public_id in entry.findtext(f"{ATOM}id", "")
        content = entry.findtext(f"{ATOM}content", "")
        assert "<script" not in content and "<img" not in content
        found = feedparser.parse(answer.content)
        assert not found.bozo and len(found.entries) == 1
    for address in JSON_FEEDS:
        answer = client.get(address)
        assert answer.status_code == 200, address
        body = json.loads(answer.content)
        assert body["version"] == "https://jsonfeed.org/version/1.1"
        assert body["items"][0]["url"].endswith(f"/statements/{statement.public_id}/")
        assert "\x0b" not in body["items"][0]["content_html"]


def test_an_atom_feed_has_what_its_standard_demands(client: Client) -> None:
    statement = make.make_statement()
    answer = client.get("/api/v1/timeline.atom?company=calder-ferries")
    root = etree.fromstring(answer.content)
    assert [child.tag for child in root[:3]] == [f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated"]
    assert root.findtext(f"{ATOM}id").startswith("tag:testserver,2026:")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/api/v1/timeline.atom?company=calder-ferries"
    assert links["alternate"] == "http://testserver/?company=calder-ferries"
    assert answer["Link"] == f'<{links["self"]}>; rel="self"'
    entry = root.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"tag:testserver,2026:{statement.public_id}"
    assert entry.findtext(f"{ATOM}title") == (
        "Calder Ferries: Critical (toward the harbour strike order) — Harbour strike"
    )
    assert "a step too far" in entry.findtext(f"{ATOM}content")
    assert entry.findtext(f"{ATOM}updated") == "2026-03-20T12:00:00Z"


def test_a_feed_holds_what_its_filter_asks_for_and_refuses_what_it_does_not_know(client: Client) -> None:
    make.make_statement()
    make.make_statement(company=make.make_company("Pinhay Rail"), stance="supportive")
    assert len(feedparser.parse(client.get("/feed.atom?stance=supportive").content).entries) == 1
    assert len(client.get("/feed.json").json()["items"]) == 2
    assert client.get("/api/v1/timeline.atom?stanse=critical").status_code == 400
    assert client.get("/feed.atom?stanse=critical").status_code == 400
    assert client.get("/companies/pinhay-rail/feed.json?company=calder-ferries").status_code == 400
    assert client.get("/companies/nothing/feed.atom").status_code == 404


def test_what_is_published_last_stands_first(client: Client) -> None:
    make.make_statement(said="2026-03-10")
    late = make.make_statement(said="2026-03-01", published_at=make.NOW.replace(day=21))
    assert late.public_id in client.get("/feed.json").json()["items"][0]["id"]


@pytest.mark.parametrize("address", [*FEEDS, *JSON_FEEDS, "/corrections/feed.atom", "/corrections/feed.json"])
def test_a_feed_that_the_asker_holds_is_304(client: Client, address: str) -> None:
    make.make_statement()
    first = client.get(address)
    assert first.status_code == 200
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make.make_statement(said="2026-03-11")
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_feed_asks_little_of_the_database(client: Client) -> None:
    for number in range(5):
        make.make_statement(company=make.make_company(f"Company {number}"))
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/timeline.atom?event=harbour-strike")
    assert len(queries) <= 6


def test_corrections_leave_wording_out(client: Client) -> None:
    statement = make.make_statement()
    for reason in ("our_error", "wording"):
        Correction.objects.create(
            entity="statement", row=statement.public_id, event=statement.event, field="summary", before="a", after="b",
            reason=reason, note="A \x0b note.", by=make.editor(), published_at=make.NOW,
        )  # fmt: skip
    found = feedparser.parse(client.get("/corrections/feed.atom").content)
    assert not found.bozo
    assert [entry.title for entry in found.entries] == [f"Correction of {statement.public_id}: summary (our error)"]


def test_an_empty_feed_is_a_feed(client: Client) -> None:
    found = feedparser.parse(client.get("/feed.atom").content)
    assert not found.bozo and found.feed.updated == feeds.NEVER.isoformat().replace("+00:00", "Z")


# --- Files ------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "'=1",
    '"=1',
    "|cmd",
    "%0",
    "\u00a0=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert exports.neutral(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Calder Ferries", "3M", "a=b", "2026-03-03", 7, 0.5, ""])
def test_other_cells_stay_as_they_are(value: Any) -> None:
    assert exports.neutral(value) == value
    assert (exports.neutral(None), exports.neutral(True), exports.neutral("a\x00b")) == ("", "true", "ab")


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="onrecord-')
    text = b"".join(answer).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_csv_has_one_line_a_statement_and_stance_never_without_its_target(client: Client) -> None:
    first = make.make_statement(person=make.make_person(company=make.make_company()), summary="=HYPERLINK(1)")
    make.make_statement(company=make.make_company("Pinhay Rail"), said=make.span(None, "2026-03-09"))
    rows = rows_of(client, "timeline.csv")
    assert [row["companies"] for row in rows] == ["pinhay-rail", "calder-ferries"]
    assert list(rows[0])[4:6] == ["stance", "stance_target"]
    assert rows[1]["id"] == first.public_id and rows[1]["summary"] == "'=HYPERLINK(1)"
    assert (rows[0]["said_earliest"], rows[0]["said_edtf"], rows[0]["said_words"]) == (
        "",
        "../2026-03-09",
        "by 9 Mar 2026",
    )
    assert rows[1]["quotes"] == make.QUOTE and rows[1]["people"] == "ada-quill"
    assert len(rows_of(client, "timeline.csv?company=pinhay-rail")) == 1


def test_voices_have_a_line_each(client: Client) -> None:
    statement = make.make_statement(
        voices=[(make.make_company(), None, "official"), (None, make.make_person(), "personal")]
    )
    rows = rows_of(client, "voices.csv")
    assert [(row["statement"], row["number"], row["company"], row["person"], row["capacity"]) for row in rows] == [
        (statement.public_id, "1", "calder-ferries", "", "official"),
        (statement.public_id, "2", "", "ada-quill", "personal"),
    ]


def test_every_list_is_a_file_with_as_many_lines(client: Client) -> None:
    make.make_statement(person=make.make_person(company=make.make_company()))
    make.make_inquiry()
    for name in ("timeline", "statements", "events", "companies", "people", "outlets", "reports", "inquiries"):
        listed = client.get(f"/api/v1/{name}/").json()["results"]
        assert len(rows_of(client, f"{name}.csv")) == len(listed)
        answer = client.get(f"/api/v1/{name}.ndjson")
        assert [json.loads(line) for line in b"".join(answer).splitlines()] == listed


def test_poison_stays_inside_its_cell(client: Client) -> None:
    poisoned('a\r\n"b",=c\x0b')
    (row,) = rows_of(client, "timeline.csv")
    assert row["summary"].startswith("Calder a") and row["stance"] == "critical"


def test_a_file_is_read_in_pieces_and_asks_for_some_hundred_rows_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.reading.bodies.CHUNK", 2)
    for number in range(5):
        make.make_statement(said=f"2026-03-0{number + 1}")
    answer = client.get("/api/v1/timeline.ndjson")
    with CaptureQueriesContext(connection) as queries:
        lines = b"".join(answer).splitlines()
    assert len(lines) == 5 and len(queries) <= 4


def test_who_hangs_up_ends_the_reading(client: Client) -> None:
    for number in range(3):
        make.make_statement(said=f"2026-03-0{number + 1}")
    rows = Statement.objects.published()
    lines = exports.csv_lines(exports.STATEMENT_COLUMNS, exports.parsed(lists.STATEMENTS, rows))
    assert next(lines).startswith("\ufeffid,")
    lines.close()  # type: ignore[attr-defined]
    assert client.get("/api/v1/timeline.csv").status_code == 200


def test_a_file_refuses_what_it_does_not_know(client: Client) -> None:
    for address in ("timeline.csv?stanse=x", "voices.csv?page_size=3", "companies.ndjson?secter=x"):
        assert client.get(f"/api/v1/{address}").status_code == 400
