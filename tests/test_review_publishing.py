"""From draft to public: what stands in the way, who must look, and the ten seconds."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests import factories as make
from tracker.models import (
    Citation,
    Company,
    Correction,
    Event,
    Inquiry,
    Notice,
    Outbox,
    Quote,
    Release,
    Statement,
    Voice,
)
from tracker.review import candidates, changes, publishing, reference
from tracker.review.errors import CannotPublish, Conflict, NotAllowed
from tracker.review.kept import keep

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW
IN_TEN = NOW + dt.timedelta(seconds=10)


def draft(**fields: Any) -> Statement:
    """A draft that nothing stands in the way of: it takes no side."""
    return make.make_statement(**{"published": False, "stance": "no_position"} | fields)


def publish(row: Any, **options: Any) -> Any:
    return publishing.publish(row, by=make.editor(), now=NOW, **options)


def kinds(row: Any) -> list[str]:
    return list(Release.objects.filter(public_id=row.public_id).order_by("seq").values_list("kind", flat=True))


# --- What stands in the way -------------------------------------------------------------


def hide_the_event(statement: Statement) -> None:
    Event.objects.update(published=False)


def take_the_scope(statement: Statement) -> None:
    Event.objects.update(published=False, scope="")


def take_the_target(statement: Statement) -> None:
    Event.objects.update(stance_target="")


def take_the_citation(statement: Statement) -> None:
    statement.citations.all().delete()


def take_the_voice(statement: Statement) -> None:
    statement.voices.all().delete()


def take_the_stance(statement: Statement) -> None:
    Statement.objects.update(stance="")


def move_the_quote(statement: Statement) -> None:
    Quote.objects.update(start=200, end=214)


def quote_the_headline(statement: Statement) -> None:
    Quote.objects.update(start=27, end=37, text="a disgrace")


def mark_as_headline(statement: Statement) -> None:
    Quote.objects.update(kind="headline", text=make.QUOTE + "e" * 60)


def date_it_after_the_report(statement: Statement) -> None:
    Statement.objects.update(said_earliest="2026-03-05", said_latest="2026-03-05", said_precision="day")


def take_every_date(statement: Statement) -> None:
    statement.citations.all().delete()
    Event.objects.update(began_earliest=None, began_latest=None, began_precision="")
    Statement.objects.update(said_earliest=None, said_latest=None, said_precision="", said_as_written="")


def leak_it(statement: Statement) -> None:
    Statement.objects.update(disclosure="leaked")


def make_it_anonymous(statement: Statement) -> None:
    Citation.objects.update(basis="anonymous_source")


def side_with_operations(statement: Statement) -> None:
    Statement.objects.update(operations_only=True, stance="neutral")


def quote_too_much(statement: Statement) -> None:
    long = make.make_capture(make.make_report(), "HARBOUR TOWN " + "word " * 400)
    Quote.objects.create(citation=statement.citations.get(), capture=long, text="word " * 299, start=13, end=1508)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (hide_the_event, "“Harbour strike” is not published: publish the event first."),
        (take_the_scope, "“Harbour strike” has no scope"),
        (take_the_target, "has no stance target, so it can have no stance"),
        (take_the_citation, "It has no citation: add the report that says so."),
        (take_the_voice, "It has no voice: say who spoke."),
        (take_the_stance, "It has no stance: say which side it takes toward the harbour strike order."),
        (move_the_quote, "“a step too far” does not stand at 200–214 of the captured text"),
        (quote_the_headline, "“a disgrace” stands in the headline, which is no evidence of words"),
        (mark_as_headline, "…” stands in the headline"),
        (date_it_after_the_report, "It is dated 5 Mar 2026, but was reported by 3 Mar 2026"),
        (take_every_date, "Nothing says when it was said"),
        (leak_it, "record our own inquiry to the company, or say why we did not ask"),
        (make_it_anonymous, "record our own inquiry to the company"),
        (side_with_operations, "It is marked as only about operations but has a stance"),
        (quote_too_much, "303 words of “Calder chief says order is a disgrace” would be quoted in all, and 300"),
    ],
)
def test_what_stands_in_the_way_is_said_in_a_sentence(spoil: Any, sentence: str) -> None:
    statement = draft()
    assert publishing.blockers(statement) == []
    spoil(statement)
    with pytest.raises(CannotPublish) as refusal:
        publish(Statement.objects.get(pk=statement.pk))
    assert any(sentence in reason for reason in refusal.value.reasons)
    assert Statement.objects.get(pk=statement.pk).state == "draft"


def test_a_child_event_must_be_published_too() -> None:
    child = make.make_event("Second day", parent=make.make_event(), published=False)
    assert "“Second day” is not published" in publishing.blockers(draft(event=child))[0]


def test_our_own_inquiry_or_a_reason_opens_the_way_for_a_leak() -> None:
    leaked = draft(disclosure="leaked")
    assert any("our own inquiry" in reason for reason in publishing.blockers(leaked))
    root, child, _ = make.make_tree()
    make.make_inquiry(company=make.make_company(), by_us=True, event=child, published=False)
    assert not any("our own inquiry" in reason for reason in publishing.blockers(leaked))
    Inquiry.objects.update(state="withdrawn")
    Statement.objects.filter(pk=leaked.pk).update(no_inquiry_reason="The source would be known.")
    assert not any("our own inquiry" in reason for reason in publishing.blockers(Statement.objects.get(pk=leaked.pk)))


def test_words_quoted_twice_from_a_report_are_shown_once() -> None:
    make.make_statement()
    statement = draft()
    assert publishing.blockers(statement) == []
    from tracker.review.rules import words_quoted

    assert words_quoted(statement.citations.get(), statement) == 4


def test_an_inquiry_needs_a_citation_unless_we_asked() -> None:
    assert publishing.blockers(make.make_inquiry(published=False)) == []
    assert publishing.blockers(make.make_inquiry(published=False, cited=False)) == [
        "It has no citation: add the report that says so."
    ]
    assert publishing.blockers(make.make_inquiry(published=False, cited=False, by_us=True)) == []


# --- The second editor ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"channel": "internal"}, "it is an internal statement"),
        ({"disclosure": "leaked"}, "it was leaked"),
        ({"basis": "anonymous_source"}, "it rests on an anonymous source"),
        ({"capacity": "personal"}, "it is somebody's personal voice"),
        ({"stance": "supportive"}, "it takes a side on one outlet's assertion alone"),
        ({"stance": "mixed"}, "it takes a side on one outlet's assertion alone"),
        ({"stance": "calls_for_calm"}, None),
        ({"stance": "critical", "basis": "named_spokesperson"}, None),
    ],
)
def test_what_needs_a_second_editor(fields: dict[str, Any], reason: str | None) -> None:
    assert publishing.needs_second_approval(draft(**fields)) == ([reason] if reason else [])


def test_two_reports_that_say_so_are_not_one_outlets_assertion() -> None:
    statement = draft(stance="critical")
    make.cite(statement, make.make_report("https://the-courier.example/a"))
    assert publishing.needs_second_approval(statement) == []


def test_without_an_approval_it_stays_a_draft_unless_approvals_are_off(settings: Any) -> None:
    statement = draft(stance="critical")
    with pytest.raises(CannotPublish, match="A second editor must approve it: it takes a side"):
        publish(statement)
    settings.SECOND_APPROVAL = False
    assert publish(statement).publish_at == IN_TEN


def test_whoever_accepted_does_not_approve() -> None:
    statement = draft(stance="critical")
    with pytest.raises(NotAllowed, match="You accepted this statement"):
        publishing.approve(statement, by=make.editor(), now=NOW)


def test_whoever_edited_does_not_approve_until_somebody_else_has() -> None:
    statement = draft(stance="critical")
    quote = Quote.objects.get()
    reference.save(statement.voices.get(), by=make.second_editor(), note="title")
    with pytest.raises(NotAllowed, match="You edited this statement"):
        publishing.approve(statement, by=make.second_editor(), now=NOW)
    third = make.make_user("hana", "editor")
    assert publishing.approve(statement, by=third, now=NOW).approved_by == third
    reference.save(quote, by=third, note="suffix")
    with pytest.raises(NotAllowed):
        publishing.approve(statement, by=third, now=NOW)


def test_an_approval_lets_it_through() -> None:
    statement = draft(stance="critical")
    approved = publishing.approve(statement, by=make.second_editor(), now=NOW)
    assert (approved.state, approved.approved_by) == ("approved", make.second_editor())
    assert publish(statement).state == "approved"
    assert publishing.take_effect(IN_TEN) == 1


def recode(statement: Statement) -> None:
    statement.stance = "mixed"
    keep(statement, by=make.editor(), why="recoded")


def change_the_voice(statement: Statement) -> None:
    Voice.objects.update(capacity="unclear")


def change_the_date(statement: Statement) -> None:
    Statement.objects.update(said_reason="guessed")


def drop_the_quote(statement: Statement) -> None:
    Quote.objects.all().delete()


def reword_the_attribution(statement: Statement) -> None:
    Citation.objects.update(attribution="a memo")


def drop_the_citation(statement: Statement) -> None:
    make.cite(statement, make.make_report("https://the-courier.example/a"))
    statement.citations.first().delete()


def add_a_citation(statement: Statement) -> None:
    make.cite(statement, make.make_report("https://the-courier.example/a"))


def add_a_quote(statement: Statement) -> None:
    held = Quote.objects.get()
    Quote.objects.create(citation=held.citation, capture=held.capture, text="too far", start=held.end - 7, end=held.end)


@pytest.mark.parametrize(
    ("edit", "holds"),
    [
        (recode, False),
        (change_the_voice, False),
        (change_the_date, False),
        (drop_the_quote, False),
        (reword_the_attribution, False),
        (drop_the_citation, False),
        (add_a_citation, True),
        (add_a_quote, True),
    ],
)
def test_any_later_edit_of_what_was_approved_voids_the_approval(edit: Any, holds: bool) -> None:
    statement = draft(stance="critical")
    publishing.approve(statement, by=make.second_editor(), now=NOW)
    publish(statement)
    row = Statement.objects.get(pk=statement.pk)
    with changes.changing(row, by=make.editor()):
        edit(row)
    row.refresh_from_db()
    assert (row.approved_by is not None) is holds
    assert (row.state, row.publish_at is not None) == (("approved", True) if holds else ("draft", False))


def test_a_public_statement_is_approved_again_after_a_correction() -> None:
    statement = make.make_statement(approved_by=make.second_editor())
    Statement.objects.update(approved_digest=publishing.coded.digest(statement))
    with changes.changing(statement, by=make.editor(), reason="recoded", now=NOW):
        recode(Statement.objects.get(pk=statement.pk))
    assert make.shown(statement)["approved_by_second_editor"] is False
    publishing.approve(statement, by=make.second_editor(), now=NOW)
    assert make.shown(statement)["approved_by_second_editor"] is True
    assert Release.objects.latest("seq").changed == ["approved_by_second_editor"]


def test_what_is_down_or_merged_is_not_approved() -> None:
    winner, statement = make.make_statement(), draft()
    Statement.objects.filter(pk=statement.pk).update(merged_into=winner)
    with pytest.raises(Conflict):
        publishing.approve(statement, by=make.second_editor(), now=NOW)
    Statement.objects.filter(pk=statement.pk).update(merged_into=None, state="withdrawn")
    with pytest.raises(Conflict, match="withdrawn: there is nothing to approve"):
        publishing.approve(statement, by=make.second_editor(), now=NOW)


@pytest.mark.parametrize("user", [make.cy, make.contributor])
def test_without_the_right_nobody_approves_publishes_undoes_or_discards(user: Any) -> None:
    statement = draft()
    for refused in (
        lambda: publishing.approve(statement, by=user()),
        lambda: publishing.publish(statement, by=user()),
        lambda: publishing.undo_publish(statement, by=user()),
        lambda: publishing.discard(statement, by=user(), why="no"),
    ):
        with pytest.raises(NotAllowed):
            refused()


# --- Ten seconds ------------------------------------------------------------------------


def test_it_takes_effect_after_ten_seconds() -> None:
    statement = draft()
    assert publish(statement).publish_at == IN_TEN
    assert publishing.take_effect(IN_TEN - dt.timedelta(seconds=1)) == 0
    assert kinds(statement) == []
    assert publishing.take_effect(IN_TEN) == 1
    statement.refresh_from_db()
    assert (statement.state, statement.published_at, statement.publish_at) == ("published", IN_TEN, None)
    assert kinds(statement) == ["added"]
    line = Release.objects.get(public_id=statement.public_id)
    assert (line.by, line.at) == (make.editor(), IN_TEN)
    assert line.body["id"] == statement.public_id
    assert Outbox.objects.filter(release=line).exists()
    assert publishing.take_effect(IN_TEN) == 0


def test_undoing_before_leaves_no_trace() -> None:
    statement = draft()
    history = statement.history.count()
    publish(statement)
    publishing.undo_publish(statement, by=make.editor(), now=NOW)
    assert publishing.take_effect(IN_TEN) == 0
    statement.refresh_from_db()
    assert (statement.state, statement.publish_at, statement.publish_by) == ("draft", None, None)
    assert statement.history.count() == history
    assert kinds(statement) == []


def test_undoing_keeps_an_approval() -> None:
    statement = draft(stance="critical")
    publishing.approve(statement, by=make.second_editor(), now=NOW)
    publish(statement)
    assert publishing.undo_publish(statement, by=make.editor(), now=NOW).state == "approved"


def test_it_is_too_late_to_undo_what_is_public() -> None:
    statement = draft()
    publish(statement, delay=0)
    publishing.take_effect(NOW)
    with pytest.raises(Conflict, match="too late to undo"):
        publishing.undo_publish(statement, by=make.editor(), now=NOW)
    with pytest.raises(Conflict, match="It is published already"):
        publish(statement)


def test_pressing_twice_does_not_start_the_seconds_anew() -> None:
    statement = draft()
    publish(statement)
    again = publishing.publish(statement, by=make.second_editor(), now=NOW + dt.timedelta(seconds=5))
    assert again.publish_at == IN_TEN


def test_what_can_no_longer_be_published_goes_back_with_a_notice() -> None:
    statement, approved = draft(), draft(stance="critical", quote="takes no side")
    publishing.approve(approved, by=make.second_editor(), now=NOW)
    publish(statement)
    publish(approved)
    Citation.objects.all().delete()
    assert publishing.take_effect(IN_TEN) == 0
    statement.refresh_from_db()
    approved.refresh_from_db()
    assert (statement.state, statement.publish_at, approved.state) == ("draft", None, "approved")
    assert "It was not published: It has no citation" in Notice.objects.get(row=statement.public_id).text
    assert kinds(statement) == []


def test_one_that_fails_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = draft(), draft(quote="takes no side")
    publish(broken, delay=1)
    publish(sound, delay=2)
    settle = publishing.derived.settle

    def breaks(row: Any) -> Any:
        if row.pk == broken.pk:
            raise IntegrityError("disk on fire")
        return settle(row)

    monkeypatch.setattr(publishing.derived, "settle", breaks)
    assert publishing.take_effect(IN_TEN) == 1
    broken.refresh_from_db()
    assert (broken.state, broken.publish_at) == ("approved", NOW + dt.timedelta(seconds=1))


def test_a_draft_that_will_never_be_is_dropped_without_a_public_trace() -> None:
    statement = draft()
    publishing.discard(statement, by=make.editor(), why="Accepted twice.")
    statement.refresh_from_db()
    assert (statement.state, statement.taken_down_at) == ("withdrawn", None)
    assert statement.history.latest().history_change_reason == "Accepted twice."
    assert kinds(statement) == []
    with pytest.raises(Conflict, match="withdraw it instead"):
        publishing.discard(make.make_statement(), by=make.editor(), why="no")


def test_an_inquiry_is_published_the_same_way() -> None:
    inquiry = make.make_inquiry(published=False)
    publish(inquiry)
    assert publishing.undo_publish(inquiry, by=make.editor(), now=NOW).state == "draft"
    publish(inquiry)
    assert publishing.take_effect(IN_TEN) == 1
    assert kinds(inquiry) == ["added"]
    inquiry.refresh_from_db()
    assert inquiry.history.latest().history_user == make.editor()


def test_a_merged_statement_is_not_published() -> None:
    statement = draft()
    Statement.objects.filter(pk=statement.pk).update(merged_into=make.make_statement())
    with pytest.raises(Conflict):
        publish(statement)


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_each_row_once() -> None:
    rows = [draft(summary=str(n)) for n in range(6)]
    for row in rows:
        publish(row)
    counts: list[int] = []

    def work() -> None:
        try:
            counts.append(publishing.take_effect(IN_TEN))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 6
    assert Release.objects.filter(entity="statement", kind="added").count() == 6
    assert list(Release.objects.values_list("seq", flat=True)) == list(range(1, Release.objects.count() + 1))


# --- What comes with it -----------------------------------------------------------------


def test_companies_people_and_outlets_become_public_with_what_first_names_them() -> None:
    parent = make.make_company("Harbour Group", told=False)
    company = make.make_company("Moorgate Wool", parent=parent, parent_kind="owner", told=False)
    person = make.make_person(told=False)
    outlet = make.make_outlet("The Courier", told=False)
    statement = draft(company=company, person=person, told=False, event=make.make_event())
    Citation.objects.update(credits_outlet=outlet)
    publish(statement, delay=0)
    publishing.take_effect(NOW)
    told = list(Release.objects.order_by("seq").values_list("public_id", flat=True))
    assert set(told) >= {parent.slug, company.slug, person.slug, outlet.slug, "the-gazette"}
    assert told[-1] == statement.public_id


def test_a_link_appears_with_the_statement_it_points_to() -> None:
    public, hidden = make.make_statement(), draft(quote="takes no side")
    make.link(public, hidden, "contradicts")
    publish(hidden, delay=0)
    publishing.take_effect(NOW)
    last = Release.objects.filter(public_id=public.public_id).latest("seq")
    assert (last.kind, last.changed) == ("changed", ["links"])
    assert last.body["links"] == [{"kind": "contradicts", "to": hidden.public_id, "note": None}]


# --- “No statement found” was wrong -----------------------------------------------------


def watched(through: str = "2026-03-10", **fields: Any) -> Any:
    entry = make.make_watch_entry(**fields)
    check = make.make_check(entry, through)
    return entry, check


def make_public(statement: Statement, *, days: int = 0) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    publishing.publish(statement, by=make.editor(), now=at, delay=0)
    assert publishing.take_effect(at) == 1


def test_a_statement_the_board_had_missed_is_a_correction() -> None:
    entry, check = watched()
    statement = draft()
    make_public(statement, days=3)
    correction = Correction.objects.get()
    day = check.at.date()
    until = day + dt.timedelta(days=3)
    assert (correction.entity, correction.row, correction.event, correction.statement) == (
        "company",
        "calder-ferries",
        entry.event,
        statement,
    )
    assert correction.note == (
        f"Calder Ferries stood as “no statement found” from {day.day} {day:%b %Y} to {until.day} {until:%b %Y}; "
        "a statement of 3 Mar 2026 was found."
    )
    assert correction.reason == "our_error"
    assert Release.objects.filter(entity="correction", public_id=correction.public_id).exists()


def no_check(statement: Statement) -> None:
    pass


def checked_too_early(statement: Statement) -> None:
    watched("2026-03-02")


def said_before_the_search(statement: Statement) -> None:
    watched(searched_from="2026-03-04")


def spoke_before(statement: Statement) -> None:
    watched()
    make.make_statement(quote="takes no side")


def only_operations(statement: Statement) -> None:
    watched()
    Statement.objects.update(operations_only=True)


def same_as_another(statement: Statement) -> None:
    watched()
    make.link(statement, make.make_statement(company=make.make_company("Pinhay Rail"), quote="takes no side"))


def personal_voice(statement: Statement) -> None:
    watched()
    Statement.objects.update(approved_by=make.second_editor())
    Voice.objects.update(capacity="staff")


def frame_not_public(statement: Statement) -> None:
    watched(frame=make.make_frame(published=False), told=False)


@pytest.mark.parametrize(
    "board",
    [
        no_check,
        checked_too_early,
        said_before_the_search,
        spoke_before,
        only_operations,
        same_as_another,
        personal_voice,
        frame_not_public,
    ],
)
def test_where_the_board_made_no_such_claim_there_is_no_correction(board: Any) -> None:
    statement = draft()
    board(statement)
    make_public(Statement.objects.get(pk=statement.pk), days=3)
    assert not Correction.objects.exists()


def test_what_did_not_stand_over_a_night_is_no_miss() -> None:
    watched()
    make_public(draft())
    assert not Correction.objects.exists()


def test_a_candidate_holds_the_claim_back_from_the_day_it_came() -> None:
    watched()
    statement = candidates.accept(make.make_candidate(), by=make.editor(), edits={"stance": "no_position"}, now=NOW)
    assert isinstance(statement, Statement)
    make_public(statement, days=3)
    assert not Correction.objects.exists()  # it was held back on the day of the check


def test_a_late_report_does_not_hold_back_the_days_before_it() -> None:
    watched()
    late = make.make_report("https://the-gazette.example/late", published="2026-03-09")
    statement = candidates.accept(
        make.make_candidate(report=late), by=make.editor(), edits={"stance": "no_position"}, now=NOW
    )
    assert isinstance(statement, Statement)
    make_public(statement, days=3)
    assert Correction.objects.count() == 1


def test_a_brand_speaks_for_its_owner() -> None:
    group = make.make_company("Harbour Group")
    brand = make.make_company("Calder Ferries", parent=group, parent_kind="brand")
    watched(company=group)
    watched(company=group, frame=make.make_frame())
    make_public(draft(company=brand), days=3)
    assert Correction.objects.get().row == "harbour-group"
    assert Company.objects.get(pk=group.pk).children.get() == brand
