"""Reports sent in by programs: taken at once, done once, followed by their sender only."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections
from django.test import Client

from tests import factories as make
from tracker.models import ApiToken, Idempotency, Report
from tracker.operations import handoff
from tracker.operations.handoff import Breaker

pytestmark = [pytest.mark.django_db, pytest.mark.database]
URL = "https://the-gazette.example/2026/harbour"


@pytest.fixture(autouse=True)
def nobody_listens(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The broker is down, as an address at which nobody listens; sending in must work all the same."""
    cache.clear()
    monkeypatch.setattr(handoff, "breaker", Breaker())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.BROKER_URL = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    yield


def key_of(user: User, *scopes: str, **fields: Any) -> str:
    _, key = ApiToken.objects.create(user=user, expiry=None, name="tests", scopes=list(scopes), **fields)
    return str(key)


@pytest.fixture
def key() -> str:
    return key_of(make.contributor(), "reports")


def send(client: Client, key: str, body: Any, **headers: str) -> Any:
    return client.post(
        "/api/v1/reports/", body, content_type="application/json", headers={"authorization": f"Token {key}", **headers}
    )


def test_an_address_is_taken_in_at_once_though_the_broker_is_down(client: Client, key: str) -> None:
    make.make_event()
    answer = send(
        client, key, {"url": URL + "?utm_source=mail", "events": ["harbour-strike"], "published": "2026-03-03"}
    )
    assert answer.status_code == 202
    body = answer.json()
    report = Report.objects.get(public_id=body["id"])
    assert (report.state, report.submitted_by, report.hint_published) == (
        "received", make.contributor(), dt.date(2026, 3, 3),
    )  # fmt: skip
    assert [one.slug for one in report.events.all()] == ["harbour-strike"]
    assert (
        body["new"] and answer["Location"] == body["status"] == f"http://testserver/api/v1/reports/{body['id']}/status/"
    )
    assert client.get(f"/api/v1/reports/{body['id']}/").status_code == 404, "nothing of it is public"


def test_a_pasted_text_is_taken_in_and_followed(client: Client, key: str) -> None:
    sent = send(client, key, {"text": make.TEXT, "headline": "Harbour"}).json()
    status = client.get(f"/api/v1/reports/{sent['id']}/status/", headers={"authorization": f"Token {key}"})
    assert status.status_code == 200
    assert {name: status.json()[name] for name in ("state", "new", "candidates", "report")} == {
        "state": "received", "new": False, "candidates": 0, "report": None,
    }  # fmt: skip


def test_nobody_else_learns_of_it(client: Client, key: str) -> None:
    sent = send(client, key, {"url": URL}).json()
    path = f"/api/v1/reports/{sent['id']}/status/"
    assert client.get(path).status_code == 401
    other = key_of(make.editor(), "reports")
    assert client.get(path, headers={"authorization": f"Token {other}"}).status_code == 404
    again = send(client, other, {"url": URL}).json()
    assert (again["id"], again["new"], again["status"], again["headline"]) == (sent["id"], False, None, None)
    assert Report.objects.count() == 1


def test_the_same_key_gets_the_first_answer_and_another_body_is_422(client: Client, key: str) -> None:
    first = send(client, key, {"text": "The ferry sails."}, idempotency_key="one")
    again = send(client, key, {"text": "The ferry sails."}, idempotency_key="one")
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (202, first.json(), "true")
    other = send(client, key, {"text": "The ferry does not sail."}, idempotency_key="one")
    assert other.status_code == 422 and other.json()["type"].endswith("#problem-key-reused")
    assert Report.objects.count() == 1
    other_user = key_of(make.editor(), "reports")
    assert send(client, other_user, {"text": "The ferry does not sail."}, idempotency_key="one").status_code == 202


