"""What the database itself refuses, by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tracker.models import (
    Alias,
    Candidate,
    Capture,
    Check,
    Citation,
    Company,
    Event,
    Inquiry,
    Person,
    Quote,
    Report,
    Statement,
    StatementLink,
    Ticker,
    Voice,
    WatchEntry,
)
from tracker.models.base import ID_ALPHABET, public_id
from tracker.models.choices import MEDIA_OF_CHANNEL, REPORT_MOVES, STATEMENT_MOVES, Channel, Medium, ReportState
from tracker.models.events import cycle_free

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def event() -> Event:
    return Event.objects.create(
        slug="harbour-strike", title="Harbour strike", scope="Words about the strike.", stance_target="the strike"
    )


@pytest.fixture
def company() -> Company:
    return Company.objects.create(slug="calder-ferries", name="Calder Ferries")


@pytest.fixture
def report() -> Report:
    return Report.objects.create(url="https://gazette.example/strike", canonical_url="https://gazette.example/strike")


@pytest.fixture
def statement(event: Event) -> Statement:
    return Statement.objects.create(event=event, channel=Channel.PUBLIC, medium=Medium.WEBSITE)


def refused(constraint: str, make: Any) -> None:
    """The database refuses, and by this constraint. SQLite names columns instead of unique constraints."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make()
    assert constraint in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("event_published_root_has_scope", {"scope": "", "published": True}),
        ("event_kind_known", {"kind": "gossip"}),
        (
            "event_began_bounds_in_order",
            {"began_earliest": "2026-02-02", "began_latest": "2026-02-01", "began_precision": "range"},
        ),
        ("event_began_precision_iff_bound", {"began_earliest": "2026-02-02"}),
        ("event_began_precision_iff_bound", {"began_precision": "day"}),
        ("event_began_precision_known", {"began_earliest": "2026-02-02", "began_precision": "roughly"}),
    ],
)
def test_an_event_is_refused(constraint: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="event_began|" + constraint), transaction.atomic():
        Event.objects.create(slug="x", title="X", **{"scope": "x", **fields})


def test_scope_and_target_stand_on_a_root_only(event: Event) -> None:
    refused(
        "event_scope_and_target_only_on_a_root",
        lambda: Event.objects.create(slug="a", title="A", parent=event, scope="s"),
    )


def test_an_event_cannot_be_put_below_itself(event: Event) -> None:
    child = Event.objects.create(slug="second-day", title="Second day", parent=event)
    event.parent = child
    with pytest.raises(ValidationError, match="outside its own tree"):
        event.clean()
    assert cycle_free({1: 2, 2: 1, 3: None, 4: 3, 5: 1}) == {1, 2, 5}


def test_a_tree_is_the_event_and_everything_below(event: Event) -> None:
    child = Event.objects.create(slug="second-day", title="Second day", parent=event)
    grandchild = Event.objects.create(slug="second-night", title="Second night", parent=child)
    other = Event.objects.create(slug="elsewhere", title="Elsewhere")
    assert set(Event.objects.tree_of(event)) == {event, child, grandchild}
    assert other not in Event.objects.tree_of(event)
    assert grandchild.root == event
    assert grandchild.ancestors() == [child, event]


@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("medium", Medium.values)
def test_a_medium_belongs_to_its_channel(event: Event, channel: str, medium: str) -> None:
    def make() -> None:
        Statement.objects.create(event=event, channel=channel, medium=medium)

    if medium in MEDIA_OF_CHANNEL[channel]:
        make()
    else:
        refused("statement_medium_belongs_to_channel", make)


def test_the_approver_is_somebody_else(statement: Statement) -> None:
    ana = User.objects.create_user("ana")
    refused(
        "statement_approver_is_not_the_accepter",
        lambda: Statement.objects.filter(pk=statement.pk).update(accepted_by=ana, approved_by=ana),
    )


def test_a_staff_voice_names_nobody(statement: Statement, company: Company) -> None:
    person = Person.objects.create(slug="ada-quill", name="Ada Quill")
    refused(
        "voice_staff_names_nobody",
        lambda: Voice.objects.create(statement=statement, company=company, person=person, capacity="staff"),
    )


def test_a_voice_has_a_company_or_a_person(statement: Statement) -> None:
    refused("voice_company_or_person", lambda: Voice.objects.create(statement=statement, capacity="official"))


def test_a_voice_stands_once(statement: Statement, company: Company) -> None:
    person = Person.objects.create(slug="ada-quill", name="Ada Quill")
    for who in ({"company": company, "person": person}, {"company": company}, {"person": person}):
        Voice.objects.create(statement=statement, capacity="official", **who)
        refused("voice", lambda who=who: Voice.objects.create(statement=statement, capacity="official", **who))


