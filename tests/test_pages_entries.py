"""A statement in words: whose voice, which mark, which evidence beside it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories as f
from tracker.models import Statement
from tracker.pages import entries, event_chart, marks, statement_page

pytestmark = pytest.mark.django_db


def entry(statement: Statement) -> entries.Entry:
    return entries.entry(Statement.objects.get(pk=statement.pk))


def test_a_company_is_named_first_and_its_speaker_after_it() -> None:
    calder = f.make_company()
    statement = f.make_statement(
        company=calder, person=f.make_person(company=calder), channel="internal", audience="staff"
    )
    statement.voices.update(title_then="Chief executive")
    read = entry(statement)
    assert [name.text for name in read.names] == ["Calder Ferries"]
    assert read.role == "Ada Quill, chief executive, to staff"


@pytest.mark.parametrize(
    ("capacity", "channel", "shape"),
    [
        ("official", "public", "circle"),
        ("official", "internal", "square"),
        ("official", "unknown", "door"),
        ("personal", "public", "diamond"),
        ("unclear", "public", "hollow-circle"),
        ("unclear", "internal", "hollow-square"),
    ],
)
def test_shape_says_channel_and_voice(capacity: str, channel: str, shape: str) -> None:
    statement = f.make_statement(capacity=capacity, person=f.make_person(), channel=channel)
    assert entry(statement).shape == shape


def test_a_staff_voice_is_a_triangle_names_nobody_and_says_that_it_is_not_the_companys() -> None:
    statement = f.make_statement(capacity="staff")
    statement.voices.update(title_then="more than 450 employees")
    read = entry(statement)
    assert read.shape == "triangle"
    assert read.names == (entries.Name("More than 450 employees"),)
    assert read.role == "of Calder Ferries"
    assert read.lead == "Staff voice, not the company’s."


def test_a_joint_letter_is_drawn_once_with_its_signatories_folded() -> None:
    companies = [f.make_company(f"Company {n}") for n in "ABCDEFG"]
    statement = f.make_statement(form="joint", voices=[(company, None, "official") for company in companies])
    read = entry(statement)
    assert read.shape == "joint"
    assert read.heading == "7 companies"
    assert [name.text for name in read.folded] == [company.name for company in companies]
    assert "Joint statement" in read.kicker


def test_a_personal_voice_stands_under_the_persons_name() -> None:
    statement = f.make_statement(capacity="personal", person=f.make_person("Jonas Reed"))
    statement.voices.update(title_then="Partner")
    read = entry(statement)
    assert read.heading == "Jonas Reed"
    assert read.role == "Partner, Calder Ferries"
    assert read.lead == "Personal voice."


def test_a_spokesperson_has_no_page() -> None:
    person = f.make_person("Jonas Reed", is_spokesperson=True)
    assert entries.person_name(person).href == ""


def test_long_words_stand_for_the_statement_and_short_ones_leave_it_to_the_summary() -> None:
    long = f.make_statement(quote="We ask the minister to withdraw it")
    short = f.make_statement(quote="a step too far")
    assert (entry(long).quote, entry(long).summary) == ("We ask the minister to withdraw it", "")
    assert (entry(short).quote, entry(short).summary) == ("", short.summary)


def test_a_headline_is_never_shown_as_words() -> None:
    statement = f.make_statement(quote="")
    f.cite(
        statement,
        f.make_report("https://the-courier.example/1"),
        quote="Calder chief says order is a disgrace",
        kind="headline",
    )
    assert entries.best_quote(Statement.objects.get(pk=statement.pk)) is None


def test_the_outlet_that_had_it_first_is_named() -> None:
    statement = f.make_statement()
    statement.citations.update(
        credits_outlet=f.make_outlet("The Courier"), claims_first=True, attribution="a person who saw it"
    )
    evidence = entry(statement).evidence
    assert (evidence.first, evidence.first_name) == ("First reported by", "The Courier")
    assert evidence.credited == "credited, not seen by us"
    assert evidence.attribution == "a person who saw it"


def test_without_credit_the_first_outlet_is_not_stated() -> None:
    evidence = entry(f.make_statement()).evidence
    assert (evidence.first, evidence.reports, evidence.independent) == ("First outlet not stated", 1, 0)


def test_a_disavowal_is_shown_with_what_it_disavows() -> None:
    said = f.make_statement(capacity="personal", person=f.make_person("Jonas Reed"), stance="supportive")
    disavowal = f.make_statement(stance="unclear")
    f.link(disavowal, said, "disavows")
    [linked] = entry(disavowal).links
    assert (linked.words, linked.entry.public_id) == ("Disavows", said.public_id)


def test_what_is_not_published_is_not_shown_as_a_link() -> None:
    draft = f.make_statement(published=False)
    statement = f.make_statement()
    f.link(statement, draft, "contradicts")
    assert entry(statement).links == ()
    assert list(statement_page.links(Statement.objects.get(pk=statement.pk))) == []


def test_companies_in_one_sentence_of_one_report_are_one_entry_with_a_row_each() -> None:
    report = f.make_report()
    for name in ("Calder Ferries", "Pinhay Rail", "Ottery Foods"):
        f.make_statement(company=f.make_company(name), report=report, quote="")
    [day] = entries.days(list(Statement.objects.all()))
    [group] = day.blocks
    assert isinstance(group, entries.Group)
    assert group.title == "Three companies"
    assert len(group.entries) == 3


def test_statements_are_grouped_by_their_honest_day() -> None:
    f.make_statement(said="2026-03-03")
    f.make_statement(said=f.span("2026-03-02", "2026-03-04"))
    f.make_statement(said=f.span(None, "2026-03-04"))
    heads = [day.head for day in entries.days(list(Statement.objects.order_by("-sort_date")))]
    assert set(heads) == {"Tuesday 3 March 2026", "2–4 March 2026", "By Wednesday 4 March 2026"}


def test_the_latest_count_of_signatures_is_given_with_its_day() -> None:
    statement = f.make_statement(capacity="staff", form="open_letter")
    statement.signature_counts.create(count=450, comparator="more_than", as_of=dt.date(2026, 3, 4))
    statement.signature_counts.create(count=900, comparator="about", as_of=dt.date(2026, 3, 9))
    assert entries.signatures(statement) == "about 900 signatures as of 9 Mar 2026"


def test_the_page_of_a_statement_numbers_its_words_and_says_what_each_report_is_worth() -> None:
    statement = f.make_statement(quote="a step too far")
    f.cite(
        statement,
        f.make_report("https://the-courier.example/1", outlet=f.make_outlet("The Courier")),
        quote="We ask the minister to withdraw it",
        own_access=True,
        basis="document_obtained",
    )
    first, second = statement_page.sources(list(statement.citations.all()))
    assert [ref.number for ref in (*first.refs, *second.refs)] == [1, 2]
    assert first.independent == "No: states no access of its own"
    assert second.independent == "Yes: states its own access"


def test_who_credits_whom_is_a_tree() -> None:
    statement = f.make_statement()
    statement.citations.update(
        credits_outlet=f.make_outlet("The Courier"), basis="anonymous_source", attribution="a person who saw it"
    )
    [source] = statement_page.credit_tree(Statement.objects.get(pk=statement.pk))
    assert (source.shape, source.name) == ("dashed", "a person who saw it")
    [courier] = source.children
    assert (courier.name, courier.note) == ("The Courier", "credited, not seen by us")
    [gazette] = courier.children
    assert gazette.note.startswith("adds 0")


def test_reports_that_credit_each_other_do_not_turn_in_a_circle() -> None:
    statement = f.make_statement()
    other = f.make_report("https://the-courier.example/1", outlet=f.make_outlet("The Courier"))
    f.cite(statement, other, credits_report=f.make_report())
    statement.citations.filter(report=f.make_report()).update(credits_report=other)
    [root] = statement_page.credit_tree(Statement.objects.get(pk=statement.pk))
    assert len(root.children) == 1


def test_a_mark_on_the_chart_spans_the_days_it_may_cover() -> None:
    item = event_chart.item(f.make_statement(said=f.span("2026-03-02", "2026-03-04")))
    assert (item.earliest, item.latest, item.said_by) == (dt.date(2026, 3, 2), dt.date(2026, 3, 4), False)


def test_said_by_reaches_back_to_the_beginning_of_the_event() -> None:
    item = event_chart.item(f.make_statement(said=f.span(None, "2026-03-04")))
    assert (item.earliest, item.said_by) == (dt.date(2026, 3, 1), True)


def test_every_shape_a_statement_can_have_is_in_the_sprite_in_two_colours() -> None:
    from pathlib import Path

    sprite = (
        Path(__file__).resolve().parent.parent / "tracker" / "templates" / "tracker" / "_partials" / "sprite.html"
    ).read_text()
    drawn = [*marks.SHAPES, *(f"{shape}-mixed" for shape in marks.SHAPES)]
    drawn += [*marks.FOUND_SHAPES.values(), *marks.ASKED_SHAPES.values()]
    assert [shape for shape in drawn if f'id="m-{shape}"' not in sprite] == []