def test_a_refused_request_does_not_use_its_key_up(client: Client, key: str) -> None:
    assert send(client, key, {"text": ""}, idempotency_key="one").status_code == 400
    assert send(client, key, {"text": "The ferry sails."}, idempotency_key="one").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_key_one_makes_the_report() -> None:
    key = key_of(make.contributor(), "reports")
    found: list[tuple[int, str]] = []

    def one() -> None:
        answer = send(Client(), key, {"text": "The ferry sails."}, idempotency_key="one")
        found.append((answer.status_code, answer.json().get("id", "")))
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12 and len(set(found)) == 1 and found[0][0] == 202
    assert (Report.objects.count(), Idempotency.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("body", "parameter", "words"),
    [
        ({}, "url", "Give an address"),
        ({"text": " "}, "url", "Give an address"),
        ({"url": "javascript:alert(1)"}, "url", "http"),
        ({"url": "https://user:secret@the-gazette.example/"}, "url", "user name"),
        ({"url": 7}, "url", "Write a text"),
        ({"url": URL, "outlet": "gazete"}, "outlet", "not known"),
        ({"url": URL, "events": "harbour-strike"}, "events", "list of texts"),
        ({"url": URL, "events": ["nothing"]}, "events", "not known"),
        ({"url": URL, "published": "yesterday"}, "published", "2026-01-28"),
        ({"url": URL, "published": "0001-01-01"}, "published", "year"),
        ({"text": "a\x00b"}, "text", "NUL"),
        ({"url": URL, "state": "done"}, "state", "no such member"),
        ({"url": URL, "submitted_by": 1}, "submitted_by", "no such member"),
        ({"url": URL, "public_id": "RP-2222222"}, "public_id", "no such member"),
        ({"url": URL, "id": 3}, "id", "no such member"),
        ({"url": URL, "headline": "x" * 501}, "headline", "At most 500"),
    ],
)
def test_a_body_that_is_not_right_is_refused_with_what_to_do(
    client: Client, key: str, body: Any, parameter: str, words: str
) -> None:
    answer = send(client, key, body)
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    found = answer.json()["errors"][0]
    assert found["parameter"] == parameter and words in found["message"]
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b'{"text": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 400),
        (b'{"text": "' + b"x" * 1_100_000 + b'"}', 400),
        (b'{"text": "' + b"x" * 4_500_000 + b'"}', 413),
        (b'{"text": "\\ud800"}', 400),
    ],
)
def test_a_body_that_is_no_json_or_too_much_is_refused(client: Client, key: str, body: bytes, status: int) -> None:
    assert send(client, key, body).status_code == status
    assert not Report.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/xml", ""])
def test_only_json_is_read(client: Client, key: str, content_type: str) -> None:
    answer = client.generic(
        "POST", "/api/v1/reports/", b'{"text": "x"}', content_type=content_type,
        headers={"authorization": f"Token {key}"},
    )  # fmt: skip
    assert answer.status_code == 415


# --- Keys -------------------------------------------------------------------------------


def test_a_key_of_the_wrong_sort_is_refused_and_never_ignored(client: Client) -> None:
    gone = make.make_user("old", is_active=False)
    expired = key_of(make.contributor(), "reports")
    ApiToken.objects.filter(token_key=expired[:15]).update(expiry=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert ApiToken.objects.filter(expiry__year=2020).exists()
    for value, status in (
        ("", 401),
        ("Token", 401),
        ("Token or_nothing", 401),
        ("Token " + "x" * 5000, 401),
        ("Token \xff\xfe", 401),
        ("Bearer or_nothing", 401),
        (f"Token {key_of(gone, 'reports')}", 401),
        (f"Token {expired}", 401),
        (f"Token {key_of(make.contributor(), 'candidates')}", 403),
        (f"Token {key_of(make.contributor())}", 403),
        (f"Token {key_of(make.cy(), 'reports')}", 403),
    ):
        answer = client.post(
            "/api/v1/reports/", {"text": "x"}, content_type="application/json", headers={"authorization": value}
        )
        assert answer.status_code == status, value
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code == 401) == answer.has_header("WWW-Authenticate")
    assert not Report.objects.exists()


def test_a_wrong_key_is_refused_for_reading_too(client: Client) -> None:
    assert client.get("/api/v1/events/", headers={"authorization": "Token or_nothing"}).status_code == 401


def test_a_key_in_the_address_is_no_key(client: Client, key: str) -> None:
    answer = client.post(f"/api/v1/reports/?token={key}", {"text": "x"}, content_type="application/json")
    assert answer.status_code == 401


def test_only_the_digest_of_a_key_is_kept_and_its_last_use(client: Client, key: str) -> None:
    token = ApiToken.objects.get()
    assert key not in str(ApiToken.objects.values().get()) and token.last_used is None
    send(client, key, {"text": "The ferry sails."})
    token.refresh_from_db()
    assert token.last_used is not None
