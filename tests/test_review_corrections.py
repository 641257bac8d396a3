"""What readers see changes only in the open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tracker.models import Alias, Citation, Correction, Event, OldSlug, Release, Statement, WatchEntry
from tracker.review import changes, corrections, links, reference, rules, takedown
from tracker.review.changes import only_differences, refuse_if_more_than_wording
from tracker.review.errors import CannotChange, CannotPublish, Conflict, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW


def last(row: Any) -> Release:
    return Release.objects.filter(public_id=getattr(row, "public_id", None) or row.slug).latest("seq")


def correct(row: Any, *, reason: str = "our_error", by: Any = None, note: str = "", **changed: Any) -> list[Correction]:
    return corrections.correct(row, changes=changed, by=by or make.editor(), reason=reason, note=note, now=NOW)


# --- Correcting -------------------------------------------------------------------------


def test_a_correction_says_field_before_after_and_reason() -> None:
    statement = make.make_statement()
    (made,) = correct(statement, medium="website", note="It stands on their site.")
    assert (made.entity, made.row, made.field, made.before, made.after) == (
        "statement",
        statement.public_id,
        "medium",
        "unspecified",
        "website",
    )
    assert (made.statement, made.event, made.by, made.note) == (
        statement,
        statement.event,
        make.editor(),
        "It stands on their site.",
    )
    assert (last(statement).kind, last(statement).changed) == ("changed", ["medium"])
    assert last(made).body["is_correction"] is True
    assert statement.history.latest().history_change_reason == "It stands on their site."


def test_what_follows_from_a_correction_is_computed_and_is_no_correction_of_its_own() -> None:
    statement = make.make_statement()
    (made,) = correct(statement, said=make.span("2026-03-02"), reason="new_evidence")
    assert made.field == "said"
    assert statement.sort_date == dt.date(2026, 3, 2)
    assert last(statement).changed == ["said", "sort_date"]


def test_a_correction_that_changes_nothing_writes_nothing() -> None:
    statement = make.make_statement()
    assert correct(statement, medium="unspecified") == []
    assert last(statement).kind == "added"


def test_a_draft_is_edited_without_a_public_word() -> None:
    statement = make.make_statement(published=False)
    assert correct(statement, medium="website", by=make.contributor()) == []
    assert not Release.objects.filter(public_id=statement.public_id).exists()
    statement.refresh_from_db()
    assert statement.medium == "website"


@pytest.mark.parametrize(
    ("changed", "reason", "sentence"),
    [
        ({"medium": "website"}, "because", "Give a reason: one of our_error"),
        ({"state": "draft", "sort_date": None}, "our_error", "Sort_date, state follows from other acts"),
        ({"mood": "bad"}, "our_error", "It has no mood."),
        ({"medium": "chat"}, "our_error", "The database refuses it"),
        ({"stance": ""}, "our_error", "It has no stance"),
        ({"said": make.span("2026-03-09")}, "our_error", "was reported by 3 Mar 2026"),
        ({"medium": "website"}, "wording", "A change of medium is more than wording"),
    ],
)
def test_a_correction_that_breaks_a_rule_changes_nothing(changed: dict[str, Any], reason: str, sentence: str) -> None:
    statement = make.make_statement()
    with pytest.raises(CannotChange) as refusal:
        correct(statement, reason=reason, **changed)
    assert sentence in refusal.value.sentence
    statement.refresh_from_db()
    assert (statement.medium, statement.stance) == ("unspecified", "critical")
    assert last(statement).kind == "added"
    assert not Correction.objects.exists()


@pytest.mark.parametrize("user", [make.cy, make.contributor])
def test_without_the_right_nobody_changes_what_is_public(user: Any) -> None:
    with pytest.raises(NotAllowed, match="publish or change what is public"):
        correct(make.make_statement(), medium="website", by=user())
    with pytest.raises(NotAllowed):
        correct(make.make_company(), sector="energy", by=user())


def test_a_row_that_is_gone_is_said_to_be() -> None:
    company = make.make_company(told=False)
    gone = type(company)(pk=company.pk + 99)
    with pytest.raises(Conflict, match="This row is gone"), changes.changing(gone, by=make.editor()):
        pass


def test_statements_move_to_another_event_as_updates() -> None:
    root, child, _ = make.make_tree()
    first, second = make.make_statement(), make.make_statement(event=child, quote="takes no side")
    assert corrections.move([first, second], to=child, by=make.editor(), now=NOW) == 1
    first.refresh_from_db()
    assert first.event == child
    assert Correction.objects.get().field == "event"
    assert Correction.objects.get().reason == "recoded"


# --- Wording ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("The company called the order a step to far.", "The company called the order a step too far.", True),
        ("It wrote to staff , plainly.", "It wrote, plainly, to its staff.", True),
        (None, None, True),
        ("It said that Calder objects.", "It said that Pinhay objects.", False),
        ("It employs 40 people.", "It employs 400 people.", False),
        ("It spoke on 3 March.", "It spoke on 3 April.", False),
        ("It spoke on Monday.", "It spoke on Tuesday.", False),
        ("It does support the order.", "It does not support the order.", False),
        ("It condemned the order.", "It regretted the order.", False),
        ("It is supportive.", "It is critical.", False),
        ("It can attend.", "It can't attend.", False),
        ("It told the ICE officers.", "It told the officers.", False),
        ("It runs eBay.", "It runs ebay.", False),
    ],
)
def test_wording_is_what_changes_no_name_number_date_side_or_negation(
    before: str | None, after: str | None, allowed: bool
) -> None:
    if allowed:
        refuse_if_more_than_wording("summary", before, after)
    else:
        with pytest.raises(CannotChange, match="more than wording"):
            refuse_if_more_than_wording("summary", before, after)


def test_wording_is_published_with_its_reason() -> None:
    statement = make.make_statement(summary="The company called the order a step to far.")
    (made,) = correct(statement, summary="The company called the order a step too far.", reason="wording")
    assert made.reason == "wording"
    assert last(made).body["is_correction"] is False


def test_of_lists_only_the_differences_are_shown() -> None:
    assert only_differences([1, 2], [2, 3]) == ([1], [3])
    assert only_differences("a", "b") == ("a", "b")


# --- Several things at once -------------------------------------------------------------


def test_changes_inside_one_block_are_one_line_and_a_correction_each() -> None:
    statement = make.make_statement()
    with changes.changing(statement, by=make.editor(), reason="our_error", note="Two faults.", now=NOW):
        Statement.objects.filter(pk=statement.pk).update(medium="website")
        statement.voices.update(capacity="unclear")
    assert {one.field for one in Correction.objects.all()} == {"medium", "voices"}
    assert last(statement).changed == ["companies", "medium", "voices"]


def test_a_public_statement_needs_a_reason_whatever_is_saved() -> None:
    statement = make.make_statement()
    with pytest.raises(CannotChange, match="say why it changes"), changes.changing(statement, by=make.editor()):
        raise AssertionError("never reached")


def test_a_rule_broken_by_what_hangs_on_it_undoes_everything() -> None:
    statement = make.make_statement()
    with (
        pytest.raises(CannotChange, match="It has no citation"),
        changes.changing(statement, by=make.editor(), reason="our_error"),
    ):
        Citation.objects.all().delete()
    assert statement.citations.count() == 1


# --- Reference rows ---------------------------------------------------------------------


def test_a_new_name_of_a_company_is_one_line_and_none_of_its_statements() -> None:
    statement = make.make_statement()
    company = make.make_company()
    company.name = "Calder Lines"
    reference.save(company, by=make.editor(), note="renamed itself", now=NOW)
    assert (last(company).changed, last(company).body["name"]) == (["name"], "Calder Lines")
    assert last(statement).kind == "added"
    assert not Correction.objects.exists()


def test_a_reason_makes_it_a_correction_too() -> None:
    company = make.make_company()
    (made,) = correct(company, sector="industrials")
    assert (made.entity, made.row, made.statement, made.event) == ("company", "calder-ferries", None, None)


def test_an_old_address_leads_on_and_shows_nothing() -> None:
    company = make.make_company()
    company.slug = "calder"
    reference.save(company, by=make.editor(), now=NOW)
    assert OldSlug.objects.get().row_id == company.pk
    old = Release.objects.filter(public_id="calder-ferries").latest("seq")
    assert (old.body, old.changed) == (None, ["slug"])
    assert last(company).body["slug"] == "calder"
    company.slug = "calder-ferries"
    reference.save(company, by=make.editor(), now=NOW)
    assert OldSlug.objects.get().slug == "calder"


def test_an_address_that_leads_elsewhere_is_not_taken() -> None:
    first, second = make.make_company(), make.make_company("Pinhay Rail")
    first.slug = "calder"
    reference.save(first, by=make.editor(), now=NOW)
    second.slug = "calder-ferries"
    with pytest.raises(CannotChange, match="still leads to another row"):
        reference.save(second, by=make.editor(), now=NOW)


def test_the_old_address_of_what_is_not_public_leaves_no_line() -> None:
    company = make.make_company(told=False)
    company.slug = "calder"
    reference.save(company, by=make.editor(), now=NOW)
    assert OldSlug.objects.exists()
    assert not Release.objects.exists()


def test_the_stance_target_is_fixed_with_the_first_publication() -> None:
    event = make.make_event(published=False)
    event.stance_target = "the strike itself"
    reference.publish_event(event, by=make.editor(), now=NOW)
    event.stance_target = "something else"
    with pytest.raises(CannotChange, match="The stance target was fixed"):
        reference.save(event, by=make.editor(), now=NOW)
    event.refresh_from_db()
    assert event.stance_target == "the strike itself"


def test_a_published_event_stays_published() -> None:
    event = make.make_event()
    event.published = False
    with pytest.raises(CannotChange, match="stays published"):
        reference.save(event, by=make.editor(), now=NOW)


def test_a_new_scope_is_told_of_the_events_below_too() -> None:
    root, child, _ = make.make_tree()
    root.scope = "Counts if it names the strike."
    reference.save(root, by=make.editor(), reason="recoded", now=NOW)
    assert last(child).changed == ["scope"]
    assert Correction.objects.get().event == root


def test_an_event_is_put_neither_below_itself_nor_with_statements_into_another_tree() -> None:
    root, child, grandchild = make.make_tree()
    child.parent = grandchild
    with pytest.raises(CannotChange, match="outside its own tree"):
        reference.save(child, by=make.editor(), now=NOW)
    make.make_statement(event=grandchild)
    child.refresh_from_db()
    child.parent = make.make_event("Elsewhere")
    with pytest.raises(CannotChange, match="move them before the event"):
        reference.save(child, by=make.editor(), now=NOW)


def test_an_event_without_statements_may_move_with_what_is_below_it() -> None:
    child, grandchild = make.make_tree()[1:]
    child.parent = make.make_event("Elsewhere", scope="Other words.")
    reference.save(child, by=make.editor(), now=NOW)
    assert last(grandchild).body["root"]["slug"] == "elsewhere"


def test_missing_days_are_read_anew_when_the_event_is_dated_anew() -> None:
    event = make.make_event()
    statement = make.make_statement(said=make.span(None, "2026-03-03"))
    event.began = make.span("2026-02-20")
    reference.save(event, by=make.editor(), now=NOW)
    statement.refresh_from_db()
    assert statement.sort_earliest == dt.date(2026, 2, 20)


def test_a_frame_is_fixed_with_its_first_publication() -> None:
    frame = make.make_frame()
    frame.name = "The Harbour Forty"
    reference.save(frame, by=make.editor(), now=NOW)
    frame.rule = "Those we like."
    with pytest.raises(CannotChange, match="The frame was fixed"):
        reference.save(frame, by=make.editor(), now=NOW)
    with pytest.raises(CannotChange, match="was fixed when it was first published"):
        reference.save(
            WatchEntry(
                event=make.make_event(), company=make.make_company(), frame=frame, searched_from=dt.date(2026, 3, 1)
            ),
            by=make.editor(),
        )


def test_a_watch_entry_ends_but_never_becomes_another() -> None:
    entry = make.make_watch_entry()
    entry.until = dt.date(2026, 4, 1)
    reference.save(entry, by=make.editor(), now=NOW)
    assert Release.objects.latest("seq").changed == ["until"]
    entry.company = make.make_company("Pinhay Rail")
    with pytest.raises(CannotChange, match="A watch entry keeps its company"):
        reference.save(entry, by=make.editor(), now=NOW)


def test_an_alias_is_a_change_of_its_company() -> None:
    company = make.make_company()
    alias = reference.save(Alias(company=company, name="Calder Line"), by=make.editor(), now=NOW)
    assert last(company).changed == ["aliases"]
    reference.delete(alias, by=make.editor(), now=NOW)
    assert last(company).body["aliases"] == []


# --- Links ------------------------------------------------------------------------------


def test_same_as_is_an_update_with_new_evidence_and_can_be_taken_back() -> None:
    weaker, stronger = make.make_statement(), make.make_statement(quote="takes no side", form="joint")
    link = links.add_link(weaker, stronger, "same_as", by=make.editor(), note="the joint letter", now=NOW)
    assert set(Statement.objects.counted()) == {stronger}
    assert (Correction.objects.get().field, Correction.objects.get().reason) == ("links", "new_evidence")
    assert last(weaker).body["links"][0]["to"] == stronger.public_id
    links.remove_link(link, by=make.editor(), now=NOW)
    assert set(Statement.objects.counted()) == {weaker, stronger}
    assert last(weaker).body["links"] == []


def test_links_that_make_no_sense_are_refused() -> None:
    first, second = make.make_statement(), make.make_statement(quote="takes no side")
    third = make.make_statement(quote="We ask the minister")
    by = make.editor()
    with pytest.raises(CannotChange, match="“likes” is not a kind of link"):
        links.add_link(first, second, "likes", by=by)
    with pytest.raises(CannotChange, match="not linked to itself"):
        links.add_link(first, first, "same_as", by=by)
    links.add_link(first, second, "same_as", by=by, now=NOW)
    links.add_link(second, third, "same_as", by=by, now=NOW)
    with pytest.raises(CannotChange, match="the other way round"):
        links.add_link(third, first, "same_as", by=by)
    with pytest.raises(CannotChange, match="There is such a statement link already"):
        links.add_link(first, second, "same_as", by=by)
    with pytest.raises(NotAllowed):
        links.add_link(first, third, "disavows", by=make.cy())


# --- Taking down ------------------------------------------------------------------------


def test_a_complaint_withholds_at_once_and_tells_nothing_else() -> None:
    statement = make.make_statement()
    takedown.withhold(statement, by=make.editor(), why="The company says it never said so.", now=NOW)
    assert last(statement).kind == "withheld"
    assert set(last(statement).body) == {"id", "url", "state"}
    assert statement.history.latest().history_change_reason == "The company says it never said so."


def test_a_withdrawal_leaves_id_dates_and_reason() -> None:
    statement = make.make_statement()
    takedown.withdraw(statement, by=make.editor(), category="our_error", note="It was another company.", now=NOW)
    body = last(statement).body
    assert (last(statement).kind, body["category"], body["note"]) == (
        "withdrawn",
        "our_error",
        "It was another company.",
    )
    assert "voices" not in body


@pytest.mark.parametrize("category", ["legal", "privacy", "wrong_person", "fabricated"])
def test_a_removal_tells_the_category_only(category: str) -> None:
    inquiry = make.make_inquiry()
    takedown.withdraw(inquiry, by=make.editor(), category=category, note="A court says so.", now=NOW)
    assert last(inquiry).body["note"] is None
    assert last(inquiry).body["category"] == category


def test_a_withdrawal_says_why() -> None:
    statement = make.make_statement()
    with pytest.raises(CannotChange, match="Say why it is withdrawn"):
        takedown.withdraw(statement, by=make.editor(), category="bored")
    with pytest.raises(CannotChange, match="Say in a sentence"):
        takedown.withdraw(statement, by=make.editor(), category="our_error")


def test_links_vanish_and_return_with_the_statement_they_point_to() -> None:
    statement, other = make.make_statement(), make.make_statement(quote="takes no side")
    make.link(other, statement, "contradicts")
    takedown.withhold(statement, by=make.editor(), why="complaint", now=NOW)
    assert last(other).body["links"] == []
    takedown.restore(statement, by=make.editor(), now=NOW)
    assert last(other).body["links"][0]["to"] == statement.public_id
    assert (last(statement).kind, last(statement).body["id"]) == ("restored", statement.public_id)


def test_what_was_changed_while_hidden_is_corrected_in_the_open_on_return() -> None:
    statement = make.make_statement(approved_by=make.second_editor())
    Statement.objects.update(approved_digest=rules.coded.digest(statement))
    takedown.withhold(statement, by=make.editor(), why="complaint", now=NOW)
    row = Statement.objects.get(pk=statement.pk)
    correct(row, stance="no_position")
    assert not Correction.objects.exists()
    with pytest.raises(CannotChange, match="It was changed while readers did not see it"):
        takedown.restore(statement, by=make.editor(), now=NOW)
    takedown.restore(statement, by=make.editor(), reason="our_error", note="It took no side.", now=NOW)
    assert {one.field for one in Correction.objects.all()} == {"stance"}
    row.refresh_from_db()
    assert (row.state, row.taken_down_category) == ("published", "")


def test_evidence_taken_away_while_hidden_voids_the_approval_and_keeps_it_hidden() -> None:
    statement = make.make_statement(approved_by=make.second_editor())
    Statement.objects.update(approved_digest=rules.coded.digest(statement))
    takedown.withhold(statement, by=make.editor(), why="complaint", now=NOW)
    reference.delete(statement.citations.get().quotes.get(), by=make.editor(), now=NOW)
    row = Statement.objects.get(pk=statement.pk)
    assert (row.approved_by, row.state) == (None, "withheld")
    with pytest.raises(CannotPublish, match="A second editor must approve it"):
        takedown.restore(row, by=make.editor(), reason="our_error", now=NOW)


def test_a_withdrawn_row_comes_back_and_forgets_why_it_went() -> None:
    inquiry = make.make_inquiry()
    takedown.withdraw(inquiry, by=make.editor(), category="legal", now=NOW)
    takedown.restore(inquiry, by=make.editor(), now=NOW)
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.taken_down_at) == ("published", None)


def test_what_was_told_by_no_line_is_restored_without_comparison() -> None:
    statement = make.make_statement(told=False)
    takedown.withhold(statement, by=make.editor(), why="complaint", now=NOW)
    takedown.restore(statement, by=make.editor(), now=NOW)
    assert last(statement).kind == "restored"


def test_only_what_is_public_is_taken_down_and_only_what_is_down_comes_back() -> None:
    draft, public = make.make_statement(published=False), make.make_statement(quote="takes no side")
    with pytest.raises(Conflict, match="It is draft: it cannot become withheld"):
        takedown.withhold(draft, by=make.editor(), why="complaint")
    with pytest.raises(Conflict, match="It is published: it cannot become published"):
        takedown.restore(public, by=make.editor())
    Statement.objects.filter(pk=public.pk).update(merged_into=draft)
    with pytest.raises(Conflict, match="It was merged into"):
        takedown.withhold(public, by=make.editor(), why="complaint")


@pytest.mark.parametrize("user", [make.cy, make.contributor])
def test_without_the_right_nothing_is_taken_down(user: Any) -> None:
    statement = make.make_statement()
    for refused in (
        lambda: takedown.withhold(statement, by=user(), why="x"),
        lambda: takedown.withdraw(statement, by=user(), category="legal"),
        lambda: takedown.restore(statement, by=user()),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_events_hold_on_to_their_scope_when_shown() -> None:
    event = Event.objects.create(slug="quiet", title="Quiet")
    with pytest.raises(CannotChange, match="say in one sentence|published root has scope|The database"):
        reference.publish_event(event, by=make.editor(), now=NOW)
