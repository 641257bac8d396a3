"""Nothing that is not public leaves by any door: no address, feed or file names a hidden row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern

from tests import factories as make
from tracker.api import urls
from tracker.models import Company, Inquiry, Person, Position, Report, Statement
from tracker.models.choices import StatementState
from tracker.pages import urls as page_urls

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECRET = "Sekretwort"  # stands in every text of every hidden row
PART = "ekretwor"  # finds it, and may be repeated in an answer


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def names() -> dict[str, list[str]]:
    """A public record, and beside it hidden rows of every sort that all say one word."""
    shown = make.make_statement(person=make.make_person(company=make.make_company()))
    make.make_inquiry()
    hidden = []
    states = {
        StatementState.DRAFT: {"published_at": None},
        StatementState.APPROVED: {"published_at": None},
        StatementState.WITHHELD: {"published_at": make.NOW},
        StatementState.WITHDRAWN: {
            "published_at": make.NOW, "taken_down_at": make.NOW, "taken_down_category": "privacy",
            "taken_down_note": SECRET,
        },
    }  # fmt: skip
    for number, (state, fields) in enumerate(states.items()):
        company = make.make_company(f"{SECRET} {number}", slug=f"sekretwort-{number}", told=False)
        person = make.make_person(f"{SECRET} Person {number}", slug=f"sekretwort-person-{number}", told=False)
        text = make.TEXT.replace("a step too far", f"{SECRET} too far")
        report = make.make_report(f"https://the-gazette.example/{SECRET}/{number}", text=text, headline=SECRET)
        statement = make.make_statement(
            company=company, person=person, published=False, report=report, quote=f"{SECRET} too far",
            summary=SECRET, told=False,
        )  # fmt: skip
        make.link(shown, statement, "disavows")
        make.link(statement, shown, "reiterates")
        Position.objects.create(statement=statement, target=make.make_target(SECRET), stance="critical")
        if fields["published_at"]:  # it was public once, and the ledger says what it said
            Statement.objects.filter(pk=statement.pk).update(state="published", **fields)
            make.tell(statement)
        Statement.objects.filter(pk=statement.pk).update(state=state, **fields)
        if fields["published_at"]:
            make.tell(statement)
        inquiry = make.make_inquiry(company=company, published=False, told=False, report=report, asked_about=SECRET)
        Inquiry.objects.filter(pk=inquiry.pk).update(state=state, **fields)
        hidden += [statement.public_id, inquiry.public_id, report.public_id, company.slug, person.slug]
    event = make.make_event(SECRET, slug="sekretwort-event", published=False, description=SECRET)
    make.make_candidate(report=make.make_report("https://the-gazette.example/pending", headline=SECRET), event=event)
    make.make_watch_entry(
        Company.objects.get(slug="sekretwort-0"), frame=make.make_frame(SECRET, published=False), told=False
    )
    hidden += [event.slug, *Report.objects.filter(headline=SECRET).values_list("public_id", flat=True)]
    return {
        "statements": [*Statement.objects.values_list("public_id", flat=True)],
        "inquiries": [*Inquiry.objects.values_list("public_id", flat=True)],
        "reports": [*Report.objects.values_list("public_id", flat=True)],
        "companies": [*Company.objects.values_list("slug", flat=True)],
        "people": [*Person.objects.values_list("slug", flat=True)],
        "events": ["harbour-strike", "sekretwort-event"],
        "outlets": ["the-gazette"],
        "hidden": hidden,
    }


def addresses(names: dict[str, list[str]]) -> Iterator[str]:
    for prefix, patterns in (("/api/v1/", urls.urlpatterns), ("/", page_urls.urlpatterns)):
        for one in patterns:
            pattern = str(one.pattern)
            if not isinstance(one, URLPattern) or not one.name or "key" in pattern:
                continue
            if "<" not in pattern:
                yield prefix + pattern
                continue
            for name in names.get(pattern.split("/")[0], ["1"]):
                yield prefix + re.sub(r"<\w+:\w+>", name, pattern)
    for name in ("timeline/", "timeline.csv", "timeline.atom", "facets/", "links/", "positions/"):
        for query in (f"q={PART}", "event=harbour-strike", "company=sekretwort-2", "identifier=cik:1"):
            yield f"/api/v1/{name}?{query}"
    yield "/api/v1/statements/?expand=companies,people,event,links"
    yield f"/api/v1/companies/?q={PART}"
    yield f"/search/?q={PART}"


def test_no_address_says_a_word_of_what_is_hidden(client: Client, names: dict[str, list[str]]) -> None:
    client.raise_request_exception = False
    asked = list(addresses(names))
    leaks = []
    for number, address in enumerate(asked):
        if number % 300 == 0:
            cache.clear()
        answer = client.get(address)
        body = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        assert answer.status_code < 500, address
        said = body.replace(address, "").replace("sekretwort-2", "")  # the address itself may be repeated
        if SECRET.lower() in said.lower() and "sekretwort" not in address.partition("?")[0]:
            leaks.append(address)
    assert not leaks
    assert len(asked) > 150


def test_hidden_rows_are_told_apart_from_nothing_only_if_they_were_public(
    client: Client, names: dict[str, list[str]]
) -> None:
    found = {}
    for name in names["statements"]:
        answer = client.get(f"/api/v1/statements/{name}/")
        found[Statement.objects.get(public_id=name).state] = answer.status_code
        assert SECRET not in answer.content.decode()
    assert found == {"published": 200, "draft": 404, "approved": 404, "withheld": 410, "withdrawn": 410}
    for kind, name in (
        ("companies", "sekretwort-0"),
        ("people", "sekretwort-person-1"),
        ("events", "sekretwort-event"),
    ):
        assert client.get(f"/api/v1/{kind}/{name}/").status_code == 404


def test_a_draft_does_not_change_what_an_etag_says(client: Client) -> None:
    make.make_statement()
    before = client.get("/api/v1/statements/")["ETag"]
    make.make_statement(published=False)
    assert client.get("/api/v1/statements/")["ETag"] == before
