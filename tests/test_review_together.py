"""A row and what hangs on it, saved as one change; and rows that public ones repeat."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.test_admin_forms import sound
from tracker.models import (
    Alias,
    Company,
    Correction,
    Feed,
    Quote,
    Release,
    Report,
    ReportEvent,
    Statement,
    StatementAsk,
    Ticker,
    Voice,
)
from tracker.review import reference
from tracker.review.errors import CannotChange, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def outlet_that_readers_know() -> None:
    make.make_outlet()


def together(row: Any, **options: Any) -> Any:
    return reference.save_together(row, by=options.pop("by", None) or make.editor(), now=make.NOW, **options)


def test_a_new_company_with_its_names_is_one_line_of_the_ledger() -> None:
    company = Company(name="Seaton Hotels")
    together(company, children=[Alias(company=company, name="Seaton"), Ticker(company=company, symbol="SEAT")])
    release = Release.objects.get(public_id="seaton-hotels")
    assert (release.kind, release.body["aliases"], release.body["tickers"]) == ("added", ["Seaton"], ["SEAT"])
    assert sound() == []


def test_several_changes_of_a_public_statement_are_one_line_and_looked_at_when_all_are_done() -> None:
    statement = make.make_statement()
    pinhay = make.make_company("Pinhay Rail")
    statement.audience = "staff"
    # Without the old voice alone it would have none: the new one makes it whole.
    together(
        statement,
        children=[Voice(statement=statement, company=pinhay, capacity="official")],
        removed=[statement.voices.get()],
        reason="our_error",
        note="Another company said it.",
    )
    assert [voice.company for voice in statement.voices.all()] == [pinhay]
    assert Release.objects.filter(public_id=statement.public_id).count() == 2
    assert {made.field for made in Correction.objects.all()} == {"audience", "voices"}
    assert sound() == []


def test_what_breaks_a_rule_undoes_all_of_it() -> None:
    statement = make.make_statement()
    statement.audience = "staff"
    with pytest.raises(CannotChange, match="It has no voice"):
        together(statement, removed=[statement.voices.get()], reason="our_error")
    held = Statement.objects.get(pk=statement.pk)
    assert held.voices.count() == 1 and held.audience == "unspecified"
    with pytest.raises(CannotChange, match="There is such a voice already|once"):
        together(
            held,
            changed=False,
            children=[Voice(statement=held, company=make.make_company(), capacity="official")],
            reason="our_error",
        )
    assert sound() == []


def test_nothing_changed_writes_nothing() -> None:
    statement = make.make_statement()
    before = Release.objects.count(), statement.history.count()
    together(statement, changed=False)
    assert (Release.objects.count(), statement.history.count()) == before


def test_quotes_are_saved_with_their_citation_as_a_change_of_the_statement() -> None:
    statement = make.make_statement()
    citation = statement.citations.get()
    capture = citation.report.captures.latest()
    said = "We ask the minister"
    start = capture.text.index(said)
    quote = Quote(
        citation=citation, capture=capture, start=start, end=start + 19, text=capture.text[start : start + 19]
    )
    citation.attribution = "according to a person who saw it"
    together(citation, children=[quote], reason="new_evidence")
    assert {made.field for made in Correction.objects.all()} == {"citations"}
    assert sound() == []


def test_a_contributor_and_cy_are_refused() -> None:
    statement = make.make_statement()
    for user in (make.contributor(), make.cy()):
        with pytest.raises(NotAllowed):
            together(statement, removed=[statement.voices.get()], reason="our_error", by=user)
        with pytest.raises(NotAllowed):
            together(make.make_report(), by=make.cy())


# --- Rows that public ones repeat ------------------------------------------------------------


def test_a_report_that_public_rows_cite_changes_with_a_reason_and_tells_readers() -> None:
    statement = make.make_statement()
    report = statement.citations.get().report
    report.byline = "By our correspondent"
    with pytest.raises(CannotChange, match="This is public: say why"):
        together(report)
    together(report, reason="source_corrected", note="The outlet named its author.")
    assert Release.objects.filter(public_id=statement.public_id).last().body["citations"][0]["report"]["byline"]
    assert Correction.objects.get().field == "citations" and sound() == []


def test_the_day_of_a_report_moves_what_is_read_from_it() -> None:
    statement = make.make_statement(said=make.span(None, None), published=False)
    report = statement.citations.get().report
    report.published = make.span("2026-03-05")
    together(report)
    assert Statement.objects.get(pk=statement.pk).sort_date == report.published.latest


def test_an_editor_does_not_put_back_what_a_worker_wrote_meanwhile() -> None:
    report = make.make_report(state="received", attempt=1)
    Report.objects.filter(pk=report.pk).update(state="fetched", attempt=2)
    report.headline = "Another headline"
    together(report)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.headline) == ("fetched", 2, "Another headline")
    feed = Feed.objects.create(url="https://x.example/feed")
    Feed.objects.filter(pk=feed.pk).update(health=40, failures=2)
    feed.title = "X"
    together(feed)
    feed.refresh_from_db()
    assert (feed.health, feed.failures, feed.title) == (40, 2, "X")
    assert feed.history.latest().history_user == make.editor()


def test_an_event_is_named_for_a_report() -> None:
    report = make.make_report()
    together(
        report, changed=False, children=[ReportEvent(report=report, event=make.make_event(), reason="It says so.")]
    )
    assert report.event_matches.get().reason == "It says so."


def test_renaming_an_ask_tells_of_every_public_statement_that_has_it() -> None:
    ask = make.make_ask()
    first, draft = make.make_statement(), make.make_statement(company=make.make_company("Pinhay"), published=False)
    for statement in (first, draft):
        reference.save(StatementAsk(statement=statement, ask=ask), by=make.editor(), reason="new_evidence")
    ask.label = "Withdrawing it"
    together(ask, reason="our_error", note="Clearer.")
    assert Release.objects.filter(public_id=first.public_id).last().body["asks"][0]["label"] == "Withdrawing it"
    assert not Release.objects.filter(public_id=draft.public_id).exists() and sound() == []
