"""Whatever a stranger sends: an answer in the form of a problem within a second, and never a 5xx."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories as make
from tracker.api import docs
from tracker.models import Statement

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LONG = "x" * 100_000
VALUES = [
    "-1", "0", "%25", "100%25%20é", "9" * 30, "1e309", "NaN", "%00", "a%00b", "%ff%fe", "%ED%A0%80", "", " ",
    "\u202e", "é" * 300,
    "0000-01-01", "10000-01-01", "0001-01-01T00:00:00+14:00", "2026-02-30", "true", "[]", "{}", "null", "__proto__",
    "1%20OR%201=1", "';DROP%20TABLE%20tracker_statement;--", "%25" * 60, "_" * 190, "\\\\", "%2e%2e/%2e%2e/etc/passwd",
    "(a+)+$", "*", "!", "!!critical", "critical,supportive", "ticker:", "cik:" + "9" * 30, ":", "%F0%9F%92%A3",
]  # fmt: skip
CURSORS = [
    "bnVsbA",
    "W10",
    "WyJuIl0",
    "e30",
    "AAAA",
    "WyJuIiwgIjAwMDEtMDEtMDEiLCAiOTk5OS0xMi0zMSIsICJYIl0",
    "%00",
    "=",
    "x" * 400,
    "x" * 9000,
]


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


def asked() -> Iterator[str]:
    """Yield addresses: every parameter of every operation with absurd values, every name in a path, and worse."""
    names = {
        "/api/v1/events/{name}/", "/api/v1/statements/{name}/", "/api/v1/reports/{name}/status/",
    }  # fmt: skip
    for number, (path, methods) in enumerate(docs.document()["paths"].items()):
        if "get" not in methods:
            continue
        if "{name}" in path:
            for name in (
                "%00",
                "a" * 300,
                "%ff",
                "..%2f..",
                "-",
                "🧨",
                "%0d%0aSet-Cookie:x=1",
                "OR-2222222",
                "' or 1=1",
            ):
                yield path.replace("{name}", quote(name, safe="%"))
            if path not in names:
                continue
        for other, one in enumerate(methods["get"].get("parameters", [])):
            name = one.get("name") or one["$ref"].rsplit("/", 1)[-1]
            if one.get("in") == "path":
                continue
            # Each parameter meets some of the values, and every value some parameter of each address.
            for value in VALUES[(number + other) % 4 :: 4]:
                yield f"{path.replace('{name}', 'harbour-strike')}?{name}={value}"
        yield f"{path}?" + "&".join(f"p{n}=1" for n in range(50))
        yield f"{path}?fields={LONG}"
        yield f"{path}?q={LONG}"
    for path in ("statements", "timeline", "companies", "inquiries", "corrections", "positions", "changes"):
        for cursor in CURSORS:
            yield f"/api/v1/{path}/?cursor={cursor}"
    yield "/api/v1/statements/?" + "&".join("company=calder-ferries" for _ in range(3000))
    yield "/api/v1/statements/?" + "&".join(f"company=c{n}" for n in range(2500))
    yield "/api/v1/statements/?q=" + "+".join("ab" for _ in range(5000))
    yield "/api/v1/statements/?stance[$ne]=critical"
    yield "/api/v1/statements/?id__in=1&state=draft"
    yield "/api/v1//statements/"
    yield "/api/v1/../admin/"
    yield "/api/v1/%00"
    yield "/api/v1/" + "a/" * 500


def test_no_absurd_question_gets_a_5xx_or_takes_a_second(client: Client) -> None:
    statement = make.make_statement()
    make.make_inquiry()
    client.raise_request_exception = False
    addresses = list(asked())
    assert len(addresses) >= 200
    wrong, slow = [], []
    for number, address in enumerate(addresses):
        if number % 400 == 0:
            cache.clear()
        began = time.perf_counter()
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer)
        took = time.perf_counter() - began
        if answer.status_code >= 500:
            wrong.append((answer.status_code, address[:160]))
        if answer.status_code >= 400 and not answer["Content-Type"].startswith("application/problem+json"):
            wrong.append((answer["Content-Type"], address[:160]))
        if took > 1:
            slow.append((round(took, 2), address[:160]))
    assert not wrong, f"{len(wrong)} of {len(addresses)}: {wrong[:20]}"
    assert not slow, f"{len(slow)} of {len(addresses)}: {slow[:20]}"
    assert Statement.objects.filter(pk=statement.pk).exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "TRACE", "PROPFIND", "X" * 50])
def test_no_method_gets_a_5xx(client: Client, method: str) -> None:
    client.raise_request_exception = False
    for path in docs.document()["paths"]:
        answer = client.generic(method, path.replace("{name}", "x"), b'{"a": 1}', content_type="application/json")
        assert answer.status_code < 500, path


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "text/html"},
        {"accept": "application/x-nothing;q=a"},
        {"accept": "*" * 5000},
        {"if-none-match": '"' + "x" * 5000},
        {"if-none-match": "W/\x00"},
        {"if-modified-since": "yesterday"},
        {"range": "bytes=0-1,5-"},
        {"content-type": "application/json; charset=bogus"},
        {"x-http-method-override": "DELETE"},
        {"accept-language": "x" * 3000},
        {"host": "evil.example"},
        {"x-forwarded-host": "evil.example"},
    ],
)
def test_no_header_gets_a_5xx_or_is_repeated(client: Client, headers: dict[str, str]) -> None:
    client.raise_request_exception = False
    make.make_statement()
    answer = client.get("/api/v1/statements/?page_size=1", headers=headers)
    assert answer.status_code < 500
    assert "evil" not in answer.content.decode() + str(answer.headers)
