"""Statements proposed and inquiries recorded by programs: with evidence, by scope, and never public by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories as make
from tests.test_api_read import validate
from tests.test_api_reports import key_of
from tracker.core.drafts import Draft
from tracker.models import Candidate, Inquiry, Release, Report, Statement
from tracker.review import candidates

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def key() -> str:
    return key_of(make.contributor(), "candidates")


@pytest.fixture
def report() -> Report:
    make.make_event()
    make.make_person(company=make.make_company())
    return make.make_report(submitted_by=make.contributor())


def proposal(of: Report, **changes: Any) -> dict[str, Any]:
    return {
        "report": of.public_id,
        "event": "harbour-strike",
        "voices": [
            {"company": "calder-ferries", "person": "ada-quill", "role": "chief executive", "capacity": "official"}
        ],
        "channel": "public",
        "stance": "critical",
        "quotes": [{"text": make.QUOTE, "kind": "partial"}],
        "said": {"earliest": "2026-03-03", "as_written": "on Tuesday"},
        "reason": "“a step too far” judges the order wrong.",
    } | changes


def send(client: Client, key: str, body: Any, path: str = "candidates/", **headers: str) -> Any:
    return client.post(
        f"/api/v1/{path}", body, content_type="application/json", headers={"authorization": f"Token {key}", **headers}
    )


def test_a_proposal_waits_for_an_editor_and_can_be_accepted(client: Client, key: str, report: Report) -> None:
    answer = send(client, key, proposal(report))
    assert answer.status_code == 202, answer.content
    validate(answer.json(), "Proposal")
    candidate = Candidate.objects.get()
    draft = Draft.from_json(candidate.draft)
    start = report.captures.get().text.index(make.QUOTE)
    assert (draft.quotes[0].start, candidate.finder, candidate.state) == (start, "api tests", "pending")
    assert draft.said.earliest == draft.said.latest == "2026-03-03" and draft.said.precision == "day"
    assert not Statement.objects.exists() and not Release.objects.filter(entity="statement").exists()
    statement = candidates.accept(candidate, by=make.editor())
    assert statement.state == "draft" and statement.voices.get().company == make.make_company()
    assert client.get(f"/api/v1/statements/{statement.public_id}/").status_code == 404


def test_the_same_proposal_twice_is_one_candidate(client: Client, key: str, report: Report) -> None:
    assert send(client, key, proposal(report)).json()["new"]
    assert not send(client, key, proposal(report)).json()["new"]
    assert Candidate.objects.count() == 1


def test_one_key_for_two_proposals_is_refused(client: Client, key: str, report: Report) -> None:
    first = send(client, key, proposal(report), idempotency_key="one")
    assert send(client, key, proposal(report), idempotency_key="one").json() == first.json()
    assert send(client, key, proposal(report, stance="mixed"), idempotency_key="one").status_code == 422


@pytest.mark.parametrize(
    ("changes", "parameter", "words"),
    [
        ({"report": "RP-2222222"}, "report", "none that you sent in"),
        ({"event": "harbor-strike"}, "event", "Did you mean “harbour-strike”"),
        ({"voices": []}, "voices", "Say who spoke"),
        ({"voices": [{}]}, "voices.0.organization", "Name an organisation"),
        ({"voices": [{"company": "calder-ferry"}]}, "voices.0.company", "Did you mean “calder-ferries”"),
        ({"voices": [{"organisation": "x"}]}, "voices.0.organisation", "Did you mean “organization”"),
        ({"voices": ["Calder"]}, "voices", "list of objects"),
        ({"quotes": [{"text": "words that stand nowhere"}]}, "quotes.0.text", "do not stand"),
        ({"quotes": [{"text": "order is a disgrace"}]}, "quotes.0.text", "do not stand"),
        ({"quotes": []}, "passage", "Give a quote"),
        ({"quotes": [], "passage": "nowhere"}, "passage", "do not stand"),
        ({"stance": "angry"}, "stance", "not known"),
        ({"channel": "internal", "medium": "press_release"}, "medium", "does not belong"),
        ({"said": {"earliest": "2026-03-04", "latest": "2026-03-03"}}, "said.latest", "lies before"),
        ({"said": "Tuesday"}, "said", "Write an object"),
        ({"signature_count": -3}, "signature_count", "above 0"),
        ({"signature_count": True}, "signature_count", "above 0"),
        ({"state": "accepted"}, "state", "no such member"),
        ({"accepted_by": 1}, "accepted_by", "no such member"),
        ({"claims_first": "yes"}, "claims_first", "true or false"),
    ],
)
def test_a_proposal_without_evidence_or_with_unknown_names_is_refused(
    client: Client, key: str, report: Report, changes: dict[str, Any], parameter: str, words: str
) -> None:
    make.make_event()
    answer = send(client, key, proposal(report, **changes))
    assert answer.status_code == 400, answer.content
    wrong = {error["parameter"]: error["message"] for error in answer.json()["errors"]}
    assert words in wrong.get(parameter, ""), wrong
    assert not Candidate.objects.exists()


def test_another_s_report_is_not_told_apart_from_nothing(client: Client, report: Report) -> None:
    other = key_of(make.editor(), "candidates")
    found = send(client, other, proposal(report)).json()["errors"][0]["message"]
    assert found == f"“{report.public_id}” is none that you sent in, and none that is public."


def test_a_report_that_has_not_been_read_waits(client: Client, key: str) -> None:
    make.make_event()
    make.make_company()
    unread = make.make_report(
        "https://the-gazette.example/x", captured=False, submitted_by=make.contributor(), state="received"
    )
    answer = send(client, key, proposal(unread))
    assert answer.status_code == 409 and "not been read yet" in answer.json()["detail"]


def test_proposals_and_inquiries_need_their_own_scopes(client: Client, report: Report) -> None:
    wrong = key_of(make.contributor(), "reports")
    assert send(client, wrong, proposal(report)).status_code == 403
    assert send(client, wrong, {}, "inquiries/").status_code == 403
    assert client.get("/api/v1/candidates/").status_code == 405, "candidates are nobody's to read"


INQUIRY = {
    "event": "harbour-strike", "company": "ottery-foods", "outcome": "declined", "asked": {"earliest": "2026-03-04"},
    "asked_about": "the order",
}  # fmt: skip


def test_an_inquiry_becomes_a_draft(client: Client) -> None:
    make.make_event()
    make.make_company("Ottery Foods")
    answer = send(client, key_of(make.contributor(), "inquiries"), INQUIRY, "inquiries/")
    assert answer.status_code == 201, answer.content
    validate(answer.json(), "RecordedInquiry")
    inquiry = Inquiry.objects.get()
    assert (inquiry.state, inquiry.by_us, inquiry.outcome) == ("draft", True, "declined")
    assert client.get(f"/api/v1/inquiries/{inquiry.public_id}/").status_code == 404
    assert client.get("/api/v1/inquiries/").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"outcome": "shrugged"}, "outcome"),
        ({"asked": None}, "asked"),
        ({"company": "nobody"}, "company"),
        ({"by_us": False}, "by_us"),
    ],
)
def test_an_inquiry_says_whom_when_and_what_came_of_it(client: Client, changes: dict[str, Any], parameter: str) -> None:
    make.make_event()
    make.make_company("Ottery Foods")
    answer = send(client, key_of(make.contributor(), "inquiries"), INQUIRY | changes, "inquiries/")
    assert answer.status_code == 400 and answer.json()["errors"][0]["parameter"] == parameter
    assert not Inquiry.objects.exists()
