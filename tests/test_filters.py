"""The one filter: what it understands, and that it refuses the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import QueryDict

from tests.factories import (
    cite,
    link,
    make_ask,
    make_company,
    make_event,
    make_outlet,
    make_person,
    make_report,
    make_statement,
    make_tree,
    span,
)
from tracker.models import Statement, StatementAsk, Ticker
from tracker.reading import filters
from tracker.reading.errors import FilterError

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def shown(query: str) -> set[str]:
    return {one.public_id for one in filters.narrowed(filters.read(QueryDict(query)))}


def refused(query: str) -> FilterError:
    with pytest.raises(FilterError) as refusal:
        filters.narrowed(filters.read(QueryDict(query)))
    return refusal.value


@pytest.fixture
def rows() -> dict[str, Statement]:
    root, child, grandchild = make_tree()
    rail = make_company("Pinhay Rail", sector="industrials", hq_region="US-MN", cik="77")
    Ticker.objects.create(company=rail, symbol="PNHY")
    ferries = make_company("Calder Ferries")
    brand = make_company("Calder Express", parent=ferries, parent_kind="brand")
    ada = make_person("Ada Quill")
    return {
        "public": make_statement(event=root, company=ferries, summary="Ferries call the order wrong."),
        "memo": make_statement(
            event=child, company=rail, person=ada, channel="internal", medium="chat", stance="supportive",
            said=span("2026-03-05", "2026-03-09"), quote="", summary="A rail memo.",
        ),
        "staff": make_statement(event=grandchild, company=rail, capacity="staff", stance="critical", said="2026-03-12"),
        "brand": make_statement(event=root, company=brand, stance="neutral", operations_only=True, said="2026-03-02"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"public", "memo", "staff", "brand"}),
        ("stance=critical", {"public", "staff"}),
        ("stance=critical&stance=supportive", {"public", "staff", "memo"}),
        ("stance=!critical", {"memo", "brand"}),
        ("stance=critical&capacity=staff", {"staff"}),
        ("channel=internal", {"memo"}),
        ("medium=chat", {"memo"}),
        ("disclosure=leaked", set()),
        ("event=second-day", {"memo", "staff"}),
        ("event=second-day&include_children=false", {"memo"}),
        ("event=!second-day", {"public", "brand"}),
        ("company=pinhay-rail", {"memo", "staff"}),
        ("company=!pinhay-rail", {"public", "brand"}),
        ("company=calder-ferries", {"public", "brand"}),
        ("company=pinhay-rail&capacity=official", {"memo"}),
        ("person=ada-quill", {"memo"}),
        ("sector=industrials", {"memo", "staff"}),
        ("hq_region=US-MN", {"memo", "staff"}),
        ("identifier=cik:77", {"memo", "staff"}),
        ("identifier=ticker:PNHY", {"memo", "staff"}),
        ("from=2026-03-06", {"memo", "staff"}),
        ("from=2026-03-06&dates=within", {"staff"}),
        ("to=2026-03-05", {"public", "memo", "brand"}),
        ("to=2026-03-05&dates=within", {"public", "brand"}),
        ("from=2026-03-06&to=2026-03-07", {"memo"}),
        ("has_quote=true", {"public", "staff", "brand"}),
        ("has_quote=false", {"memo"}),
        ("operations=true", {"brand"}),
        ("operations=false", {"public", "memo", "staff"}),
        ("q=memo", {"memo"}),
        ("q=RAIL", {"memo", "staff"}),
        ("q=rail+memo", {"memo"}),
        ("q=100%25", set()),
        ("outlet=the-gazette", {"public", "memo", "staff", "brand"}),
        ("verification=issuer_confirmed", set()),
        ("verification_min=outlets_assertion", {"public", "memo", "staff", "brand"}),
        ("form=individual", {"public", "memo", "staff", "brand"}),
        ("reported_since=2026-03-05", set()),
        ("updated_since=2020-01-01", {"public", "memo", "staff", "brand"}),
        ("utm_source=x&fbclid=y&stance=neutral", {"brand"}),
    ],
)
def test_a_question_is_answered(rows: dict[str, Statement], query: str, names: set[str]) -> None:
    assert shown(query) == {rows[name].public_id for name in names}


def test_one_and_the_same_voice_is_asked() -> None:
    ferries, rail = make_company("Calder Ferries"), make_company("Pinhay Rail")
    letter = make_statement(voices=[(ferries, None, "official"), (rail, None, "staff")])
    assert shown("company=pinhay-rail&capacity=staff") == {letter.public_id}
    assert shown("company=pinhay-rail&capacity=official") == set()


def test_what_is_asked_for_and_by_whom_it_was_reported(rows: dict[str, Statement]) -> None:
    StatementAsk.objects.create(statement=rows["memo"], ask=make_ask("Withdrawal"))
    courier = make_outlet("The Courier")
    cite(rows["memo"], make_report(outlet=courier, url="https://courier.example/memo", published="2026-03-20"))
    assert shown("ask=withdrawal") == {rows["memo"].public_id}
    assert shown("outlet=the-courier") == {rows["memo"].public_id}
    assert shown("reported_since=2026-03-20") == {rows["memo"].public_id}


@pytest.mark.parametrize("state", ["draft", "approved", "withheld"])
def test_what_is_not_public_is_never_shown(state: str) -> None:
    make_statement(published=False, state=state, published_at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC))
    assert shown("") == set()


def test_only_published_events_can_be_asked_for() -> None:
    make_event("Secret raid", published=False)
    assert refused("event=secret-raid").problems[0].parameter == "event"


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ("stanse=critical", "stanse", "stance"),
        ("stance=critcal", "stance", "critical"),
        ("stance=silent", "stance", ""),
        ("chanel=public", "chanel", "channel"),
        ("company=calder-ferrys", "company", "calder-ferries"),
        ("event=harbor-strike", "event", "harbour-strike"),
        ("from=yesterday", "from", ""),
        ("from=0001-01-01", "from", ""),
        ("to=9999-12-31", "to", ""),
        ("from=2026-02-30", "from", ""),
        ("from=2026-03-02&to=2026-03-01", "to", ""),
        ("from=2026-03-02&from=2026-03-03", "from", ""),
        ("dates=roughly", "dates", ""),
        ("has_quote=maybe", "has_quote", ""),
        ("identifier=isin:1", "identifier", ""),
        ("identifier=cik:", "identifier", "cik:…"),
        ("hq_region=Minnesota", "hq_region", ""),
        ("q=" + "a" * 201, "q", ""),
        ("q=%00", "q", ""),
        ("company=%00", "company", ""),
        ("company=" + "x" * 150, "company", ""),
        ("&".join(f"stance=s{n}" for n in range(101)), "stance", ""),
        ("verification_min=disputed", "verification_min", ""),
    ],
)
def test_what_it_does_not_understand_is_refused(query: str, parameter: str, suggestion: str) -> None:
    make_statement()
    problem = refused(query).problems[0]
    assert (problem.parameter, problem.suggestion) == (parameter, suggestion)
    assert problem.message


def test_every_wrong_parameter_is_named_at_once() -> None:
    assert [problem.parameter for problem in refused("stanse=a&chanel=b&foo=c").problems] == ["stanse", "chanel", "foo"]


def test_the_callers_own_parameters_pass() -> None:
    assert filters.read(QueryDict("cursor=x&stance=critical"), also=["cursor"]) == {"stance": ["critical"]}


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("stance=supportive&stance=critical&channel=public", "channel=public&stance=critical&stance=supportive"),
        ("utm_source=x&stance=critical&stance=critical", "stance=critical"),
        ("dates=overlaps&include_children=true&q=", ""),
        ("stance=!critical", "stance=%21critical"),
    ],
)
def test_a_question_has_one_address(query: str, canonical: str) -> None:
    assert filters.canonical(filters.read(QueryDict(query))) == canonical


def test_pills_say_what_is_asked_in_words_and_how_to_drop_it(rows: dict[str, Statement]) -> None:
    question = filters.read(QueryDict("stance=!critical&company=pinhay-rail&from=2026-03-01&dates=within"))
    found = {(pill.label, pill.words, pill.excluded, pill.without) for pill in filters.pills(question)}
    assert found == {
        ("Stance", "Critical", True, "company=pinhay-rail&dates=within&from=2026-03-01"),
        ("Company", "Pinhay Rail", False, "dates=within&from=2026-03-01&stance=%21critical"),
        ("Said from", "2026-03-01", False, "company=pinhay-rail&dates=within&stance=%21critical"),
    }


def test_the_weaker_of_two_and_the_disputed_are_shown_but_not_counted(rows: dict[str, Statement]) -> None:
    link(rows["public"], rows["memo"])
    Statement.objects.filter(pk=rows["staff"].pk).update(verification="disputed")
    everything: Any = filters.narrowed({})
    assert everything.count() == 4
    assert set(filters.counted_only(everything)) == {rows["memo"], rows["brand"]}
