"""The record, read by programs: lists, single rows, what is refused, and how little it asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tracker.api import docs, shapes
from tracker.models import Company, Correction, OldSlug, Statement
from tracker.models.choices import StatementState
from tracker.reading import lists

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LISTS = list(shapes.LISTS)
MOST_QUERIES = 8


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def record() -> Statement:
    """A record with a row of every kind."""
    person = make.make_person(company=make.make_company())
    first = make.make_statement(person=person, event=make.make_tree()[1])
    for number in range(3):
        company = make.make_company(f"Company {number}", sector="industrials", hq_region="GB")
        other = make.make_statement(company=company, said=f"2026-03-0{number + 4}", told=False)
        make.link(other, first, "reiterates")
        make.tell(other)
    make.make_inquiry()
    Correction.objects.create(
        entity="statement", row=first.public_id, event=first.event, field="summary", before="a", after="b",
        reason="our_error", by=make.editor(), published_at=make.NOW,
    )  # fmt: skip
    return first


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(f"/api/v1/{path}", headers=headers)


def validate(body: Any, name: str) -> None:
    """Hold an answer to its shape in the OpenAPI document, formats included."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": docs.document()["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(
        body
    )


# --- Lists ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_shape_that_the_document_promises(client: Client, record: Statement, name: str) -> None:
    answer = get(client, f"{name}/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert answer.json()["results"]
    validate(answer.json(), shapes.page_of(name))
    for row in answer.json()["results"]:
        assert set(row) == set(shapes.fields_of(shapes.LISTS[name])), "every field is there, null or not"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_little_of_the_database(client: Client, record: Statement, name: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        get(client, f"{name}/?count=true")
    assert len(queries) <= MOST_QUERIES, [query["sql"][:120] for query in queries]


@pytest.mark.parametrize("name", LISTS)
def test_pages_run_through_everything_once_and_back(client: Client, record: Statement, name: str) -> None:
    key = shapes.fields_of(shapes.LISTS[name])[0]
    everything = [row[key] for row in get(client, f"{name}/").json()["results"]]
    seen: list[str] = []
    page = get(client, f"{name}/?page_size=2")
    pages = [page.json()]
    while pages[-1]["next"]:
        assert f'<{pages[-1]["next"]}>; rel="next"' in page["Link"]
        page = client.get(pages[-1]["next"].removeprefix("http://testserver"))
        pages.append(page.json())
    seen = [row[key] for page in pages for row in page["results"]]
    assert seen == everything
    if len(pages) > 1:
        back = client.get(pages[1]["previous"].removeprefix("http://testserver")).json()
        assert [row[key] for row in back["results"]] == everything[:2]


@pytest.mark.parametrize("name", LISTS)
def test_every_order_is_total_and_pages_in_it(client: Client, record: Statement, name: str) -> None:
    if name == "timeline":
        assert get(client, "timeline/?ordering=said").status_code == 400
        return
    listing = lists.STATEMENTS if name == "statements" else lists.LISTS[name]
    key = shapes.fields_of(shapes.LISTS[name])[0]
    for order in listing.orders:
        everything = [row[key] for row in get(client, f"{name}/?ordering={order}").json()["results"]]
        page = get(client, f"{name}/?ordering={order}&page_size=1").json()
        seen = [row[key] for row in page["results"]]
        while page["next"]:
            page = client.get(page["next"].removeprefix("http://testserver")).json()
            seen += [row[key] for row in page["results"]]
        assert seen == everything and len(set(seen)) == len(seen)


def test_rows_that_come_in_between_neither_repeat_nor_hide_others(client: Client, record: Statement) -> None:
    first = get(client, "statements/?page_size=2").json()
    make.make_statement(said="2026-03-18")
    second = client.get(first["next"].removeprefix("http://testserver")).json()
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert len(ids) == len(set(ids)) == 4


def test_counting_is_asked_for_and_says_when_it_stops(
    client: Client, record: Statement, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "count" not in get(client, "statements/").json()
    assert get(client, "statements/?count=true").json()["count"] == 4
    monkeypatch.setattr(lists, "MAX_COUNT", 3)
    answer = get(client, "statements/?count=true").json()
    assert (answer["count"], answer["count_is_capped"]) == (3, True)


def test_only_the_fields_asked_for_and_always_the_name(client: Client, record: Statement) -> None:
    rows = get(client, "statements/?fields=stance,stance_target").json()["results"]
    assert all(set(row) == {"id", "stance", "stance_target"} for row in rows)
    answer = get(client, "statements/?fields=stanse")
    assert answer.status_code == 400 and answer.json()["errors"][0]["suggestion"] == "stance"


def test_references_can_be_expanded(client: Client, record: Statement) -> None:
    rows = get(client, "statements/?expand=companies&fields=stance").json()["results"]
    assert all(set(row) == {"id", "stance", "expanded"} for row in rows)
    body = get(client, "statements/?expand=companies,people,event,links&include_children=true").json()
    validate(body, "PageOfStatements")
    row = next(row for row in body["results"] if row["id"] == record.public_id)
    assert row["expanded"]["companies"]["calder-ferries"]["name"] == "Calder Ferries"
    assert row["expanded"]["people"]["ada-quill"]["roles"]
    assert set(row["expanded"]["event"]) == {"second-day", "harbour-strike"}
    assert any(record.public_id in one["expanded"]["links"] for one in body["results"])


def test_the_timeline_says_what_was_asked_and_where_else_it_is_answered(client: Client, record: Statement) -> None:
    body = get(client, "timeline/?company=calder-ferries&stance=!supportive").json()
    assert body["question"]["words"] == [
        {"parameter": "company", "label": "Company", "value": "Calder Ferries", "excluded": False},
        {"parameter": "stance", "label": "Stance", "value": "Supportive", "excluded": True},
    ]
    assert body["elsewhere"]["csv"].endswith("timeline.csv?company=calder-ferries&stance=%21supportive")
    assert get(client, "timeline.json?company=calder-ferries").json()["results"] == body["results"]


@pytest.mark.parametrize(
    ("path", "parameter", "suggestion"),
    [
        ("statements/?stanse=critical", "stanse", "stance"),
        ("statements/?stance=critica", "stance", "critical"),
        ("companies/?secter=energy", "secter", "sector"),
        ("companies/?sector=enrgy", "sector", "energy"),
        ("inquiries/?company=calder-ferrys", "company", "calder-ferries"),
        ("events/?ordering=titel", "ordering", "title"),
        ("statements/?cursor=abc", "cursor", None),
        ("statements/?page_size=500", "page_size", None),
        ("statements/?page_size=2&page_size=3", "page_size", None),
        ("statements/?expand=compani", "expand", "companies"),
        ("corrections/?count=yes", "count", None),
        ("statements/OR-2222222/?as=csv", "as", None),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest_right_word(
    client: Client, record: Statement, path: str, parameter: str, suggestion: str | None
) -> None:
    answer = get(client, path)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    validate(answer.json(), "Problem")
    assert (answer.json()["errors"][0]["parameter"], answer.json()["errors"][0]["suggestion"]) == (
        parameter,
        suggestion,
    )


def test_where_a_reader_came_from_is_no_question(client: Client, record: Statement) -> None:
    assert get(client, "statements/?utm_source=mail").status_code == 200


# --- Single rows ------------------------------------------------------------------------


def test_a_single_row_has_the_shape_that_the_document_promises(client: Client, record: Statement) -> None:
    report = record.citations.get().report
    inquiry = make.make_inquiry()
    for path, shape in (
        (f"statements/{record.public_id}/", "StatementDetail"),
        ("events/harbour-strike/", "EventDetail"),
        ("companies/calder-ferries/", "CompanyDetail"),
        ("people/ada-quill/", "PersonDetail"),
        ("outlets/the-gazette/", "OutletDetail"),
        (f"reports/{report.public_id}/", "ReportDetail"),
        (f"inquiries/{inquiry.public_id}/", "InquiryDetail"),
    ):
        answer = get(client, path)
        assert answer.status_code == 200, path
        validate(answer.json(), shape)
        page = client.get(answer.json()["url"].removeprefix("http://testserver"))
        assert page.status_code == 200, "every row names its page"


def test_a_statement_carries_its_evidence_and_its_corrections(client: Client, record: Statement) -> None:
    body = get(client, f"statements/{record.public_id}/").json()
    quote = body["citations"][0]["quotes"][0]
    assert (quote["text"], body["verification"]["level"]) == (make.QUOTE, "outlets_assertion")
    assert body["said"]["edtf"] == "2026-03-03" and body["said"]["words"] == "3 Mar 2026"
    assert body["corrections"][0]["reason"] == "our_error"
    assert (body["stance"], body["stance_target"]) == ("critical", "the harbour strike order")


@pytest.mark.parametrize(
    "path",
    [
        "statements/OR-2222222/",
        "events/nothing/",
        "companies/nothing/",
        "people/nothing/",
        "reports/RP-2222222/",
        "inquiries/IN-2222222/",
        "reports/RP-2222222/status/x/",
        "nothing/at/all/",
    ],
)
def test_what_is_not_public_is_404_in_the_form_of_a_problem(client: Client, path: str) -> None:
    answer = get(client, path)
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    validate(answer.json(), "Problem")


def test_merged_rows_lead_on_and_a_forgotten_slash_is_forgiven(client: Client, record: Statement) -> None:
    old = make.make_company("Old Calder", merged_into=make.make_company())
    OldSlug.objects.create(entity="company", slug="calder-line", row_id=make.make_company().pk)
    for name in (old.slug, "calder-line"):
        answer = get(client, f"companies/{name}/?fields=name")
        assert (answer.status_code, answer["Location"]) == (308, "/api/v1/companies/calder-ferries/?fields=name")
    answer = get(client, "statements?stance=critical")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/statements/?stance=critical")
    assert (
        get(client, f"statements/{record.public_id.lower()}/")["Location"] == f"/api/v1/statements/{record.public_id}/"
    )


def test_what_was_taken_down_leaves_a_tombstone_and_nothing_else(client: Client, record: Statement) -> None:
    fields: dict[str, Any] = {
        "state": StatementState.WITHDRAWN,
        "taken_down_at": make.NOW,
        "taken_down_category": "privacy",
    }
    Statement.objects.filter(pk=record.pk).update(taken_down_note="It named a child.", **fields)
    answer = get(client, f"statements/{record.public_id}/")
    assert answer.status_code == 410
    validate(answer.json(), "Problem")
    assert answer.json()["tombstone"]["category"] == "privacy"
    assert "child" not in answer.content.decode() and make.QUOTE not in answer.content.decode()


# --- Manners ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", *(f"{name}/" for name in LISTS), "companies/calder-ferries/", "schema/"])
def test_an_answer_that_the_asker_holds_is_304(client: Client, record: Statement, path: str) -> None:
    first = get(client, path)
    again = get(client, path, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    make.make_statement(said="2026-03-19")
    assert get(client, path, if_none_match=first["ETag"]).status_code == 200


def test_an_unchanged_list_is_not_read(client: Client, record: Statement) -> None:
    tag = get(client, "statements/?stance=critical")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert get(client, "statements/?stance=critical", if_none_match=tag).status_code == 304
    assert len(queries) == 1


def test_a_damaged_question_is_refused_even_if_its_answer_is_held(client: Client, record: Statement) -> None:
    assert get(client, "statements/?cursor=%00", if_none_match="*").status_code in (304, 400)
    assert get(client, "statements/?stanse=x", if_none_match="*").status_code == 400


def test_anybody_may_read_from_any_site(client: Client, record: Statement) -> None:
    assert get(client, "statements/", origin="https://elsewhere.example")["Access-Control-Allow-Origin"] == "*"


def test_how_much_is_left_is_said_and_too_much_is_refused(client: Client, record: Statement, settings: Any) -> None:
    from rest_framework.settings import api_settings

    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "reader": "3/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    answers = [get(client, "events/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"reader";q=3;w=60'
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    validate(answers[3].json(), "Problem")


def test_the_root_says_what_there_is_and_every_address_in_it_answers(client: Client, record: Statement) -> None:
    body = get(client, "").json()
    assert body["record"]["statements"] == 4

    def addresses(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for inner in value.values():
                yield from addresses(inner)
        elif isinstance(value, str) and value.startswith("http://testserver/"):
            yield value

    for address in addresses(body):
        answer = client.get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200, address


def test_methods_that_are_not_there_are_refused(client: Client, record: Statement) -> None:
    answer = client.delete("/api/v1/companies/calder-ferries/")
    assert answer.status_code == 405 and answer["Content-Type"] == "application/problem+json"
    assert Company.objects.filter(slug="calder-ferries").exists()
    assert client.head("/api/v1/statements/").status_code == 200


def test_until_is_the_worlds_clock_and_uncertain_days_count_when_they_are_over(client: Client) -> None:
    day = make.make_statement(said="2026-03-04")
    make.make_statement(said=make.span("2026-03-03", "2026-03-06"))
    rows = get(client, "statements/?until=2026-03-05").json()["results"]
    assert [row["id"] for row in rows] == [day.public_id]
    assert get(client, "statements/?until=tomorrow").status_code == 400