def test_identifiers_are_unique_while_not_merged(company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(cik="320")
    refused("company_cik_unique", lambda: Company.objects.create(slug="calder", name="Calder", cik="320"))
    Company.objects.create(slug="calder-old", name="Calder", cik="320", merged_into=company)


def test_a_company_is_neither_its_own_parent_nor_its_own_duplicate(company: Company) -> None:
    these = Company.objects.filter(pk=company.pk)
    refused("company_not_its_own_parent", lambda: these.update(parent=company, parent_kind="owner"))
    refused("company_not_merged_into_itself", lambda: these.update(merged_into=company))
    refused("company_parent_kind_iff_parent", lambda: these.update(parent_kind="brand"))


def test_names_and_tickers_stand_once(company: Company) -> None:
    Alias.objects.create(company=company, name="Calder")
    refused("alias", lambda: Alias.objects.create(company=company, name="Calder"))
    Ticker.objects.create(company=company, symbol="CLDR")
    refused("ticker", lambda: Ticker.objects.create(company=company, symbol="CLDR"))


def test_a_report_has_one_canonical_address_and_only_http(report: Report) -> None:
    refused(
        "report",
        lambda: Report.objects.create(url="https://gazette.example/strike?x", canonical_url=report.canonical_url),
    )
    Report.objects.create()
    Report.objects.create()  # pasted texts have no address
    refused("report_url_is_http", lambda: Report.objects.create(url="javascript:alert(1)"))


def test_a_citation_is_of_a_statement_or_an_inquiry(
    statement: Statement, report: Report, event: Event, company: Company
) -> None:
    inquiry = Inquiry.objects.create(event=event, company=company, outcome="declined")
    refused("citation_of_a_statement_or_an_inquiry", lambda: Citation.objects.create(report=report))
    refused(
        "citation_of_a_statement_or_an_inquiry",
        lambda: Citation.objects.create(report=report, statement=statement, inquiry=inquiry),
    )
    refused(
        "citation_outcome_only_for_an_inquiry",
        lambda: Citation.objects.create(report=report, statement=statement, outcome="declined"),
    )
    Citation.objects.create(report=report, statement=statement)
    refused("citation", lambda: Citation.objects.create(report=report, statement=statement))


def test_a_translated_line_is_never_verbatim(statement: Statement, report: Report) -> None:
    capture = Capture.objects.create(
        report=report, fetched_at=NOW, bytes=1, body_sha256="a" * 64, text="Nous regrettons.", text_sha256="b" * 64,
        extractor="test", storage_key="k",
    )  # fmt: skip
    citation = Citation.objects.create(report=report, statement=statement)
    words = {"citation": citation, "capture": capture, "text": "Nous", "start": 0, "end": 4}
    refused(
        "quote_translated_is_never_verbatim", lambda: Quote.objects.create(**words, kind="verbatim", translation="We")
    )
    refused("quote_offsets_in_order", lambda: Quote.objects.create(**{**words, "end": 0}, kind="partial"))
    Quote.objects.create(**words, kind="partial", translation="We")


def test_a_link_does_not_lead_back(statement: Statement) -> None:
    refused(
        "link_not_to_itself",
        lambda: StatementLink.objects.create(from_statement=statement, to_statement=statement, kind="disavows"),
    )


def test_the_same_candidate_is_proposed_once_a_finder(report: Report) -> None:
    capture = Capture.objects.create(
        report=report,
        fetched_at=NOW,
        bytes=1,
        body_sha256="a" * 64,
        text="t",
        text_sha256="b" * 64,
        extractor="t",
        storage_key="k",
    )
    first = {"report": report, "capture": capture, "kind": "statement", "draft": {}, "finder": "rules 1", "key": "k"}
    Candidate.objects.create(**first)
    refused("candidate", lambda: Candidate.objects.create(**first))
    refused(
        "candidate_decided_iff_it_became_something",
        lambda: Candidate.objects.create(**{**first, "key": "l"}, state="accepted"),
    )


def test_a_watch_entry_stands_once_with_and_without_a_frame(event: Event, company: Company) -> None:
    entry = {"event": event, "company": company, "entered_for": "tip", "searched_from": dt.date(2026, 1, 1)}
    WatchEntry.objects.create(**entry)
    refused("watch_entry", lambda: WatchEntry.objects.create(**entry))
    refused("watch_entry_of_a_frame_names_it", lambda: WatchEntry.objects.create(**{**entry, "entered_for": "frame"}))


@pytest.mark.parametrize("where", [[], ["the moon"], ["newsroom", "newsroom"]])
def test_a_check_says_where_it_looked(where: list[str]) -> None:
    with pytest.raises(ValidationError):
        Check(through=dt.date(2026, 1, 1), where=where).clean()


def test_every_move_leads_to_a_known_state() -> None:
    for moves in (REPORT_MOVES, STATEMENT_MOVES):
        assert {target for targets in moves.values() for target in targets} <= set(moves)


def test_one_of_two_workers_gets_the_report(report: Report) -> None:
    first = Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=NOW)
    assert first is not None
    assert Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=NOW) is None
    later = NOW + dt.timedelta(hours=1)
    second = Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=later)
    assert second is not None
    assert second.attempt == first.attempt + 1
    assert not Report.objects.advance(first, to=ReportState.FETCHED, now=later)  # the fencing token is the second's
    assert Report.objects.advance(second, to=ReportState.FETCHED, now=later)


def test_a_report_does_not_leap(report: Report) -> None:
    with pytest.raises(ValueError, match="does not go from received to proposed"):
        Report.objects.advance(report, to=ReportState.PROPOSED, now=NOW)


def test_public_ids_can_be_read_out() -> None:
    made = {public_id("OR") for _ in range(500)}
    assert len(made) == 500
    assert all(set(one.removeprefix("OR-")) <= set(ID_ALPHABET) and len(one) == 10 for one in made)
