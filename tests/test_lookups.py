"""One public thing by its name, and what is said when it cannot be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOW,
    editor,
    link,
    make_company,
    make_event,
    make_frame,
    make_inquiry,
    make_outlet,
    make_person,
    make_report,
    make_statement,
    make_tree,
    make_watch_entry,
)
from tracker.models import Company, Correction, Event, Inquiry, OldSlug, Statement
from tracker.reading import lookups
from tracker.reading.errors import Gone, Missing, Moved

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_statement_comes_with_what_its_page_says() -> None:
    statement = make_statement(person=make_person(company=make_company()))
    other = make_statement(said="2026-03-05")
    link(other, statement, "reiterates")
    page = lookups.statement_page(statement.public_id)
    assert page.statement == statement
    assert page.others == [other]
    assert page.versions == 1
    assert page.updated_at == NOW
    quote = page.statement.citations.all()[0].quotes.all()[0]
    assert quote.text == quote.capture.text[quote.start : quote.end]


def test_the_public_json_of_a_statement_never_holds_the_captured_text() -> None:
    statement = make_statement()
    capture = statement.citations.get().report.captures.get()
    assert "Ottery Foods declined to comment" in capture.text
    assert "declined to comment" not in str(lookups.statement_page(statement.public_id).to_json())


@pytest.mark.parametrize(
    ("state", "published_at", "error"),
    [
        ("draft", None, Missing),
        ("approved", None, Missing),
        ("withdrawn", None, Missing),
        ("withheld", NOW, Gone),
        ("withdrawn", NOW, Gone),
    ],
)
@pytest.mark.parametrize("make", [make_statement, make_inquiry])
def test_only_what_is_published_is_shown(
    make: Callable[..., Any], state: str, published_at: dt.datetime | None, error: type[Exception]
) -> None:
    row = make(published=False, told=False)
    model: Any = type(row)
    model.objects.filter(pk=row.pk).update(
        state=state, published_at=published_at, taken_down_at=published_at, taken_down_category="privacy"
    )
    look = lookups.statement_page if isinstance(row, Statement) else lookups.inquiry_page
    with pytest.raises(error) as refusal:
        look(row.public_id)
    told = str(refusal.value) + str(getattr(refusal.value, "tombstone", ""))
    assert "too far" not in told
    assert "Ottery" not in told


def test_a_merged_statement_leads_to_the_other() -> None:
    stronger = make_statement()
    weaker = make_statement(merged_into=stronger)
    with pytest.raises(Moved) as moved:
        lookups.statement_page(weaker.public_id)
    assert moved.value.to == stronger.public_id


def test_an_id_in_small_letters_leads_to_the_same_row() -> None:
    statement = make_statement()
    with pytest.raises(Moved) as moved:
        lookups.statement_page(statement.public_id.lower())
    assert moved.value.to == statement.public_id


@pytest.mark.parametrize("name", ["OR-NOTHING", "\x00", "é", "x" * 300, ""])
def test_an_id_that_is_none_is_missing(name: str) -> None:
    for look in (lookups.statement_page, lookups.inquiry_page, lookups.report_page, lookups.company_page):
        with pytest.raises(Missing):
            look(name)


def test_a_report_is_public_once_something_published_cites_it() -> None:
    alone = make_report(url="https://the-gazette.example/alone")
    draft = make_statement(published=False, report=make_report(url="https://the-gazette.example/draft"))
    for report in (alone, draft.citations.get().report):
        with pytest.raises(Missing):
            lookups.report_page(report.public_id)
    statement = make_statement()
    page = lookups.report_page(statement.citations.get().report.public_id)
    assert page.statements == [statement]
    assert [one["sha256"] for one in page.to_json()["captures"]]


def test_an_event_comes_with_its_tree_and_counts() -> None:
    root, child, grandchild = make_tree()
    make_event("Unannounced", parent=root, published=False)
    make_statement(event=child)
    make_statement(event=grandchild)
    weaker = make_statement(event=grandchild)
    link(weaker, make_statement(event=root))
    frame = make_frame()
    make_watch_entry(frame=frame, event=root)
    make_watch_entry(frame=make_frame("Secret", published=False), event=root)
    page = lookups.event_page("second-day")
    assert [(one.event, one.depth, one.statements) for one in page.tree] == [
        (root, 0, 3),
        (child, 1, 2),
        (grandchild, 2, 1),
    ]
    assert page.trail == [root]
    assert page.frames == [frame]
    assert page.to_json()["children"] == [{"slug": "second-night", "name": "Second night"}]


def test_an_unpublished_event_is_missing_and_so_is_one_in_an_unpublished_tree() -> None:
    root = make_event("Quiet", published=False)
    make_event("Quiet day", parent=root, told=False)
    for slug in ("quiet", "quiet-day"):
        with pytest.raises(Missing):
            lookups.event_page(slug)


def test_a_company_comes_with_what_was_said_in_its_name() -> None:
    rail = make_company("Pinhay Rail")
    ada = make_person("Ada Quill")
    spoken = make_statement(company=rail, person=ada)
    staff = make_statement(company=rail, capacity="staff", said="2026-03-04")
    asked = make_inquiry(company=rail)
    make_statement(company=rail, published=False)
    make_inquiry(company=rail, published=False)
    page = lookups.company_page("pinhay-rail")
    assert page.statements == [staff, spoken]
    assert page.inquiries == [asked]
    assert page.speakers == [(ada, "")]


def test_what_readers_were_never_told_of_is_missing() -> None:
    make_company("Unheard Mills", told=False)
    make_person("Nobody Yet", told=False)
    make_outlet("The Unread", told=False)
    for look, slug in (
        (lookups.company_page, "unheard-mills"),
        (lookups.person_page, "nobody-yet"),
        (lookups.outlet_page, "the-unread"),
    ):
        with pytest.raises(Missing):
            look(slug)


def test_a_spokesperson_has_no_page() -> None:
    make_person("Jonas Reed", is_spokesperson=True)
    with pytest.raises(Missing):
        lookups.person_page("jonas-reed")


def test_a_merged_company_and_an_old_name_lead_to_the_present_one() -> None:
    last = make_company("Calder Ferries")
    middle = make_company("Calder Boats", merged_into=last)
    make_company("Calder Ships", merged_into=middle)
    OldSlug.objects.create(entity="company", slug="calder-line", row_id=middle.pk)
    OldSlug.objects.create(entity="event", slug="strike", row_id=make_event().pk)
    for slug in ("calder-ships", "calder-boats", "calder-line"):
        with pytest.raises(Moved) as moved:
            lookups.company_page(slug)
        assert moved.value.to == "calder-ferries"
    with pytest.raises(Moved, match="harbour-strike"):
        lookups.event_page("strike")


def test_an_outlet_counts_what_readers_can_see() -> None:
    outlet = make_outlet()
    statement = make_statement()
    citation = statement.citations.get()
    citation.credits_outlet, citation.claims_first = make_outlet("The Courier"), True
    citation.save()
    make_statement(published=False, report=make_report(url="https://the-gazette.example/draft"))
    page = lookups.outlet_page(outlet.slug)
    assert (page.reports, page.statements, page.credited_first) == (1, 1, 0)
    assert lookups.outlet_page("the-courier").credited_first == 1


def correction(statement: Statement, **fields: Any) -> Correction:
    return Correction.objects.create(
        **{
            "entity": "statement",
            "row": statement.public_id,
            "statement": statement,
            "event": statement.event,
            "field": "summary",
            "before": "Old words",
            "after": "New words",
            "reason": "our_error",
            "by": editor(),
            "published_at": NOW,
        }
        | fields
    )


def test_the_corrections_of_a_hidden_row_are_hidden_with_it() -> None:
    shown, withheld, removed, withdrawn = (make_statement() for _ in range(4))
    kept = [correction(row) for row in (shown, withheld, removed, withdrawn)]
    Statement.objects.filter(pk=withheld.pk).update(state="withheld")
    for row, category in ((removed, "legal"), (withdrawn, "our_error")):
        Statement.objects.filter(pk=row.pk).update(state="withdrawn", taken_down_at=NOW, taken_down_category=category)
    assert set(lookups.visible_corrections()) == {kept[0], kept[3]}
    assert lookups.statement_page(shown.public_id).corrections == [kept[0]]


def test_coverage_counts_what_is_public() -> None:
    make_statement()
    make_statement(capacity="staff", company=make_company("Pinhay Rail"))
    make_statement(published=False)
    link(make_statement(), make_statement())
    make_inquiry()
    make_inquiry(published=False)
    found = lookups.coverage()
    assert (found.statements, found.companies, found.events, found.inquiries) == (3, 1, 1, 1)
    assert found.updated_at == NOW


@pytest.mark.parametrize(
    ("look", "most"),
    [
        (lambda: lookups.statement_page(Statement.objects.latest("pk").public_id), 24),
        (lambda: lookups.inquiry_page(Inquiry.objects.latest("pk").public_id), 7),
        (lambda: lookups.event_page(Event.objects.latest("pk").slug), 8),
        (lambda: lookups.company_page(Company.objects.get(slug="calder-ferries").slug), 16),
        (lambda: lookups.trees(), 2),
    ],
    ids=["statement", "inquiry", "event", "company", "trees"],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(look: Callable[[], Any], most: int) -> None:
    make_tree()
    for _ in range(2):
        for n in range(6):
            make_statement(said=f"2026-03-{n + 1:02}", report=make_report(f"https://the-gazette.example/{n}"))
        make_inquiry(company=make_company())
        with CaptureQueriesContext(connection) as asked:
            look()
        assert len(asked) <= most
